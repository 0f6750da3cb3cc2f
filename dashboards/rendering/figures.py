"""Result → plotly figure, as a plain dictionary of ``data`` and ``layout``.

Colours are the names of tokens ("--chart-focus") that the page turns into the colours of its
theme. Positions on an axis are numbers and its labels are text beside them, so that no category
is ever taken for a number, a date or a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboards.rendering import format as fmt
from dashboards.rendering.safety import check, label
from dashboards.rendering.scale import Scale, scale
from dashboards.rendering.tiles import Face, Tile
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure, Period, Result

Segment = tuple[str | None, ...]
Json = dict[str, Any]

FOCUS, MUTED = "--chart-focus", "--chart-muted"
HUES = tuple(f"--chart-{n}" for n in range(1, 9))

# More than the eye can compare is left to the table.
MAX_SERIES = 6
MAX_BARS = 16

LINE_HEIGHT, BAR_HEIGHT, ROW_HEIGHT = 288, 248, 34
CHARACTER = 6.6
NAME_LIMIT, NAME_SHIFT = 18, 24


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place on the time axis; without a period it is a gap that the data leaves."""

    period: Period | None
    before: Period | None


def hues(segments: Iterable[Segment]) -> dict[Segment, str]:
    """A colour for each segment, the same whatever else is shown beside it.

    Pass the segments of all tiles of a dashboard, so that a category keeps its hue across them.
    """
    ordered = sorted(set(segments), key=lambda segment: tuple(name or "" for name in segment))
    return {segment: HUES[n % len(HUES)] for n, segment in enumerate(ordered)}


def figure(
    tile: Tile,
    face: Face,
    result: Result,
    *,
    colours: Mapping[Segment, str] | None = None,
    wording: Wording = ENGLISH,
) -> Json | None:
    """The figure of a line or bar tile; None where there is nothing to draw.

    Values are in display units: shares in percent, everything else in the KPI's own unit. Raises
    ValueError for a tile that is no chart.
    """
    if tile.type not in {"line", "bar"}:
        raise ValueError(f"a {tile.type} tile has no figure")
    if not any(fmt.has_value(point.figure) for point in result):
        return None
    palette = {**hues(point.segment for point in result), **(colours or {})}
    if result.grain is None:
        drawn = _categories(face, result, palette, wording)
    elif tile.type == "line":
        drawn = _lines(face, result, palette, wording)
    else:
        drawn = _columns(face, result, palette, wording)
    check(drawn)
    return drawn


def shown_segments(result: Result) -> list[Segment]:
    """The segments that a chart over time draws: the largest by their last value, as they come."""
    last: dict[Segment, float] = {}
    for point in result:
        value = point.figure.value if fmt.has_value(point.figure) else None
        last[point.segment] = float(value) if value is not None else last.get(point.segment, 0.0)
    largest = set(sorted(last, key=lambda segment: -abs(last[segment]))[:MAX_SERIES])
    return [segment for segment in last if segment in largest]


# Over time


def _lines(face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording) -> Json:
    slots = _slots(result)
    series = _series(result, slots, shown_segments(result), face)
    axis = _scale(series.values(), face, zero=False)
    single = len(series) == 1
    traces: list[Json] = []
    notes: list[Json] = []
    ends: list[tuple[float, str, Json]] = []
    for segment, values in series.items():
        colour = FOCUS if single else palette[segment]
        name = label(face.name if single else fmt.segment_text(segment, wording), NAME_LIMIT)
        texts = _hover(result, segment, slots, face, wording, named=not single)
        traces += _line(values, slots, colour, name, texts)
        end = next((n for n in reversed(range(len(values))) if values[n] is not None), None)
        value = values[end] if end is not None else None
        if end is None or value is None:
            continue
        if single:
            notes.append(_end_value(end, values, axis, slots, face, wording))
        else:
            ends.append((value, colour, _end_name(len(slots) - 1, value, name)))
    plot = LINE_HEIGHT - 8 - 28
    notes += _spread(ends, axis, plot)
    names = (len(note["text"]) for note in notes)
    right = 16 if single else NAME_SHIFT + 8 + max(names, default=0) * CHARACTER
    layout = _layout(LINE_HEIGHT, right=int(right))
    layout["hovermode"] = "closest"
    layout["xaxis"] = _time_axis(slots, wording)
    if not single:
        # The names of the lines stand in the margin, right after the last figure.
        layout["xaxis"]["range"] = [-0.3, len(slots) - 1]
    layout["yaxis"] = _value_axis(axis, face, wording)
    layout["margin"]["l"] = _gutter(layout["yaxis"]["ticktext"])
    layout["shapes"] = [*_partial_band(slots), *_target_shapes(face, vertical=False)]
    layout["annotations"] = [*notes, *_target_label(face, wording)]
    return {"data": traces, "layout": layout}


