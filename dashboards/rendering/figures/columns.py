"""A column for each segment in each period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import (
    Json,
    frame,
    gutter,
    legend,
    legend_height,
    scale_of,
    time_axis,
    value_axis,
)
from dashboards.rendering.figures.colours import FOCUS
from dashboards.rendering.figures.layers import layers
from dashboards.rendering.figures.marks import mark_labels, mark_shapes
from dashboards.rendering.figures.rings import rings
from dashboards.rendering.figures.series import (
    NAME_LIMIT,
    Segment,
    Slot,
    hover,
    series_of,
    shown_segments,
    slots_of,
)
from dashboards.rendering.figures.targets import target_label, target_shapes
from dashboards.rendering.safety import label
from dashboards.rendering.scale import Scale
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Result

HEIGHT = 248


def columns(face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording) -> Json:
    """The segments of a period beside each other."""
    slots = slots_of(result)
    series = series_of(result, slots, shown_segments(result), face)
    axis = scale_of(series.values(), face, zero=True)
    single = not result.by
    partial = [slot.partial for slot in slots]
    traces: list[Json] = []
    for segment, values in series.items():
        colour = FOCUS if single else palette[segment]
        traces.append(
            {
                "type": "bar",
                "name": label(fmt.segment_text(segment, wording), NAME_LIMIT),
                "x": list(range(len(values))),
                "y": values,
                "hoverinfo": "text",
                "hovertext": hover(result, segment, slots, face, wording, named=not single),
                "marker": bar_marker(colour, partial),
                "showlegend": not single,
            }
        )
    traces += rings(face, result, slots, FOCUS)
    layout = _layout(face, slots, axis, wording, named=0 if single else len(series))
    layout |= {"barmode": "group", "bargap": 0.36, "bargroupgap": 0.08, "barcornerradius": 2}
    return {"data": traces, "layout": layout}


def stacked(face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording) -> Json:
    """The segments of a period on each other, from zero up and from zero down."""
    slots = slots_of(result)
    stack = layers(result, slots, face, palette, wording)
    axis = scale_of([layer.tops for layer in stack], face, zero=True)
    partial = [slot.partial for slot in slots]
    traces = [
        {
            "type": "bar", "name": layer.name, "x": list(range(len(slots))), "y": layer.values,
            "base": layer.bases, "hoverinfo": "text", "hovertext": layer.texts,
            "marker": bar_marker(layer.colour, partial), "showlegend": True,
        }
        for layer in stack
    ]  # fmt: skip
    layout = _layout(face, slots, axis, wording, named=len(stack))
    # Each bar says where it begins, so that a picture puts it in the same place.
    layout |= {"barmode": "overlay", "bargap": 0.36}
    return {"data": traces, "layout": layout}


def _layout(
    face: Face, slots: Sequence[Slot], axis: Scale, wording: Wording, *, named: int
) -> Json:
    above = legend_height(named) if named else 0
    layout = frame(HEIGHT + above, top=8 + above)
    layout["xaxis"] = time_axis(slots, wording)
    layout["yaxis"] = value_axis(axis, face, wording)
    layout["margin"]["l"] = gutter(layout["yaxis"]["ticktext"])
    layout["shapes"] = [*mark_shapes(face, slots), *target_shapes(face, vertical=False)]
    layout["annotations"] = [*mark_labels(face, slots), *target_label(face, wording)]
    if named:
        layout |= {"showlegend": True, "legend": legend()}
    return layout


def bar_marker(colour: str, partial: Sequence[bool]) -> Json:
    if not any(partial):
        return {"color": colour}
    return {
        "color": colour,
        "line": {"color": colour, "width": [1 if part else 0 for part in partial]},
        "pattern": {
            "shape": ["/" if part else "" for part in partial],
            "fillmode": "replace",
            "size": 6,
            "solidity": 0.3,
        },
    }
