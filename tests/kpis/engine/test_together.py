"""Queries under one filter share their rows, and answer as they do alone."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.query import Query
from kpis.engine.run import run, run_many

TYPES = {
    "at": "timestamp", "closed": "timestamp", "g": "text", "n": "integer", "x": "number",
    "met": "boolean", "day": "date",
}  # fmt: skip
START = datetime(2025, 3, 1, 9)
ROWS = [
    {
        "at": START + timedelta(hours=7 * i),
        "closed": START + timedelta(hours=11 * i) if i % 3 else None,
        "g": "abc"[i % 3],
        "n": i % 5,
        "x": i * 1.5 if i % 4 else None,
        "met": bool(i % 2),
        "day": date(2025, 3, 1) + timedelta(days=i),
    }
    for i in range(60)
]
TIMED = {"time_column": "at", "time_zone": "Europe/Berlin", "dimensions": ["g", "n", "met"]}
DEFINITIONS = [
    {"measure": {"agg": "count"}, **TIMED},
    {"measure": {"agg": "quantile", "column": "x", "q": 0.5}, **TIMED},
    {"measure": {"agg": "count_distinct", "column": "g"}, **TIMED},
    {"measure": {"share": {"of": {"column": "met", "op": "=", "value": True}}}, **TIMED},
    {
        "measure": {"stock": {"opened": "at", "closed": "closed"}},
        "time_zone": "Europe/Berlin",
        "dimensions": ["g"],
    },
    {"measure": {"agg": "max", "column": "x"}, "dimensions": ["g"]},
]
FILTER = parse_where({"column": "n", "op": "in", "value": [1, 2]})
AS_OF = datetime(2025, 3, 18, 6, tzinfo=UTC)


def questions(where=FILTER):
    found = []
    for told in DEFINITIONS:
        definition = parse_definition(told)
        found.append((definition, Query(where=where)))
        found.append((definition, Query(where=where, by=("g",))))
        if definition.time_columns:
            found.append((definition, Query(grain="week", where=where)))
            found.append(
                (definition, Query("day", ("g",), date(2025, 3, 3), date(2025, 3, 9), where))
            )
    return found


def statements(connection):
    ran = []
    sa.event.listen(
        connection, "before_cursor_execute", lambda _c, _cursor, sql, *_rest: ran.append(sql)
    )
    return ran


def test_shared_rows_give_what_each_query_gives_alone(store):
    with store.load(TYPES, ROWS, AS_OF) as (connection, table):
        asked = [*questions(), *questions(None)]
        alone = [run(connection, table, *question) for question in asked]

        assert run_many(connection, table, asked) == alone


def test_queries_under_one_filter_are_one_statement(duck):
    with duck.load(TYPES, ROWS, AS_OF) as (connection, table):
        ran = statements(connection)

        run_many(connection, table, questions())

    _spans, shared = ran
    assert shared.startswith('WITH "load" AS MATERIALIZED')


def test_rows_that_do_not_fit_into_memory_are_asked_for_one_by_one(duck):
    def refuse(_connection, _cursor, sql, *_rest):
        if sql.startswith("WITH"):
            raise sa.exc.OperationalError(sql, {}, MemoryError("Out of Memory Error"))

    with duck.load(TYPES, ROWS, AS_OF) as (connection, table):
        alone = [run(connection, table, *question) for question in questions()]
        sa.event.listen(connection, "before_cursor_execute", refuse)

        assert run_many(connection, table, questions()) == alone
