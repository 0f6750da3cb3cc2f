"""A look at a database: who one is there, what it holds, the first rows, how far the data goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kpis.sources.base import Column, Value
from kpis.sources.databases.base import Attribute, Database, Place, Relation
from kpis.sources.parquet import plain

PREVIEW_ROWS = 50
CELL = 500


@dataclass(frozen=True, slots=True)
class Look:
    """The columns that a query gives, and its first rows; stamps in ISO form."""

    attributes: tuple[Attribute, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """``rows`` and what is known of the columns; ``sql`` gives them in our types."""

    rows: int
    columns: tuple[Column, ...]
    sql: str


def knock(database: Database, place: Place, *, seconds: float) -> list[Relation]:
    """What there is to read; raises where nobody gets in, or gets in with too many rights."""
    with database.reading(place, seconds=seconds) as connection:
        database.check_rights(connection)
        return database.relations(connection)


def look(
    database: Database, place: Place, query: str, *, seconds: float, rows: int = PREVIEW_ROWS
) -> Look:
    """The columns and the first rows of a query."""
    with database.reading(place, seconds=seconds) as connection:
        database.check_rights(connection)
        attributes = database.attributes(connection, query)
        found: Sequence[Any] = ()
        if rows and any(attribute.type for attribute in attributes):
            text = database.selected(query, attributes, limit=rows)
            found = list(database.rows(connection, text))
    return Look(tuple(attributes), tuple(tuple(_short(value) for value in row) for row in found))


def columns(
    database: Database, place: Place, queries: Sequence[str], *, seconds: float
) -> list[list[str]]:
    """What the columns of each query are called."""
    with database.reading(place, seconds=seconds) as connection:
        database.check_rights(connection)
        return [database.names(connection, query) for query in queries]


def survey(database: Database, place: Place, query: str, *, seconds: float) -> Survey:
    """How many rows there are and what each column holds, asked at the source."""
    with database.reading(place, seconds=seconds) as connection:
        database.check_rights(connection)
        attributes = [a for a in database.attributes(connection, query) if a.type]
        inner = database.selected(query, attributes)
        parts = ["count(*)"]
        for attribute in attributes:
            name = database.quoted(attribute.name)
            parts.append(f"count({name})")
            if attribute.type in ("date", "timestamp", "integer", "number"):
                parts += [f"min({name})", f"max({name})"]
            else:
                parts += ["NULL", "NULL"]
        facts = connection.execute(
            sa.text(f"SELECT {', '.join(parts)} FROM ({inner}) AS s".replace(":", "\\:"))
        ).one()
    rows = int(facts[0])
    columns = []
    for place_, attribute in enumerate(attributes):
        filled, low, high = facts[1 + 3 * place_ : 4 + 3 * place_]
        columns.append(
            Column(attribute.name, attribute.type, rows - filled, plain(low), plain(high))
        )
    return Survey(rows, tuple(columns), inner)


def _short(value: Any) -> Value:
    told = plain(value)
    return told[:CELL] if isinstance(told, str) else told
