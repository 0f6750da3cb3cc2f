"""Rows that came after the data was looked at are in no figure of that look."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.engine.behind import rows_behind
from kpis.engine.cut import Cut, cut_down
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.run import run, run_many
from tests.kpis.engine.test_cut import AS_OF, CUTS, DEFINITIONS, QUERIES, noted, same
from tests.kpis.engine.test_property import TYPES, rows, shifted

LATER = timedelta(days=400)
MOVES = [
    parse_definition({"measure": {name: pair}, "time_zone": "Europe/Berlin"})
    for name, pair in [
        ("stock", {"opened": "at", "closed": "end"}),
        ("net", {"in": "at", "out": "end"}),
    ]
]


def looked_at(rows):
    """The table as it was noted when there were just these rows."""
    ends = noted(rows)
    tops = {name: ends.get(name, (None, None))[1] for name in ("at", "end")}
    return Table.named("load", TYPES, as_of=AS_OF, ends=ends), tops


def later(rows):
    """The same rows again, more than a year later."""
    return [
        {**row, **{name: row[name] and row[name] + LATER for name in ("at", "end")}} for row in rows
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows, cut=st.none() | st.sampled_from(CUTS), asked=st.sampled_from(QUERIES))
def test_figures_are_those_before_rows_came(store, rows, cut, asked):
    rows = [shifted(row) for row in rows]
    questions = [(definition, asked) for definition in DEFINITIONS]

    with store.load(TYPES, rows + later(rows), AS_OF) as (connection, _table):
        table, tops = looked_at(rows)
        table = Table(table.source, table.types, table.as_of, table.ends, tops)
        seen = run_many(connection, cut_down(table, cut), questions)
    with store.load(TYPES, rows, AS_OF) as (connection, table):
        wanted = [run(connection, cut_down(table, cut), *question) for question in questions]

    for one, other, (definition, _query) in zip(seen, wanted, questions, strict=True):
        assert [p.period for p in one] == [p.period for p in other], definition
        assert [p.segment for p in one] == [p.segment for p in other], definition
        assert all(same(p.figure, q.figure) for p, q in zip(one, other, strict=True)), definition


@pytest.mark.parametrize("definition", MOVES, ids=["stock", "net"])
def test_what_went_after_the_look_was_there_when_it_was_looked_at(store, definition):
    morning, gone = datetime(2025, 5, 2, 8), datetime(2025, 5, 2, 20)
    before = [{"at": morning, "end": None}, {"at": morning, "end": morning + timedelta(hours=2)}]
    after = [{**before[0], "end": gone}, before[1], {"at": gone, "end": None}]
    _table, tops = looked_at(before)

    with store.load(TYPES, after, AS_OF) as (connection, table):
        table = Table(table.source, table.types, table.as_of, ceilings=tops)
        total = run(connection, table, definition, Query()).total
        found = rows_behind(connection, table, definition, Query(), limit=10)

    assert (total.value, total.rows) == ((1, 2) if definition is MOVES[0] else (1, 3))
    assert len(found.rows) == (1 if definition is MOVES[0] else 2)


def test_range_beyond_the_look_and_rows_behind_it_count_no_later_row(store):
    day = datetime(2025, 5, 2, 8)
    before, count = [{"at": day}], DEFINITIONS[0]
    _table, tops = looked_at([{"at": day, "end": None}])
    query = Query(start=date(2025, 5, 1), end=date(2025, 6, 1))

    with store.load(TYPES, [*before, {"at": day + timedelta(hours=1)}], AS_OF) as (
        connection, table,
    ):  # fmt: skip
        table = Table(table.source, table.types, table.as_of, ceilings=tops)
        total = run(connection, table, count, query).total
        days = run(connection, table, count, Query(grain="day"))
        found = rows_behind(connection, table, count, query, limit=10)

    assert total.value == len(found.rows) == sum(p.figure.value or 0 for p in days) == 1
    assert not total.few


def test_period_is_not_cut_by_the_last_row_that_was_seen(store):
    """Nothing happened in the second half of April: the month is over all the same."""
    seen = datetime(2025, 4, 10)
    _table, tops = looked_at([{"at": seen, "end": None}])
    with store.load(TYPES, [{"at": seen}], AS_OF) as (connection, table):
        table = Table(table.source, table.types, table.as_of, ceilings=tops)
        (month,) = run(connection, table, DEFINITIONS[0], Query(grain="month"))

    assert month.period is not None
    assert not month.period.partial


def test_table_in_which_nothing_was_seen_stays_empty(store):
    with store.load(TYPES, [{"at": datetime(2025, 4, 10), "g": "a"}], AS_OF) as (
        connection, table,
    ):  # fmt: skip
        table = Table(table.source, table.types, table.as_of, ceilings={"at": None})
        total = run(connection, table, DEFINITIONS[0], Query()).total
        cut = run(connection, cut_down(table, Cut("g", ("a",))), DEFINITIONS[0], Query(grain="day"))

    assert total.rows == 0
    assert list(cut) == []


def test_days_are_counted_whole(store):
    """A day that was seen counts with all its rows: which of them were there nobody can say."""
    types = {"on": "date"}
    definition = parse_definition({"measure": {"agg": "count"}, "time_column": "on"})
    rows = [{"on": date(2025, 5, 1)}, {"on": date(2025, 5, 2)}, {"on": date(2025, 5, 3)}]
    with store.load(types, rows, datetime(2025, 5, 2, 12, tzinfo=UTC)) as (connection, table):
        table = Table(table.source, table.types, table.as_of, ceilings={"on": "2025-05-02"})
        assert run(connection, table, definition, Query()).total.value == 2
