"""How the values of each category are spread: a box of the middle half, and lines to its ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import (
    CHARACTER,
    RIGHT,
    Json,
    category_axis,
    frame,
    row_value,
    scale_of,
    value_axis,
)
from dashboards.rendering.figures.colours import FOCUS
from dashboards.rendering.figures.series import Segment, shown
from dashboards.rendering.safety import check, label
from dashboards.rendering.table import Cell, Head, Table, value_cell
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure

#: the quantiles that a box shows: its lines end at the first and the last
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MAX_BOXES, MAX_ROWS = 16, 200
ROW, HALF = 34, 0.27
PALE, INK = "--chart-muted", "--ink"


@dataclass(frozen=True, slots=True)
class Box:
    """A category and its five quantiles, ascending, in the KPI's own unit."""

    segment: Segment
    figures: tuple[Figure, ...]

    @property
    def known(self) -> bool:
        return all(map(fmt.has_value, self.figures))

    @property
    def few(self) -> bool:
        return self.figures[2].few


def boxes_of(by_quantile: Sequence[Mapping[Segment, Figure]]) -> list[Box]:
    """From the figures of each quantile, by segment; those that one of them lacks are left out."""
    first, *others = by_quantile
    return [
        Box(segment, tuple(figures[segment] for figures in by_quantile))
        for segment in first
        if all(segment in figures for figures in others)
    ]


def box_figure(face: Face, boxes: Sequence[Box], *, wording: Wording = ENGLISH) -> Json | None:
    """A lying box for each category; None where none has a value."""
    drawn_of = [box for box in boxes if box.known][:MAX_BOXES]
    if not drawn_of:
        return None
    values = [[shown(figure, face) or 0.0 for figure in box.figures] for box in drawn_of]
    names = [label(fmt.segment_text(box.segment, wording), 28) for box in drawn_of]
    texts = [str(fmt.number(box.figures[2], face, wording)) for box in drawn_of]
    axis = scale_of(values, _plain(face), zero=False)
    trace = {
        "type": "bar", "orientation": "h", "x": [five[3] - five[1] for five in values],
        "base": [five[1] for five in values], "y": list(range(len(values))), "width": 2 * HALF,
        "hoverinfo": "text",
        "hovertext": [label(box_words(face, box, wording), 160) for box in drawn_of],
        "marker": {"color": [PALE if box.few else FOCUS for box in drawn_of]},
        "showlegend": False,
    }  # fmt: skip
    layout = frame(max(120, len(values) * ROW + 44), top=4, bottom=28)
    layout["margin"]["r"] = int(RIGHT + max(map(len, texts)) * CHARACTER)
    layout["margin"]["l"] = int(12 + max(map(len, names)) * CHARACTER)
    layout["xaxis"] = {**value_axis(axis, face, wording), "tickangle": 0}
    layout["yaxis"] = {**category_axis(names, axis), "showline": False}
    layout["shapes"] = [line for n, five in enumerate(values) for line in _lines(n, five)]
    layout["annotations"] = [row_value(n, text) for n, text in enumerate(texts)]
    drawn = {"data": [trace], "layout": layout}
    check(drawn)
    return drawn


def _plain(face: Face) -> Face:
    return Face(face.name, face.unit, face.unit_label, face.precision, face.direction)


def _lines(row: int, five: Sequence[float]) -> list[Json]:
    """To both ends, and the median across the box."""
    low, first, middle, third, high = five
    return [
        _line((low, row), (first, row), PALE, 2),
        _line((third, row), (high, row), PALE, 2),
        _line((middle, row - HALF), (middle, row + HALF), "--surface", 3),
    ]


def _line(start: tuple[float, float], end: tuple[float, float], hue: str, width: int) -> Json:
    return {
        "type": "line", "xref": "x", "yref": "y", "x0": start[0], "x1": end[0], "y0": start[1],
        "y1": end[1], "line": {"color": hue, "width": width, "dash": "solid"},
    }  # fmt: skip


def box_words(face: Face, box: Box, wording: Wording = ENGLISH) -> str:
    """A category and its five figures in a sentence."""
    low, first, middle, third, high = (fmt.shown_text(f, face, wording) for f in box.figures)
    said = wording.box.format(
        name=fmt.segment_text(box.segment, wording), median=middle, first=first, third=third,
        low=low, high=high,
    )  # fmt: skip
    note = fmt.note(box.figures[2], wording=wording)
    return f"{said} ({note})" if note else said


def box_table(face: Face, boxes: Sequence[Box], *, name: str, wording: Wording = ENGLISH) -> Table:
    """A row for each category with its five quantiles."""
    shares = [fmt.digits(fmt.exact(q * 100), 0, wording) for q in QUANTILES]
    heads = [Head(f"{share}%", numeric=True) for share in shares]
    heads[2] = Head(wording.median, numeric=True)
    rows = tuple(
        (
            Cell(fmt.segment_text(box.segment, wording)),
            *(value_cell(figure, _plain(face), wording) for figure in box.figures),
        )
        for box in boxes[:MAX_ROWS]
    )
    return Table((Head(name), *heads), rows, max(0, len(boxes) - MAX_ROWS))
