"""Several queries in one statement, over the rows that their common filter or cut leaves.

The statement reads the table once into a common table expression of the table's own name, which
every query then finds in its place: each is worded, and counts, exactly as it would alone.

The rows of a cut get a name that nothing else has. Their queries read that name, and could not read
a row that is not somebody's to see if they tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.expression import TableClause

from kpis.engine.constructs import ONE, Element
from kpis.engine.query import Table

#: where DuckDB has its views: under it the table is found behind its double
SCHEMA = "main"
#: the rows of a cut; no view is called so
CUT = "rows_of_the_reader"

Row = Mapping[str, Any]


def can_share(connection: Connection, table: Table) -> bool:
    """Whether the rows of this table can be read once for several queries."""
    source = (table.whole or table).source
    own = isinstance(source, TableClause) and source.schema is None
    return own and connection.dialect.name == "duckdb"


def behind(table: Table) -> Table:
    """The table as it is found where its double has taken its name; a cut one keeps its own."""
    if table.whole is not None:
        return table
    assert isinstance(table.source, TableClause)
    own = Table.named(table.source.name, table.types, as_of=table.as_of, schema=SCHEMA)
    return replace(own, last_day=table.last_day)


def in_front(table: Table) -> Table:
    """The table as the queries over its double have it."""
    if table.whole is None:
        return table
    named = Table.named(CUT, table.types, as_of=table.as_of)
    return replace(named, ceilings=table.ceilings, last_day=table.last_day)


def double(own: Table, used: Sequence[str], kept: Element | None) -> sa.CTE:
    """The rows of ``behind`` that are kept, with the columns that are used, by the double's name.

    They are kept once, where DuckDB would else read them again for every query.
    """
    columns = [own.source.c[name] for name in used] or [ONE.label("one")]
    rows = sa.select(*columns).select_from(own.source)
    if kept is not None:
        rows = rows.where(kept)
    name = CUT
    if own.whole is None:
        assert isinstance(own.source, TableClause)
        name = own.source.name
    return rows.cte(name).prefix_with("MATERIALIZED")


def rows_together(
    connection: Connection, shared: sa.CTE, selects: Sequence[sa.Select[Any]]
) -> list[list[Row]]:
    """The rows of each query; all of them find ``shared`` in the place of their table."""
    names = [tuple(select.selected_columns.keys()) for select in selects]
    found: list[list[Row]] = [[] for _select in selects]
    starts = [1 + sum(map(len, names[:turn])) for turn in range(len(selects))]
    for row in connection.execute(_union(selects).add_cte(shared)):
        turn = row[0]
        own = row[starts[turn] : starts[turn] + len(names[turn])]
        found[turn].append(dict(zip(names[turn], own, strict=True)))
    return found


def _union(selects: Sequence[sa.Select[Any]]) -> sa.CompoundSelect[Any]:
    """One query after the other, each with its number and columns of its own, null elsewhere."""
    parts = [select.subquery(f"q{turn}") for turn, select in enumerate(selects)]
    branches = []
    for turn in range(len(parts)):
        columns = [
            (column if place == turn else sa.type_coerce(sa.null(), column.type)).label(
                f"q{place}_{name}"
            )
            for place, part in enumerate(parts)
            for name, column in part.c.items()
        ]
        branches.append(sa.select(sa.literal_column(str(turn), sa.Integer()).label("q"), *columns))
    return sa.union_all(*branches)