def _line(
    values: Sequence[float | None],
    slots: Sequence[_Slot],
    colour: str,
    name: str,
    texts: list[str],
) -> list[Json]:
    """The full periods, and the dotted way to an open mark where the last one is not over."""
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "connectgaps": False,
        "cliponaxis": False,
        "hoverinfo": "text",
        "showlegend": False,
    }
    x = list(range(len(values)))
    stroke = {"color": colour, "width": 2}
    last = len(values) - 1
    period = slots[last].period
    partial = period is not None and period.partial and values[last] is not None
    alone = [
        n
        for n, value in enumerate(values)
        if value is not None
        and (n == 0 or values[n - 1] is None)
        and (n == last or values[n + 1] is None)
    ]
    full = list(values)
    if partial:
        full[last] = None
    drawn = [
        {**trace, "x": x, "y": full, "hovertext": texts, "line": stroke},
    ]
    if alone:
        # A figure between two gaps has no line; without a mark nobody would see it.
        drawn[0] |= {
            "mode": "lines+markers",
            "marker": {
                "color": colour,
                "size": [6 if n in alone else 0 for n in x],
                "line": {"width": 0},
            },
        }
    if partial:
        since = last - 1 if last and values[last - 1] is not None else last
        span = range(since, last + 1)
        drawn.append(
            {
                **trace,
                "mode": "lines+markers",
                "x": list(span),
                "y": [values[n] for n in span],
                "hovertext": [texts[n] for n in span],
                "line": {**stroke, "dash": "2px,5px"},
                "marker": {
                    "color": "--surface",
                    "size": [9 if n == last else 0 for n in span],
                    "line": {"color": colour, "width": [2 if n == last else 0 for n in span]},
                },
            }
        )
    return drawn


def _columns(face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording) -> Json:
    slots = _slots(result)
    series = _series(result, slots, shown_segments(result), face)
    axis = _scale(series.values(), face, zero=True)
    single = len(series) == 1
    traces = []
    for segment, values in series.items():
        colour = FOCUS if single else palette[segment]
        partial = [slot.period is not None and slot.period.partial for slot in slots]
        traces.append(
            {
                "type": "bar",
                "name": label(fmt.segment_text(segment, wording), NAME_LIMIT),
                "x": list(range(len(values))),
                "y": values,
                "hoverinfo": "text",
                "hovertext": _hover(result, segment, slots, face, wording, named=not single),
                "marker": _bar_marker(colour, partial),
                "showlegend": not single,
            }
        )
    layout = _layout(BAR_HEIGHT + (0 if single else 28), top=8 if single else 36)
    layout |= {"barmode": "group", "bargap": 0.36, "bargroupgap": 0.08, "barcornerradius": 2}
    layout["hovermode"] = "closest"
    layout["xaxis"] = _time_axis(slots, wording)
    layout["yaxis"] = _value_axis(axis, face, wording)
    layout["margin"]["l"] = _gutter(layout["yaxis"]["ticktext"])
    layout["shapes"] = _target_shapes(face, vertical=False)
    layout["annotations"] = _target_label(face, wording)
    if not single:
        layout |= {"showlegend": True, "legend": _legend()}
    return {"data": traces, "layout": layout}


def _bar_marker(colour: str, partial: Sequence[bool]) -> Json:
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


def _slots(result: Result) -> list[_Slot]:
    """Every period once, in order, with one gap where the data leaves some out."""
    periods = {p.period.start: p.period for p in result if p.period is not None}
    slots: list[_Slot] = []
    before: Period | None = None
    for period in (periods[start] for start in sorted(periods)):
        if before is not None and before.end < period.start:
            slots.append(_Slot(None, before))
        slots.append(_Slot(period, before))
        before = period
    return slots


def _series(
    result: Result, slots: Sequence[_Slot], segments: Sequence[Segment], face: Face
) -> dict[Segment, list[float | None]]:
    places = {slot.period.start: n for n, slot in enumerate(slots) if slot.period is not None}
    series: dict[Segment, list[float | None]] = {s: [None] * len(slots) for s in segments}
    for point in result:
        if point.segment in series and point.period is not None:
            series[point.segment][places[point.period.start]] = _shown(point.figure, face)
    return series


