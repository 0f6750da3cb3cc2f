"""A table cut down to the rows that somebody may see, before anything is computed from it.

The cut is below everything else: totals, periods from when to when there is data, values of a
filter and denominators are those of a table that has no other rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from kpis.engine.checks import GROUPABLE
from kpis.engine.constructs import Element
from kpis.engine.definition import Column, Condition, Scalar
from kpis.engine.periods import Calendar
from kpis.engine.query import Table
from kpis.engine.where import Scope


@dataclass(frozen=True, slots=True)
class Cut:
    """The rows in which ``column`` has one of ``values``; without values no row."""

    column: str
    values: tuple[Scalar, ...] = ()


def cut_down(table: Table, cut: Cut | None) -> Table:
    """The table with these rows alone; no row where it does not have the column any more.

    From when to when its columns of time go is asked anew: what was noted is of all rows.
    """
    if cut is None:
        return table
    columns: dict[str, Element] = {name: table.source.c[name] for name in table.types}
    rows = sa.select(*columns.values()).where(_kept(table, cut, columns)).subquery("rows")
    return replace(table, source=rows, ends={}, whole=table)


def _kept(table: Table, cut: Cut, columns: dict[str, Element]) -> Element:
    if not cut.values or table.types.get(cut.column) not in GROUPABLE:
        return sa.false()
    scope = Scope(columns, table.types, Calendar.of("UTC"))
    return scope.where(Condition(Column(cut.column), "in", cut.values))
