"""Any result as a table of text, which is also what a chart says to those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dashboards.rendering import format as fmt
from dashboards.rendering.odd import odd_at, odd_words
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure, Result

MAX_ROWS = 200

Segment = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """``url`` leads to the table sorted by this column, ``order`` says how it is sorted by it."""

    text: str
    numeric: bool = False
    url: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """``share`` and ``target`` are percent of the cell's width, as text, for a bar in the cell.

    ``odd`` says what is unusual about a figure, ``order`` is the figure itself, to sort by, and
    ``heat`` the shade of the cell, from 1 to 5; 0 is none. A value with a ``link`` can be chosen,
    and ``chosen`` says that it is.
    """

    text: str
    numeric: bool = False
    reason: str = ""
    note: str = ""
    share: str | None = None
    target: str | None = None
    muted: bool = False
    odd: str = ""
    order: float | None = None
    heat: int = 0
    link: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    headers: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...] = field(default=())
    left_out: int = 0
    #: the row of the whole
    foot: tuple[Cell, ...] = ()


def data_table(
    face: Face,
    result: Result,
    *,
    names: Sequence[str] = (),
    wording: Wording = ENGLISH,
) -> Table:
    """One row per point: its period, its segment, its value. ``names`` head the dimensions."""
    timed = result.grain is not None
    dimensions = tuple(Head(name) for name in (names or result.by))
    headers = (*((Head(wording.period),) if timed else ()), *dimensions, Head(face.name, True))
    rows = []
    for point in result.points[:MAX_ROWS]:
        cells = [Cell(fmt.segment_text((name,), wording)) for name in point.segment]
        partial = False
        if timed and point.period is not None:
            partial = point.period.partial
            cells.insert(0, Cell(fmt.period_text(point.period, wording)))
        value = _value(point.figure, face, wording, point.segment, partial=partial)
        odd = odd_at(face, point)
        if odd is not None:
            value = replace(value, odd=odd_words(odd, face, wording))
        rows.append((*cells, value))
    if not timed and not result.by:
        headers = (Head(wording.value), *headers)
        rows = [(Cell(face.name), *row) for row in rows]
    return Table(headers, tuple(rows), max(0, len(result.points) - MAX_ROWS))


def comparison_table(
    columns: Sequence[tuple[Face, Result]],
    *,
    totals: Sequence[tuple[Face, Figure]] = (),
    names: Sequence[str] = (),
    wording: Wording = ENGLISH,
) -> Table:
    """Several KPIs over the same dimensions, side by side, a bar in each cell.

    All results have the same ``by`` and no grain. Rows follow the first column. ``totals`` are the
    figures of all rows of the data, one for each column: what the cells add up to is another
    number wherever a measure is no count and no sum.
    """
    heads = [_heading(face) for face, _ in columns]
    columns = [(_without_words(face), result) for face, result in columns]
    by = columns[0][1].by
    if any(result.by != by or result.grain is not None for _, result in columns):
        raise ValueError("columns share their dimensions and have no grain")
    segments = list(dict.fromkeys(p.segment for _, result in columns for p in result))
    values = [{point.segment: point.figure for point in result} for _, result in columns]
    lengths = [_longest(face, result) for face, result in columns]
    rows = []
    for segment in segments[:MAX_ROWS]:
        cells = [Cell(fmt.segment_text((name,), wording)) for name in segment]
        for (face, _), figures, longest in zip(columns, values, lengths, strict=True):
            figure = figures.get(segment)
            if figure is None:
                cells.append(Cell(wording.no_data, numeric=True))
            else:
                cells.append(_value(figure, face, wording, segment, longest=longest))
        rows.append(tuple(cells))
    named = tuple(Head(name) for name in (names or by))
    left_out = max(0, len(segments) - MAX_ROWS)
    return Table((*named, *heads), tuple(rows), left_out, _foot(totals, len(by), wording))


def _foot(totals: Sequence[tuple[Face, Figure]], heads: int, wording: Wording) -> tuple[Cell, ...]:
    if not totals:
        return ()
    first = [Cell(wording.whole), *(Cell("") for _n in range(heads - 1))]
    return (*first, *(_value(figure, _without_words(face), wording, ()) for face, figure in totals))


def pair_table(columns: Sequence[tuple[Face, Result]], *, wording: Wording = ENGLISH) -> Table:
    """Several KPIs over the same periods, side by side; none of them is split."""
    periods = {p.period.start: p.period for _, result in columns for p in result if p.period}
    found = [{p.period.start: p for p in result if p.period} for _, result in columns]
    rows = []
    for start in sorted(periods)[:MAX_ROWS]:
        cells = [Cell(fmt.period_text(periods[start], wording))]
        for (face, _result), points in zip(columns, found, strict=True):
            if start not in points:
                cells.append(Cell(wording.no_data, numeric=True))
                continue
            partial = periods[start].partial
            cells.append(_value(points[start].figure, face, wording, (), partial=partial))
        rows.append(tuple(cells))
    heads = (Head(face.name, numeric=True) for face, _ in columns)
    return Table((Head(wording.period), *heads), tuple(rows), max(0, len(periods) - MAX_ROWS))


def _heading(face: Face) -> Head:
    """The KPI's name, with a unit that is a word: said once, it leaves room for the figures."""
    return Head(f"{face.name}, {face.unit_label}" if _is_word(face.unit_label) else face.name, True)


def _without_words(face: Face) -> Face:
    return replace(face, unit_label="") if _is_word(face.unit_label) else face


def _is_word(unit: str) -> bool:
    return len(unit) > 3


def _value(
    figure: Figure,
    face: Face,
    wording: Wording,
    segment: Segment,
    *,
    partial: bool = False,
    longest: float | None = None,
) -> Cell:
    own, face = face.own_of(segment), face.at(segment)
    shown = fmt.number(figure, face, wording)
    note = fmt.note(figure, partial=partial, wording=wording)
    if own is not None:
        goal = wording.own_target.format(target=fmt.target_text(face, wording))
        note = f"{note}, {goal}" if note else goal
    return Cell(
        text=str(shown),
        numeric=True,
        reason=shown.reason,
        note=note,
        share=_share(figure.value, longest) if fmt.has_value(figure) else None,
        target=_share(_goal(face), longest),
        muted=fmt.status(figure, face, partial=partial) == "good",
        order=float(figure.value or 0) if fmt.has_value(figure) else None,
    )


def value_cell(figure: Figure, face: Face, wording: Wording = ENGLISH) -> Cell:
    """A figure in a cell, without a unit that is a word."""
    return _value(figure, _without_words(face), wording, ())


def _goal(face: Face) -> float | None:
    good = face.target.good if face.target is not None else None
    return None if isinstance(good, tuple) else good


def _longest(face: Face, result: Result) -> float | None:
    """The value of a full bar; None where bars would lie, since something is below zero."""
    values = [float(p.figure.value or 0) for p in result if fmt.has_value(p.figure)]
    if not values or min(values) < 0:
        return None
    if face.unit == "percent" and max(values) <= 1:
        return 1.0
    goals = [_goal(face.at((name,))) or 0 for name, _target in face.own]
    return max([*values, _goal(face) or 0, *goals]) or None


def _share(value: float | int | None, longest: float | None) -> str | None:
    if value is None or longest is None:
        return None
    return f"{min(max(value / longest, 0), 1) * 100:.2f}".rstrip("0").rstrip(".")
