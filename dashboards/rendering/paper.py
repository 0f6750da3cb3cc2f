"""What a chart is drawn with on paper: the light theme's colours, sizes, and labels as words."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

#: what fits into a letter
WIDTH = 592
SCALE = 2
#: of plotly.js on the page, see ``charts.js``
TICK_GAP, CHARACTER, MOST_TICKS = 14, 6.6, 10

#: the light theme of ``tokens.css``: a mail is read on paper white
LIGHT = {
    "--surface": "#ffffff",
    "--sunken": "#f1f3f6",
    "--ink": "#141821",
    "--ink-2": "#434a59",
    "--ink-3": "#5d6575",
    "--accent": "#2840c4",
    "--none-soft": "#eceef2",
    "--watch": "#7d5200",
    "--chart-1": "#1d30af",
    "--chart-2": "#cc833a",
    "--chart-3": "#197c79",
    "--chart-4": "#8c164e",
    "--chart-5": "#5592d7",
    "--chart-6": "#925417",
    "--chart-7": "#9348cc",
    "--chart-8": "#3b4200",
    "--chart-focus": "#2840c4",
    "--chart-muted": "#8a92a2",
    "--chart-fill": "#ebeefc",
    "--chart-grid": "#e9ecf0",
    "--chart-axis": "#b9c0cb",
    "--chart-target": "#434a59",
}


def colour(token: str) -> str:
    return LIGHT.get(token, token)


def words(label: str) -> str:
    """A label as people read it: for plotly.js its signs are written as entities."""
    return html.unescape(label)


def thinned(places: list[float], labels: list[str], width: float) -> list[tuple[float, str]]:
    """Labels that fit side by side, as on the page: the last one, the present, stays."""
    if not labels:
        return []
    longest = max(map(len, labels)) * CHARACTER + TICK_GAP
    fitting = min(MOST_TICKS, max(1, int(width // longest)))
    step = -(-len(labels) // fitting)
    last = len(labels) - 1
    return [(places[n], words(labels[n])) for n in range(len(labels)) if (last - n) % step == 0]