def _shown(figure: Figure, face: Face) -> float | None:
    if figure.value is None or not fmt.has_value(figure):
        return None
    return float(fmt.display_value(figure.value, face))


def _hover(
    result: Result,
    segment: Segment,
    slots: Sequence[_Slot],
    face: Face,
    wording: Wording,
    *,
    named: bool,
) -> list[str]:
    figures = {p.period.start: p.figure for p in result if p.period and p.segment == segment}
    texts = []
    for slot in slots:
        period = slot.period
        if period is None or period.start not in figures:
            texts.append("")
            continue
        shown = figures[period.start]
        parts = [fmt.period_text(period, wording)]
        if named:
            parts.append(fmt.segment_text(segment, wording))
        note = fmt.note(shown, partial=period.partial, wording=wording)
        value = str(fmt.number(shown, face, wording))
        texts.append(label(f"{', '.join(parts)}: {value}{f' ({note})' if note else ''}", 160))
    return texts


# Over categories


def _categories(
    face: Face, result: Result, palette: Mapping[Segment, str], wording: Wording
) -> Json:
    points = [point for point in result if fmt.has_value(point.figure)][:MAX_BARS]
    values = [_shown(point.figure, face) or 0.0 for point in points]
    names = [label(fmt.segment_text(point.segment, wording), 28) for point in points]
    texts = [str(fmt.number(point.figure, face, wording)) for point in points]
    axis = _scale([values], face, zero=True)
    hover = [
        label(f"{fmt.segment_text(p.segment, wording)}: {fmt.number(p.figure, face, wording)}", 160)
        for p in points
    ]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(points))),
        "width": 0.54,
        "hoverinfo": "text",
        "hovertext": hover,
        "marker": {"color": [_category_colour(p.figure, face) for p in points]},
        "showlegend": False,
    }
    target = face.target is not None
    layout = _layout(
        max(120, len(points) * ROW_HEIGHT + 16 + (20 if target else 0)),
        top=24 if target else 4,
        bottom=4,
        right=int(16 + max(map(len, texts), default=0) * CHARACTER),
    )
    layout["margin"]["l"] = int(12 + max(map(len, names), default=0) * CHARACTER)
    layout["barcornerradius"] = 2
    layout["hovermode"] = "closest"
    # The bars speak with their own numbers: an axis would say it twice.
    layout["xaxis"] = {"range": [axis.low, axis.high], "visible": False}
    layout["yaxis"] = {
        "range": [len(points) - 0.5, -0.5],
        "tickvals": list(range(len(points))),
        "ticktext": names,
        "tickfont": {"color": "--ink-2"},
        "showgrid": False,
        "zeroline": False,
        "showline": axis.low >= 0,
    }
    layout["shapes"] = _target_shapes(face, vertical=True)
    layout["annotations"] = [
        *_target_label(face, wording, axis=axis),
        *(_row_value(n, text) for n, text in enumerate(texts)),
    ]
    return {"data": [trace], "layout": layout}


def _row_value(row: int, text: str) -> Json:
    """The number of a bar, in a column of its own where no target line crosses it."""
    return {
        "xref": "paper",
        "x": 1,
        "y": row,
        "text": label(text),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "middle",
        "xshift": int(8 + len(text) * CHARACTER),
        "align": "right",
        "font": {"color": "--ink-2"},
    }


def _category_colour(figure: Figure, face: Face) -> str:
    """The eye goes to what misses its target; without a target all bars count alike."""
    if face.target is None:
        return FOCUS
    return MUTED if fmt.status(figure, face) == "good" else FOCUS


# Parts


def _layout(height: int, *, top: int = 8, bottom: int = 28, right: int = 16) -> Json:
    return {
        "height": height,
        "margin": {"t": top, "r": right, "b": bottom, "l": 32, "pad": 0},
        "showlegend": False,
        "shapes": [],
        "annotations": [],
    }


def _legend() -> Json:
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "font": {"color": "--ink-2"},
        "itemclick": False,
        "itemdoubleclick": False,
    }


def _scale(series: Iterable[Sequence[float | None]], face: Face, *, zero: bool) -> Scale:
    values = [value for values in series for value in values if value is not None]
    return scale(
        [*values, *_goals(face)], zero=zero, most=100.0 if face.unit == "percent" else None
    )


