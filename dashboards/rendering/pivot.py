"""One KPI by two splits: a row for each value of one, a column for each of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboards.rendering import format as fmt
from dashboards.rendering.table import MAX_ROWS, Cell, Head, Table, value_cell
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure, Period, Point, Result

#: more do not fit beside each other
MAX_COLUMNS = 24
#: how many shades a cell can have
SHADES = 5

Name = str | None
Column = Name | Period


@dataclass(frozen=True, slots=True)
class Crossed:
    """The answers of a pivot: ``cells`` by both splits, ``rows`` and ``columns`` by one of them
    each, and the figure of the whole. All are counted from rows of the data."""

    cells: Result
    rows: Result
    columns: Result
    whole: Figure


def pivot_table(
    face: Face, crossed: Crossed, *, name: str, heat: bool = False, wording: Wording = ENGLISH
) -> tuple[Table, int]:
    """The table, and how many columns it leaves out: of periods the first ones, else the last.

    ``name`` heads the rows. With ``heat`` a cell is the darker the greater its figure is among
    those of the table; the figure stands in it all the same.
    """
    columns, left_out = _columns(crossed.columns)
    found = {(point.segment[0], _column(point)): point for point in crossed.cells}
    names = list(dict.fromkeys(point.segment[0] for point in crossed.rows))
    wholes = {point.segment[0]: point.figure for point in crossed.rows}
    shade = _shades(crossed.cells) if heat else None
    rows = []
    for row in names[:MAX_ROWS]:
        cells = [_cell(face, found.get((row, _key(c))), wording, shade) for c in columns]
        whole = value_cell(wholes[row], face, wording)
        rows.append((Cell(fmt.segment_text((row,), wording)), *cells, whole))
    heads = (
        Head(name),
        *(Head(_head(c, wording), True) for c in columns),
        Head(wording.whole, True),
    )
    sums = {_column(point): point for point in crossed.columns}
    foot = (
        Cell(wording.whole),
        *(_cell(face, sums.get(_key(c)), wording, None) for c in columns),
        value_cell(crossed.whole, face, wording),
    )
    return Table(tuple(heads), tuple(rows), max(0, len(names) - MAX_ROWS), foot), left_out


def _columns(result: Result) -> tuple[list[Column], int]:
    if result.grain is None:
        names: list[Column] = list(dict.fromkeys(point.segment[0] for point in result))
        return names[:MAX_COLUMNS], max(0, len(names) - MAX_COLUMNS)
    periods = {point.period.start: point.period for point in result if point.period is not None}
    ordered: list[Column] = [periods[start] for start in sorted(periods)]
    return ordered[-MAX_COLUMNS:], max(0, len(ordered) - MAX_COLUMNS)


def _column(point: Point) -> object:
    """What says in which column a point is: its period, or the last name of its segment."""
    return point.period.start if point.period is not None else point.segment[-1]


def _key(column: Column) -> object:
    return column.start if isinstance(column, Period) else column


def _head(column: Column, wording: Wording) -> str:
    if isinstance(column, Period):
        text = fmt.period_text(column, wording)
        return f"{text}, {wording.so_far}" if column.partial else text
    return fmt.segment_text((column,), wording)


def _cell(
    face: Face, point: Point | None, wording: Wording, shade: tuple[float, float] | None
) -> Cell:
    if point is None:
        return Cell(wording.no_data, numeric=True)
    cell = value_cell(point.figure, face, wording)
    if shade is None or cell.order is None:
        return cell
    low, high = shade
    part = (cell.order - low) / (high - low) if high > low else 0.0
    return replace(cell, heat=min(SHADES, 1 + int(part * SHADES)))


def _shades(result: Result) -> tuple[float, float]:
    values: Sequence[float] = [
        float(p.figure.value or 0) for p in result if fmt.has_value(p.figure)
    ] or [0.0]
    return min(values), max(values)
