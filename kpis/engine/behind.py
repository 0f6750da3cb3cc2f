"""The rows behind a figure, as the data has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import duckdb
import sqlalchemy as sa
from sqlalchemy import Connection

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.checks import check_columns
from kpis.engine.constructs import Element, check_dialect
from kpis.engine.definition import (
    Aggregate,
    Definition,
    Formula,
    Net,
    Ratio,
    Share,
    Stock,
)
from kpis.engine.frame import Frame, ends_of
from kpis.engine.query import Query, Table, check_query
from kpis.engine.run import Ground, ends_needed, ground_of
from kpis.engine.where import Scope

Cell = str | int | float | bool | datetime | None
Cut = Literal["", "rows", "cells", "bytes"]
MET = "counts_above"
#: how much is read of wide rows, and of long ones; so many come from the database at once
MOST_CELLS, MOST_BYTES = 250_000, 20_000_000
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows in the order of the data's time, newest first; stamps are aware, in UTC.

    ``met`` says of each whether it counts above the line of a share, or came in a net flow; it is
    None where a measure has no such line. ``cut`` says what kept further rows out: the "rows" or
    "cells" that were asked for at most, or their "bytes"; empty where these are all.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    met: tuple[bool, ...] | None
    cut: Cut = ""

    @property
    def more(self) -> bool:
        return bool(self.cut)


def rows_behind(
    connection: Connection, table: Table, definition: Definition, query: Query, *, limit: int
) -> Behind:
    """The rows that the figure of a whole range counts, empty values included.

    At most ``limit``, ``MOST_CELLS`` and ``MOST_BYTES`` of UTF-8, whatever comes first; one row at
    least. They are taken from the database a few at a time, so that no more is ever held.

    Raises ``Invalid`` where table, definition and query do not fit one another, and for a formula,
    which has no rows of its own.
    """
    check_dialect(connection.dialect)
    if isinstance(definition.basic, Formula):
        raise Invalid(_("This KPI is computed from others: look at the rows behind those."))
    query = replace(query, grain=None, by=())
    check_columns(definition, table.types)
    check_query(query, definition, table.types)
    ends = ends_of(connection, table, ends_needed(definition, query))
    ground = ground_of(table, definition, query, ends)
    met, conditions = _counted(definition, ground, table)
    columns = [ground.scope.columns[name].label(name) for name in table.types]
    extra = [] if met is None else [sa.func.coalesce(met, sa.false()).label(MET)]
    select = sa.select(*columns, *extra).select_from(table.source).where(*conditions)
    ordered = select.order_by(*_order(definition, table, ground.scope))
    rows, above, cut = _read(connection, ordered, len(table.types), limit)
    return Behind(
        columns=tuple(table.types),
        rows=tuple(rows),
        met=None if met is None else tuple(above),
        cut=cut,
    )


def _read(
    connection: Connection, ordered: sa.Select[Any], width: int, limit: int
) -> tuple[list[tuple[Cell, ...]], list[bool], Cut]:
    """As many rows as may be given out; fewer are sorted where DuckDB cannot hold so many, which
    are far more than ``MOST_BYTES``."""
    most = max(1, min(limit, MOST_CELLS // width))
    kept_out: Cut = "cells" if most < limit else "rows"
    while True:
        asked = ordered.limit(most + 1)
        try:
            with connection.execute(asked, execution_options={"yield_per": AT_ONCE}) as found:
                rows, above, cut = _taken(found, width, most)
        except sa.exc.DBAPIError as error:
            if most == 1 or not isinstance(error.orig, duckdb.OutOfMemoryException):
                raise
            connection.rollback()
            most, kept_out = max(1, most // 4), "bytes"
            continue
        return rows, above, kept_out if cut == "rows" else cut


def _taken(
    found: Iterable[Sequence[Any]], width: int, most: int
) -> tuple[list[tuple[Cell, ...]], list[bool], Cut]:
    """As many rows as may be held, whether each counts above, and why there are no more."""
    rows: list[tuple[Cell, ...]] = []
    above: list[bool] = []
    size = 0
    for row in found:
        cells = tuple(_cell(value) for value in row[:width])
        size += sum(len(cell.encode()) if isinstance(cell, str) else 8 for cell in cells)
        if len(rows) == most:
            return rows, above, "rows"
        if rows and size > MOST_BYTES:
            return rows, above, "bytes"
        rows.append(cells)
        above.append(len(row) > width and bool(row[width]))
    return rows, above, ""


def _counted(
    definition: Definition, ground: Ground, table: Table
) -> tuple[Element | None, list[Element]]:
    """What sets rows apart, and which rows there are."""
    scope, frame, conditions = ground.scope, ground.view.frame, list(ground.conditions)
    measure = definition.basic
    if isinstance(measure, Stock | Net):
        if measure.where is not None:
            conditions.append(scope.where(measure.where))
        if isinstance(measure, Stock):
            return None, conditions + _open(measure, scope, frame)
        came, went = (
            sa.and_(*frame.inside(scope.columns[name], table.types[name]))
            for name in (measure.came, measure.went)
        )
        return came, [*conditions, sa.or_(came, went)]
    if definition.time_column is not None:
        name = definition.time_column
        conditions += frame.inside(scope.columns[name], table.types[name])
    match measure:
        case Aggregate(where=where) if where is not None:
            conditions.append(scope.where(where))
        case Share(of, among):
            if among is not None:
                conditions.append(scope.where(among))
            return scope.where(of), conditions
        case Ratio(Aggregate(where=above), Aggregate(where=below)):
            if above is not None and below is not None:
                conditions.append(sa.or_(scope.where(above), scope.where(below)))
    return None, conditions


def _open(measure: Stock, scope: Scope, frame: Frame) -> list[Element]:
    """Those that are open at the end of the range."""
    opened, closed = scope.columns[measure.opened], scope.columns[measure.closed]
    conditions: list[Element] = [opened.is_not(None)]
    if frame.stop is None:
        return [*conditions, closed.is_(None)]
    before = opened < frame.edge(frame.stop, scope.types[measure.opened])
    after = closed >= frame.edge(frame.stop, scope.types[measure.closed])
    return [*conditions, before, sa.or_(closed.is_(None), after)]


def _order(definition: Definition, table: Table, scope: Scope) -> list[Element]:
    """By the last of the columns of time, then as the file has them, or as they are."""
    names = [*definition.time_columns, *(name for name in ("_row",) if name in table.types)]
    order: list[Element] = []
    for name in names[:1]:
        order += [scope.columns[name].is_(None), scope.columns[name].desc()]
    order += [scope.columns[name] for name in names[1:]]
    return order or [scope.columns[name] for name in list(table.types)[:1]]


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