def _goals(face: Face) -> list[float]:
    if face.target is None:
        return []
    good = face.target.good
    return [
        float(fmt.display_value(g, face)) for g in (good if isinstance(good, tuple) else (good,))
    ]


def _time_axis(slots: Sequence[_Slot], wording: Wording) -> Json:
    places = [(n, slot) for n, slot in enumerate(slots) if slot.period is not None]
    ticks = [fmt.period_tick(s.period, s.before, wording) for _, s in places if s.period]
    return {
        "range": [-0.5, len(slots) - 0.5],
        "tickvals": [n for n, _ in places],
        "ticktext": [label(tick) for tick in ticks],
        "tickangle": 0,
        "showgrid": False,
        "showline": True,
    }


def _value_axis(axis: Scale, face: Face, wording: Wording) -> Json:
    suffix = "%" if face.unit == "percent" else ""
    return {
        "range": [axis.low, axis.high],
        "tickvals": axis.ticks,
        "ticktext": axis.labels(wording, suffix),
        "showgrid": True,
        "zeroline": axis.low < 0 < axis.high,
    }


def _gutter(labels: Sequence[str]) -> int:
    return max(32, int(14 + max(map(len, labels), default=0) * CHARACTER))


def _target_shapes(face: Face, *, vertical: bool) -> list[Json]:
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
        for goal in _goals(face)
    ]


def _target_label(face: Face, wording: Wording, *, axis: Scale | None = None) -> list[Json]:
    """At the start of the line over time, above the bars over categories."""
    goals = _goals(face)
    if not goals:
        return []
    text = label(f"{wording.target}, {fmt.target_text(face, wording)}")
    base = {"text": text, "showarrow": False, "font": {"color": "--ink-2"}}
    if axis is None:
        place = {"xref": "paper", "x": 0, "xanchor": "left", "y": goals[0], "yanchor": "top"}
        return [{**base, **place, "bgcolor": "--surface", "borderpad": 1, "yshift": -2}]
    right = goals[0] > (axis.low + axis.high) / 2
    place = {"yref": "paper", "y": 1, "yanchor": "bottom", "x": goals[0]}
    return [{**base, **place, "xanchor": "right" if right else "left", "yshift": 2}]


def _partial_band(slots: Sequence[_Slot]) -> list[Json]:
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
        if slot.period is not None and slot.period.partial
    ]


def _end_value(
    place: int,
    values: Sequence[float | None],
    axis: Scale,
    slots: Sequence[_Slot],
    face: Face,
    wording: Wording,
) -> Json:
    """The last value, on the side that the line does not come from."""
    period = slots[place].period
    value = values[place] or 0.0
    before = values[place - 1] if place else None
    room = value - axis.low > 0.16 * (axis.high - axis.low)
    below = before is not None and before > value and room
    text = fmt.digits(Decimal(str(value)), face.precision, wording)
    unit = "%" if face.unit == "percent" else f" {face.unit_label}".rstrip()
    note = f", {wording.so_far}" if period is not None and period.partial else ""
    return {
        "x": place,
        "y": value,
        "text": label(f"{text}{unit}{note}"),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "top" if below else "bottom",
        "xshift": 8,
        "yshift": -8 if below else 8,
        "font": {"color": "--accent"},
    }


def _end_name(place: int, value: float, name: str) -> Json:
    return {
        "x": place,
        "y": value,
        "text": name,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": NAME_SHIFT,
        "font": {"color": "--ink-2"},
    }


def _end_mark(name: Json, colour: str) -> Json:
    """The hue beside a name: the name itself stays in ink, which is easier to read."""
    return {**name, "text": "●", "xshift": 10, "font": {"color": colour}}


def _spread(ends: list[tuple[float, str, Json]], axis: Scale, height: int) -> list[Json]:
    """Names at the ends of lines, moved apart where they would touch."""
    gap = 15 / height * (axis.high - axis.low)
    placed: list[tuple[str, Json]] = []
    ceiling = axis.high
    for value, colour, note in sorted(ends, key=lambda end: -end[0]):
        y = min(value, ceiling)
        placed.append((colour, {**note, "y": y}))
        ceiling = y - gap
    lift = max(0.0, axis.low - placed[-1][1]["y"]) if placed else 0.0
    names = [(colour, {**note, "y": note["y"] + lift}) for colour, note in placed]
    return [part for colour, name in names for part in (name, _end_mark(name, colour))]
