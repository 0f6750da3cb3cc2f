"""Figures over the rows that a reader may see are those over a table that has no other rows."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.engine.cut import Cut, cut_down
from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.query import Query, Table
from kpis.engine.result import State
from kpis.engine.run import run, run_many
from kpis.engine.together import in_front
from kpis.engine.values import distinct_values
from tests.kpis.engine.test_property import MEASURES, TYPES, rows, shifted

AS_OF = datetime(2025, 11, 1, tzinfo=UTC)
QUERIES = [
    Query(), Query("day"), Query("month", ("g",)), Query(None, ("g",)),
    Query("week", where=parse_definition(
        {"measure": {"agg": "count"}, "exclusions": {"column": "x", "op": ">", "value": 0}}
    ).exclusions),
]  # fmt: skip
DEFINITIONS = [
    parse_definition(
        {"measure": measure, "time_column": "at", "time_zone": "Europe/Berlin", "dimensions": ["g"]}
    )
    for measure in [*MEASURES.values(), {"window": {"measure": {"agg": "sum", "column": "x"},
                                                    "kind": "cumulative"}}]
]  # fmt: skip
CUTS = [Cut("g", ("a",)), Cut("g", ("a", "b")), Cut("g", ("z",)), Cut("g"), Cut("met", (True,))]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows, cut=st.sampled_from(CUTS), asked=st.sampled_from(QUERIES))
def test_every_figure_is_that_of_the_rows_cut_out_by_hand(store, rows, cut, asked):
    rows = [shifted(row) for row in rows]
    left = [row for row in rows if row[cut.column] in cut.values]
    questions = [(definition, asked) for definition in DEFINITIONS]

    with store.load(TYPES, rows, AS_OF) as (connection, table):
        table = Table.named("load", TYPES, as_of=AS_OF, ends=noted(rows))
        seen = run_many(connection, cut_down(table, cut), questions)
        offered = distinct_values(connection, cut_down(table, cut), "g")
    with store.load(TYPES, left, AS_OF) as (connection, table):
        wanted = [run(connection, table, *question) for question in questions]
        there = distinct_values(connection, table, "g")

    assert offered == there
    for one, other, (definition, _query) in zip(seen, wanted, questions, strict=True):
        assert [p.period for p in one] == [p.period for p in other], definition
        assert [p.segment for p in one] == [p.segment for p in other], definition
        assert all(same(p.figure, q.figure) for p, q in zip(one, other, strict=True)), definition
        assert (one.as_of, one.grain) == (other.as_of, other.grain)


def noted(rows):
    """The ends that a load notes of its columns of time: those of all rows."""
    found = {}
    for name in ("at", "end"):
        values = [row[name] for row in rows if row[name]]
        if values:
            found[name] = (min(values).isoformat(), max(values).isoformat())
    return found


def same(one, other):
    parts = [(one.value, other.value), (one.numerator, other.numerator),
             (one.denominator, other.denominator)]  # fmt: skip
    close = all(
        a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9))
        for a, b in parts
    )
    return close and (one.state, one.rows, one.left_out) == (
        other.state,
        other.rows,
        other.left_out,
    )


def test_nothing_is_seen_where_the_column_is_gone_or_no_dimension(duck):
    count = parse_definition({"measure": {"agg": "count"}})
    rows = [{"g": "a", "x": 1.0}]
    with duck.load({"g": "text", "x": "number"}, rows) as (connection, table):
        totals = [
            run(connection, cut_down(table, cut), count, Query()).total
            for cut in (None, Cut("g", ("a",)), Cut("gone", ("a",)), Cut("x", (1.0,)), Cut("g"))
        ]

    assert [(total.rows, total.state) for total in totals] == [
        (1, State.OK), (1, State.OK), (0, State.OK), (0, State.OK), (0, State.OK),
    ]  # fmt: skip


@pytest.mark.parametrize("cut", [Cut("g", ("a",)), Cut("g")])
def test_cut_is_in_the_sql_with_its_values_bound(duck, cut):
    count = parse_definition({"measure": {"agg": "count"}})
    with duck.load({"g": "text"}, [{"g": "a"}]) as (connection, table):
        sql = run(connection, cut_down(table, cut), count, Query()).sql

    assert "WHERE" in sql
    assert "'a'" not in sql


# One pass -----------------------------------------------------------------------------------------

SHARED = {"at": "timestamp", "g": "text", "x": "number", "n": "integer"}
SOME = [
    {"at": datetime(2025, 1, 1 + i % 28, i % 24), "g": "abc"[i % 3], "x": i * 1.5, "n": i % 5}
    for i in range(90)
]


def page_of_charts(where=None):
    """Charts of one page: several measures, grains and splits, one of them without any column."""
    timed = {"time_column": "at", "time_zone": "Europe/Berlin", "dimensions": ["g"]}
    over_time = [
        parse_definition({"measure": measure, **timed})
        for measure in ({"agg": "count"}, {"agg": "quantile", "column": "x", "q": 0.5},
                        {"share": {"of": {"column": "n", "op": ">", "value": 2}}})
    ]  # fmt: skip
    queries = [Query(where=where), Query("week", where=where), Query("day", ("g",), where=where)]
    rows = parse_definition({"measure": {"agg": "count"}})
    return [(rows, Query(where=where)), *((d, q) for d in over_time for q in queries)]


def sent(connection):
    found = []
    sa.event.listen(
        connection, "before_cursor_execute", lambda _c, _cursor, sql, *_rest: found.append(sql)
    )
    return found


@pytest.mark.parametrize("where", [None, {"column": "n", "op": "in", "value": [1, 2]}])
def test_charts_of_one_reader_read_their_rows_once(duck, where):
    charts = page_of_charts(parse_where(where) if where else None)
    with duck.load(SHARED, SOME, AS_OF) as (connection, table):
        mine = cut_down(table, Cut("g", ("a", "b")))
        alone = [run(connection, mine, *chart) for chart in charts]
        statements = sent(connection)
        together = run_many(connection, mine, charts)

    assert together == alone
    ends, shared = statements
    assert ends.startswith("SELECT min(")
    assert shared.startswith("WITH rows_of_the_reader AS MATERIALIZED")
    rows_of_all = '"load"'
    assert rows_of_all in shared
    assert rows_of_all not in shared.partition(" AS q")[2]  # the queries name what is theirs alone


def test_charts_without_any_column_count_the_rows_of_the_cut(duck):
    count = parse_definition({"measure": {"agg": "count"}})
    other = parse_definition({"measure": {"agg": "count"}, "min_cases": 3})
    with duck.load(SHARED, SOME) as (connection, table):
        mine = cut_down(table, Cut("g", ("a",)))
        statements = sent(connection)
        told = run_many(connection, mine, [(count, Query()), (other, Query())])

    assert [one.total.value for one in told] == [30, 30]
    assert len(statements) == 1


def test_what_is_asked_of_a_cut_can_read_nothing_else(duck):
    """Alone, without the rows that it was given, it fails: it never falls back on all rows."""
    with duck.load(SHARED, SOME) as (connection, table):
        mine = in_front(cut_down(table, Cut("g", ("a",))))
        with pytest.raises(sa.exc.DBAPIError):
            run(connection, mine, *page_of_charts()[0])


def test_two_readers_share_no_row(duck):
    charts = page_of_charts()
    with duck.load(SHARED, SOME, AS_OF) as (connection, table):
        told = {
            group: run_many(connection, cut_down(table, Cut("g", (group,))), charts)
            for group in ("a", "b", "a")
        }

    assert {point.segment for one in told["a"] for point in one if one.by} == {("a",)}
    assert {point.segment for one in told["b"] for point in one if one.by} == {("b",)}


def test_rows_of_a_cut_that_do_not_fit_into_memory_are_asked_for_one_by_one(duck):
    def refuse(_connection, _cursor, sql, *_rest):
        if sql.startswith("WITH"):
            raise sa.exc.OperationalError(sql, {}, MemoryError("Out of Memory Error"))

    charts = page_of_charts()
    with duck.load(SHARED, SOME, AS_OF) as (connection, table):
        mine = cut_down(table, Cut("g", ("a", "b")))
        alone = [run(connection, mine, *chart) for chart in charts]
        sa.event.listen(connection, "before_cursor_execute", refuse)

        assert run_many(connection, mine, charts) == alone
