"""The line of the target and its words."""

from __future__ import annotations

from typing import Any

from dashboards.rendering import format as fmt
from dashboards.rendering.safety import label
from dashboards.rendering.scale import Scale
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording

Json = dict[str, Any]


def goals(face: Face) -> list[float]:
    """What is good, in display units: one end of it or both."""
    if face.target is None:
        return []
    good = face.target.good
    return [
        float(fmt.display_value(g, face)) for g in (good if isinstance(good, tuple) else (good,))
    ]


def target_shapes(face: Face, *, vertical: bool) -> list[Json]:
    along, across = ("y", "x") if vertical else ("x", "y")
    return [
        {
            "type": "line",
            f"{along}ref": "paper",
            f"{across}ref": across,
            f"{along}0": 0,
            f"{along}1": 1,
            f"{across}0": goal,
            f"{across}1": goal,
            "line": {"color": "--chart-target", "width": 1.25, "dash": "5px,4px"},
        }
        for goal in goals(face)
    ]


def own_shapes(face: Face, row: int) -> list[Json]:
    """The target of one bar alone, across it."""
    return [
        {
            "type": "line", "xref": "x", "yref": "y", "x0": goal, "x1": goal, "y0": row - 0.4,
            "y1": row + 0.4, "line": {"color": "--chart-target", "width": 2, "dash": "solid"},
        }
        for goal in goals(face)
    ]  # fmt: skip


def target_label(face: Face, wording: Wording, *, axis: Scale | None = None) -> list[Json]:
    """At the start of the line over time, above the bars over categories."""
    found = goals(face)
    if not found:
        return []
    first = found[0]
    text = label(f"{wording.target}, {fmt.target_text(face, wording)}")
    base = {"text": text, "showarrow": False, "font": {"color": "--ink-2"}}
    if axis is None:
        place = {"xref": "paper", "x": 0, "xanchor": "left", "y": first, "yanchor": "top"}
        return [{**base, **place, "bgcolor": "--surface", "borderpad": 1, "yshift": -2}]
    right = first > (axis.low + axis.high) / 2
    place = {"yref": "paper", "y": 1, "yanchor": "bottom", "x": first}
    return [{**base, **place, "xanchor": "right" if right else "left", "yshift": 2}]
