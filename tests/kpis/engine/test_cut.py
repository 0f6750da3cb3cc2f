"""Figures over the rows that a reader may see are those over a table that has no other rows."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.engine.cut import Cut, cut_down
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.result import State
from kpis.engine.run import run, run_many
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
