"""Nothing from the data becomes markup, and nothing unknown becomes a chart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# plotly.js draws an unknown type silently as a scatter.
TRACE_TYPES = frozenset(
    {"bar", "scatter", "pie", "heatmap", "histogram", "box", "violin", "contour"}
)

_TRACE_KEYS = frozenset(
    {
        "type", "mode", "name", "x", "y", "z", "width", "offsetgroup", "orientation", "line",
        "marker", "text", "textposition", "textfont", "cliponaxis", "connectgaps", "hoverinfo",
        "hovertext", "showlegend", "legendgroup", "fill", "fillcolor", "labels", "values",
        "opacity", "colorscale", "nbinsx", "showscale", "base", "yaxis", "hole", "sort",
        "direction", "textinfo", "fillpattern",
    }
)  # fmt: skip
_LAYOUT_KEYS = frozenset(
    {
        "annotations", "bargap", "bargroupgap", "barcornerradius", "barmode", "height", "hovermode",
        "legend", "margin", "meta", "shapes", "showlegend", "xaxis", "yaxis",
        "yaxis2",
    }
)  # fmt: skip
_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")
_FORBIDDEN = frozenset({"constructor", "prototype", "__proto__"})

MAX_LABEL = 80


def label(text: str, limit: int = MAX_LABEL) -> str:
    """``text`` so that plotly.js draws it letter by letter: its own pseudo-HTML never applies."""
    flat = _SPACE.sub(" ", text).strip()
    if len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def check(figure: Mapping[str, Any]) -> None:
    """Raise ValueError unless ``figure`` has only known traces and keys."""
    if set(figure) != {"data", "layout"}:
        raise ValueError("a figure has data and layout, and nothing else")
    for trace in figure["data"]:
        if trace.get("type") not in TRACE_TYPES:
            raise ValueError(f"trace type {trace.get('type')!r} is not allowed")
        _check_keys(trace, _TRACE_KEYS)
    _check_keys(figure["layout"], _LAYOUT_KEYS)


def _check_keys(part: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(part) - known)
    if unknown:
        raise ValueError(f"unknown chart keys: {', '.join(map(repr, unknown))}")
    for value in part.values():
        _check_deep(value)


def _check_deep(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or key in _FORBIDDEN or not _KEY.match(key):
                raise ValueError(f"chart key {key!r} is not allowed")
            _check_deep(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_deep(inner)
