"""The parts of a whole as slices, the largest first from the top on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import fsum

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import Json, frame, legend, legend_height
from dashboards.rendering.figures.colours import MUTED
from dashboards.rendering.figures.layers import has_negative, parts_of
from dashboards.rendering.figures.series import NAME_LIMIT, Segment
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Figure, Result

HEIGHT, HOLE = 264, 0.58


def pie(
    face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording, *, hole: bool
) -> Json | None:
    """None where a part is below zero or nothing is there: then there is no whole to share."""
    sums = {p.segment: float(p.figure.value or 0) for p in result if fmt.has_value(p.figure)}
    whole = fsum(sums.values())
    if has_negative(result) or whole <= 0:
        return None
    own, rest = parts_of(point for point in result if sums.get(point.segment))
    slices = [(fmt.segment_text(s, wording), sums[s], palette[s]) for s in own]
    if rest:
        together = fsum(sums[segment] for segment in rest)
        slices.append((wording.rest.format(n=len(rest)), together, MUTED))
    shares = [f"{fmt.digits(Decimal(str(v / whole * 100)), 0, wording)}%" for _n, v, _c in slices]
    names = _told_apart(
        label(f"{fmt.clipped(name, NAME_LIMIT + 6)}, {share}", 60)
        for (name, _value, _hue), share in zip(slices, shares, strict=True)
    )
    trace = {
        "type": "pie", "hole": HOLE if hole else 0, "sort": False, "direction": "clockwise",
        "labels": names,
        "values": [value for _name, value, _colour in slices],
        "text": shares, "textinfo": "text", "textposition": "outside",
        "textfont": {"color": "--ink-2"}, "hoverinfo": "text",
        "hovertext": [
            label(f"{name}: {fmt.number(Figure(value), face, wording)} ({share})", 160)
            for (name, value, _colour), share in zip(slices, shares, strict=True)
        ],
        "marker": {"colors": [colour for _name, _value, colour in slices],
                   "line": {"color": "--surface", "width": 2}},
        "showlegend": True,
    }  # fmt: skip
    above = legend_height(len(slices))
    layout = frame(HEIGHT + above, top=28 + above, bottom=28)
    layout["margin"] |= {"l": 40, "r": 40}
    layout |= {"showlegend": True, "legend": {**legend(), "y": 1.1}}
    if hole:
        total = str(fmt.number(Figure(whole), face, wording))
        layout["annotations"] = [{
            "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "text": label(total),
            "showarrow": False, "xanchor": "center", "yanchor": "middle",
            "font": {"color": "--ink"},
        }]  # fmt: skip
    return {"data": [trace], "layout": layout}


def _told_apart(names: Iterable[str]) -> list[str]:
    """The library adds up what has the same name, so each has another one."""
    found: list[str] = []
    for name in names:
        own, number = name, 2
        while own in found:
            own, number = f"{name} ({number})", number + 1
        found.append(own)
    return found
