"""Bars of one KPI and the line of another, period by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboards.rendering.figures.axes import (
    Json,
    frame,
    gutter,
    legend,
    scale_of,
    time_axis,
    value_axis,
)
from dashboards.rendering.figures.colours import FOCUS, MUTED
from dashboards.rendering.figures.columns import bar_marker
from dashboards.rendering.figures.lines import traces_of
from dashboards.rendering.figures.marks import mark_labels, mark_shapes
from dashboards.rendering.figures.series import (
    Slot,
    hover,
    series_of,
    slots_of,
)
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Result

HEIGHT = 316
Side = tuple[Face, Result]


def share_axis(one: Face, other: Face) -> bool:
    """Whether both are measured in the same unit."""
    return (one.unit, one.unit_label) == (other.unit, other.unit_label)


def combined(bars_of: Side, line_of: Side, wording: Wording) -> Json:
    """Both begin at zero where they share an axis; the line's own axis begins where it is best.

    Targets are left out: a line across two scales would be read on the wrong one.
    """
    (face, result), (line_face, line_result) = bars_of, line_of
    slots = slots_of(replace(result, points=(*result.points, *line_result.points)))
    low = _values(face, result, slots)
    high = _values(line_face, line_result, slots)
    shared = share_axis(face, line_face)
    plain, line_plain = replace(face, target=None), replace(line_face, target=None)
    axis = scale_of([low, high] if shared else [low], plain, zero=True)
    bar = {
        "type": "bar", "name": label(face.name, 40), "x": list(range(len(slots))), "y": low,
        "hoverinfo": "text", "hovertext": _texts(face, result, slots, wording),
        "marker": bar_marker(MUTED, [slot.partial for slot in slots]), "showlegend": True,
    }  # fmt: skip
    texts = _texts(line_face, line_result, slots, wording)
    lines = traces_of(high, slots, FOCUS, label(line_face.name, 40), texts)
    lines[0]["showlegend"] = True
    layout = frame(HEIGHT, top=36)
    layout |= {"bargap": 0.36, "barcornerradius": 2, "showlegend": True, "legend": legend()}
    layout["xaxis"] = time_axis(slots, wording)
    marked = replace(face, marks=tuple(dict.fromkeys((*face.marks, *line_face.marks))))
    layout["shapes"] = mark_shapes(marked, slots)
    layout["annotations"] = mark_labels(marked, slots)
    layout["yaxis"] = value_axis(axis, face, wording)
    layout["margin"]["l"] = gutter(layout["yaxis"]["ticktext"])
    if not shared:
        second = scale_of([high], line_plain, zero=False)
        layout["yaxis2"] = {
            **value_axis(second, line_face, wording),
            "overlaying": "y", "side": "right", "showgrid": False,
            "tickfont": {"color": "--accent"},
        }  # fmt: skip
        layout["margin"]["r"] = gutter(layout["yaxis2"]["ticktext"])
        lines = [{**line, "yaxis": "y2"} for line in lines]
    return {"data": [bar, *lines], "layout": layout}


def _values(face: Face, result: Result, slots: Sequence[Slot]) -> list[float | None]:
    return series_of(result, slots, [()], face)[()]


def _texts(face: Face, result: Result, slots: Sequence[Slot], wording: Wording) -> list[str]:
    own = hover(result, (), slots, face, wording, named=False)
    return [label(f"{face.name}, {text}", 160) if text else "" for text in own]
