"""The ground under a line, and the parts of a whole on each other over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from dashboards.rendering.figures.layers import Layer, has_negative, layers
from dashboards.rendering.figures.lines import HEIGHT, lines, partial_band
from dashboards.rendering.figures.marks import mark_labels, mark_shapes
from dashboards.rendering.figures.series import Segment, Slot, slots_of
from dashboards.rendering.figures.targets import target_label, target_shapes
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Result


def areas(face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording) -> Json:
    """From zero up. Parts below zero have no place on each other: then there are lines alone."""
    if result.by and not has_negative(result):
        return _stacked(face, result, palette, wording)
    drawn = lines(face, result, palette, wording, zero=True)
    if not result.by:
        drawn["data"] = [*(_ground(trace) for trace in drawn["data"] if _is_line(trace)),
                         *drawn["data"]]  # fmt: skip
    return drawn


def _is_line(trace: Json) -> bool:
    return "lines" in trace["mode"]


def _ground(trace: Json) -> Json:
    return {
        "type": "scatter", "mode": "lines", "name": trace["name"], "x": trace["x"],
        "y": trace["y"], "line": {"color": trace["line"]["color"], "width": 0},
        "fill": "tozeroy", "fillcolor": "--chart-fill",
        "connectgaps": False, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _stacked(face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording) -> Json:
    slots = slots_of(result)
    stack = layers(result, slots, face, palette, wording)
    axis = scale_of([layer.tops for layer in stack], face, zero=True)
    layout = frame(HEIGHT + legend_height(len(stack)), top=8 + legend_height(len(stack)))
    layout["xaxis"] = {**time_axis(slots, wording), "range": [-0.1, len(slots) - 0.9]}
    layout["yaxis"] = value_axis(axis, face, wording)
    layout["margin"]["l"] = gutter(layout["yaxis"]["ticktext"])
    layout["shapes"] = [
        *partial_band(slots), *mark_shapes(face, slots), *target_shapes(face, vertical=False),
    ]  # fmt: skip
    layout["annotations"] = [*mark_labels(face, slots), *target_label(face, wording)]
    layout |= {"showlegend": True, "legend": legend()}
    # The highest is drawn first, since each covers the ground down to zero.
    traces = [trace for layer in reversed(stack) for trace in _layer(layer, slots)]
    return {"data": traces, "layout": layout}


def _layer(layer: Layer, slots: Sequence[Slot]) -> list[Json]:
    """Its full periods, and hatched the way to the one that is not over."""
    last = len(slots) - 1
    if not (last and slots[last].partial):
        return [_part(layer, slots, range(last + 1))]
    hatched = {
        "shape": "/", "size": 6, "solidity": 0.3, "fgcolor": layer.colour, "bgcolor": "--surface",
    }  # fmt: skip
    rest = _part(layer, slots, range(last - 1, last + 1))
    return [
        _part(layer, slots, range(last)),
        {**rest, "fillpattern": hatched, "showlegend": False},
    ]


def _part(layer: Layer, slots: Sequence[Slot], span: range) -> Json:
    tops = layer.tops
    return {
        "type": "scatter", "mode": "lines", "name": layer.name, "x": list(span),
        "y": [tops[n] if slots[n].period is not None else None for n in span],
        "line": {"color": "--surface", "width": 1},
        "fill": "tozeroy", "fillcolor": layer.colour,
        "marker": {"color": layer.colour}, "connectgaps": False, "hoverinfo": "text",
        "hovertext": [layer.texts[n] for n in span], "showlegend": True,
    }  # fmt: skip
