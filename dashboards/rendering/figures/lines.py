"""A line for each segment over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import (
    BOTTOM,
    CHARACTER,
    RIGHT,
    TOP,
    Json,
    frame,
    gutter,
    scale_of,
    time_axis,
    value_axis,
)
from dashboards.rendering.figures.colours import FOCUS
from dashboards.rendering.figures.ends import NAME_SHIFT, End, end_names, end_of, end_value
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
from dashboards.rendering.reduction import MOST, kept_places
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Result

HEIGHT = 288


def lines(
    face: Face,
    result: Result,
    palette: Mapping[Segment, str],
    wording: Wording,
    *,
    zero: bool = False,
) -> Json:
    """A single line ends in its value; of several each ends in its name.

    Of more points than a page can hold the extremes are drawn; ``meta`` says how many there are.
    """
    slots = slots_of(result)
    series = series_of(result, slots, shown_segments(result), face)
    axis = scale_of(series.values(), face, zero=zero)
    single = len(series) == 1
    traces: list[Json] = []
    ends: list[End] = []
    drawn, whole = 0, len(slots) * len(series)
    for segment, values in series.items():
        colour = FOCUS if single else palette[segment]
        name = label(face.name if single else fmt.segment_text(segment, wording), NAME_LIMIT)
        places = kept_places(values, MOST // len(series))
        own = [slots[place] for place in places]
        texts = hover(result, segment, own, face, wording, named=not single)
        drawn += len(places)
        traces += [
            {**trace, "x": [places[x] for x in trace["x"]]}
            for trace in traces_of([values[p] for p in places], own, colour, name, texts)
        ]
        ends += end_of(values, name, colour)
    traces += rings(face, result, slots, FOCUS)
    inner = HEIGHT - TOP - BOTTOM
    if single:
        notes = [end_value(end, axis, inner, slots, face, wording) for end in ends]
        wide = max((len(n["text"]) for n in notes if n["xanchor"] == "left"), default=0)
        layout = frame(HEIGHT, right=int(RIGHT + wide * CHARACTER))
        layout["xaxis"] = time_axis(slots, wording)
    else:
        notes = end_names(ends, len(slots) - 1, axis, inner)
        longest = max((len(note["text"]) for note in notes), default=0)
        layout = frame(HEIGHT, right=int(NAME_SHIFT + RIGHT / 2 + longest * CHARACTER))
        # The names of the lines stand in the margin, right after the last figure.
        layout["xaxis"] = {**time_axis(slots, wording), "range": [-0.3, len(slots) - 1]}
    if drawn < whole:
        layout["meta"] = {"points": whole, "drawn": drawn}
    layout["yaxis"] = value_axis(axis, face, wording)
    layout["margin"]["l"] = gutter(layout["yaxis"]["ticktext"])
    layout["shapes"] = [
        *partial_band(slots), *mark_shapes(face, slots), *target_shapes(face, vertical=False),
    ]  # fmt: skip
    layout["annotations"] = [*mark_labels(face, slots), *notes, *target_label(face, wording)]
    return {"data": traces, "layout": layout}


def traces_of(
    values: Sequence[float | None],
    slots: Sequence[Slot],
    colour: str,
    name: str,
    texts: list[str],
) -> list[Json]:
    """The full periods, and the dotted way to an open mark where the last one is not over."""
    common = {
        "type": "scatter",
        "name": name,
        "connectgaps": False,
        "cliponaxis": False,
        "hoverinfo": "text",
        "showlegend": False,
    }
    if not (slots[-1].partial and values[-1] is not None):
        return [common | _full(values, values, colour, texts)]
    return [
        common | _full([*values[:-1], None], values, colour, texts),
        common | _partial(values, colour, texts),
    ]


def _full(
    drawn: Sequence[float | None],
    values: Sequence[float | None],
    colour: str,
    texts: list[str],
) -> Json:
    """A figure between two gaps has no line; without a mark nobody would see it."""
    around = [None, *values, None]
    alone = [
        value is not None and around[n] is None and around[n + 2] is None
        for n, value in enumerate(values)
    ]
    trace: Json = {
        "mode": "lines",
        "x": list(range(len(drawn))),
        "y": list(drawn),
        "hovertext": texts,
        "line": {"color": colour, "width": 2},
    }
    if any(alone):
        trace["mode"] = "lines+markers"
        trace["marker"] = {
            "color": colour,
            "size": [6 if mark else 0 for mark in alone],
            "line": {"width": 0},
        }
    return trace


def _partial(values: Sequence[float | None], colour: str, texts: list[str]) -> Json:
    last = len(values) - 1
    since = last - 1 if last and values[last - 1] is not None else last
    span = range(since, last + 1)
    return {
        "mode": "lines+markers",
        "x": list(span),
        "y": [values[n] for n in span],
        "hovertext": [texts[n] for n in span],
        "line": {"color": colour, "width": 2, "dash": "2px,5px"},
        "marker": {
            "color": "--surface",
            "size": [9 if n == last else 0 for n in span],
            "line": {"color": colour, "width": [2 if n == last else 0 for n in span]},
        },
    }


def partial_band(slots: Sequence[Slot]) -> list[Json]:
    """A quiet ground under the period that is not over."""
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": n - 0.5,
            "x1": n + 0.5,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": "--sunken",
            "line": {"width": 0},
        }
        for n, slot in enumerate(slots)
        if slot.partial
    ]
