"""The values that a dropdown filter offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.checks import GROUPABLE, TYPES, check_where
from kpis.engine.constructs import Contains, check_dialect
from kpis.engine.definition import Scalar, Where
from kpis.engine.periods import Calendar
from kpis.engine.query import Table
from kpis.engine.where import Scope


@dataclass(frozen=True, slots=True)
class Values:
    """Distinct values in ascending order, null last; ``more`` says that the limit cut them off."""

    values: tuple[Scalar, ...]
    more: bool


def distinct_values(
    connection: Connection,
    table: Table,
    column: str,
    *,
    search: str = "",
    limit: int = 100,
    where: Where | None = None,
) -> Values:
    """The values of a column that contain ``search`` (case ignored; only ASCII's on SQLite).

    With ``where`` those of the rows that meet it; a timestamp in it is read in UTC. They can go
    back as they are into the list of an ``in`` condition. Raises ``Invalid`` for a column that the
    table does not have or that is no dimension.
    """
    check_dialect(connection.dialect)
    if column not in table.types:
        raise Invalid(
            _("The data does not have the column “%(name)s”.", name=column), field="column"
        )
    kind = table.types[column]
    if kind not in GROUPABLE:
        raise Invalid(
            _(
                "“%(name)s” is %(type)s, too many values to list.",
                name=column,
                type=TYPES[kind],
            ),
            field="column",
        )
    value: sa.ColumnElement[Any] = table.source.c[column]
    select = sa.select(value).select_from(table.source).distinct()
    if where is not None:
        check_where(where, table.types, "where")
        columns = {name: table.source.c[name] for name in table.types}
        select = select.where(Scope(columns, table.types, Calendar.of("UTC")).where(where))
    if search:
        text = sa.func.lower(sa.cast(value, sa.String()))
        select = select.where(Contains(text, sa.literal(search.lower(), sa.String())))
    distinct = select.subquery("found")
    # In the order of code points, whatever the collation of the database.
    found = distinct.c[column]
    ordering = sa.collate(found, "C") if _collates(connection, kind) else found
    select = sa.select(found).order_by(found.is_(None), ordering).limit(limit + 1)
    rows = [row[0] for row in connection.execute(select)]
    return Values(tuple(_plain(row) for row in rows[:limit]), len(rows) > limit)


def _collates(connection: Connection, kind: str) -> bool:
    return kind == "text" and connection.dialect.name == "postgresql"


def _plain(value: Any) -> Scalar:
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value.isoformat())
