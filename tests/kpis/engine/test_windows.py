"""Cumulative and moving figures against the rows that they are of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ace_portal.lib.errors import Invalid
from kpis.engine.parsing import parse_definition, parse_where
from kpis.engine.query import Query, earlier
from kpis.engine.result import Figure, State
from kpis.engine.run import run, run_many
from tests.kpis.engine.test_property import MEASURES, TYPES, expected, rows, same, shifted, shown

VALUES = {"at": "timestamp", "x": "number", "g": "text"}
MEDIAN = {"agg": "quantile", "column": "x", "q": 0.5}
COUNT = {"agg": "count"}
FLOWS = {name: measure for name, measure in MEASURES.items() if name not in ("stock", "net")}


def window(measure, **how):
    kind = "moving" if "periods" in how else "cumulative"
    return {"measure": {"window": {"measure": measure, "kind": kind, **how}}, "time_column": "at"}


def monthly(*values, year=2025):
    """One row per month with its value; a list has several."""
    return [
        {"at": datetime(year, month, 10), "x": value}
        for month, some in enumerate(values, start=1)
        for value in (some if isinstance(some, list) else [some])
    ]


def values_of(result):
    return [point.figure.value for point in result]


def test_moving_median_is_that_of_all_rows(store):
    rows = monthly([1, 1, 1], [5, 9], [7])
    result = store.ask(VALUES, rows, window(MEDIAN, periods=3), Query("month"))
    assert values_of(result) == [1, 1, 3]  # of 1 1 1 5 7 9, not of the medians 1, 7 and 7
    assert [point.period.partial for point in result] == [True, True, False]


def test_moving_share_is_recomputed_from_rows(store):
    rows = monthly([1] + [0] * 9, [1])
    measure = {"share": {"of": {"column": "x", "op": "=", "value": 1}}}
    result = store.ask(VALUES, rows, window(measure, periods=2), Query("month"))
    assert [(p.figure.numerator, p.figure.denominator) for p in result] == [(1, 10), (2, 11)]


def test_moving_average_reads_rows_before_the_range(store):
    measure = {"agg": "avg", "column": "x"}
    query = Query("month", start=date(2025, 3, 1), end=date(2025, 5, 1))
    result = store.ask(VALUES, monthly(10, 20, 60, 70), window(measure, periods=3), query)
    assert values_of(result) == [30, 50]
    assert [point.period.partial for point in result] == [False, False]


@pytest.mark.parametrize("measure", [COUNT, {"agg": "count_distinct", "column": "x"}], ids=str)
def test_cumulative_begins_anew_each_year_or_never(store, measure):
    rows = monthly(1, 2, 3) + monthly(4, 5, year=2026)
    query = Query("quarter")
    since_year = store.ask(VALUES, rows, window(measure, since="year"), query)
    since_ever = store.ask(VALUES, rows, window(measure, since="all"), query)
    assert values_of(since_year) == [3, 3, 3, 3, 2]
    assert values_of(since_ever) == [3, 3, 3, 3, 5]


def test_cumulative_follows_the_fiscal_year(store):
    rows = monthly(*range(1, 7))
    definition = window(COUNT, since="year") | {"fiscal_start": 4}
    assert values_of(store.ask(VALUES, rows, definition, Query("month"))) == [1, 2, 3, 1, 2, 3]


def test_cumulative_minimum_keeps_the_least(store):
    measure = {"agg": "min", "column": "x"}
    result = store.ask(VALUES, monthly(5, 7, 3, None), window(measure, since="all"), Query("month"))
    assert values_of(result) == [5, 5, 3, 3]


def test_cumulative_net_is_what_came_minus_what_went(store):
    rows = [{"at": datetime(2025, 1, 5), "gone": datetime(2025, 3, 5)} for _ in range(2)]
    definition = {
        "measure": {
            "window": {"measure": {"net": {"in": "at", "out": "gone"}}, "kind": "cumulative"}
        }
    }
    result = store.ask({"at": "timestamp", "gone": "timestamp"}, rows, definition, Query("month"))
    assert values_of(result) == [2, 2, 0]


def test_finer_grain_looks_back_over_the_same_time(store):
    """Two months are two months on a chart of days, weeks and quarters."""
    rows = [{"at": datetime(2025, 1, 1) + timedelta(days=n), "x": 1} for n in range(120)]
    definition = window(COUNT, periods=2)
    day = Query("day", start=date(2025, 3, 15), end=date(2025, 3, 16))
    week = Query("week", start=date(2025, 3, 10), end=date(2025, 3, 17))
    quarter = Query("quarter", start=date(2025, 1, 1), end=date(2025, 4, 1))
    assert values_of(store.ask(VALUES, rows, definition, day)) == [59]  # since 16 January
    assert values_of(store.ask(VALUES, rows, definition, week)) == [59]  # since 17 January
    assert values_of(store.ask(VALUES, rows, definition, quarter)) == [59]  # February and March


def test_total_is_the_window_at_the_end_of_the_range(store):
    rows = monthly(1, 2, 4, 8)
    measure = {"agg": "sum", "column": "x"}
    for query, moving, year in [
        (Query(), 12, 15),
        (Query(start=date(2025, 3, 1), end=date(2025, 4, 1)), 6, 7),
        (Query(end=date(2025, 1, 1)), None, None),
    ]:
        total = store.ask(VALUES, rows, window(measure, periods=2), query).total
        to_date = store.ask(VALUES, rows, window(measure, since="year"), query).total
        assert (total.value, to_date.value) == (moving, year)


def test_comparison_of_a_cut_window_is_cut_like_it(store):
    rows = [{"at": datetime(2025, 1, 1, 12) + timedelta(days=n), "x": 1} for n in range(69)]
    as_of = datetime(2025, 3, 10, 23, tzinfo=UTC)
    definition = parse_definition(window(COUNT, periods=2))
    now = Query(start=date(2025, 3, 1), end=date(2025, 4, 1))
    with store.load(VALUES, rows, as_of) as (connection, table):
        here = run(connection, table, definition, now).total
        then = run(connection, table, definition, earlier(now, definition, as_of)).total
    assert (here.value, then.value) == (28 + 10, 31 + 10)


def test_month_outside_the_data_has_no_window(store):
    query = Query("month", start=date(2024, 12, 1), end=date(2025, 4, 1))
    result = store.ask(VALUES, monthly(1, 2), window(COUNT, periods=3), query)
    assert values_of(result) == [None, 1, 2, None]


def test_window_of_dates_reads_whole_local_days(store):
    rows = [{"day": date(2025, month, 28)} for month in (1, 2, 3)]
    for agg in ({"agg": "count"}, {"agg": "count_distinct", "column": "day"}):
        definition = window(agg, periods=2) | {"time_column": "day", "time_zone": "Asia/Tokyo"}
        result = store.ask({"day": "date"}, rows, definition, Query("month"))
        assert values_of(result) == [1, 2, 2]


def test_segments_have_windows_of_their_own(store):
    rows = [dict(row, g="a") for row in monthly(1, 1)] + [
        dict(row, g="b") for row in monthly(1, 1, 1)
    ]
    for agg in ({"agg": "count"}, MEDIAN):
        definition = window(agg, periods=2) | {"dimensions": ["g"]}
        result = store.ask(VALUES, rows, definition, Query("month", by=("g",)))
        assert [p.segment for p in result] == [("a",), ("b",)] * 3
        counted = [p.figure.rows if agg["agg"] == "count" else p.figure.denominator for p in result]
        assert counted == [1, 1, 2, 2, 1, 2]


def test_figures_of_no_rows_are_those_of_the_measure(store):
    rows = [*monthly(1), {"at": datetime(2025, 6, 10), "x": 2}]
    query = Query("month", start=date(2025, 4, 1), end=date(2025, 5, 1))
    assert store.ask(VALUES, rows, window(COUNT, periods=2), query).points[0].figure == Figure(0)
    median = store.ask(VALUES, rows, window(MEDIAN, periods=2), query).points[0].figure
    assert median == Figure(None, State.NO_DATA)


def test_windows_of_one_filter_are_answered_together_as_alone(duck):
    rows = [dict(row, g=g) for g in "ab" for row in monthly(1, 5, 3, 8)]
    kept = parse_where({"column": "g", "op": "=", "value": "a"})
    asked = [
        (parse_definition(definition | {"dimensions": ["g"]}), Query("month", where=kept))
        for definition in (
            window(COUNT, periods=2),
            window(MEDIAN, periods=2),
            window({"agg": "sum", "column": "x"}, since="all"),
            {"measure": COUNT, "time_column": "at"},
        )
    ]
    with duck.load(VALUES, rows) as (connection, table):
        together = run_many(connection, table, asked)
        alone = [run(connection, table, *question) for question in asked]
    assert [values_of(result) for result in together] == [values_of(result) for result in alone]
    assert [values_of(result) for result in together] == [
        [1, 2, 2, 2], [1, 3, 4, 5.5], [1, 6, 9, 17], [1, 1, 1, 1],
    ]  # fmt: skip


def test_too_many_joined_windows_are_refused(duck):
    rows = [{"at": datetime(2015, 1, 1)}, {"at": datetime(2025, 1, 1)}]
    with pytest.raises(Invalid, match="choose a coarser grain"):
        duck.ask(VALUES, rows, window(MEDIAN, since="all"), Query("day"))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=rows,
    zone=st.sampled_from(["Europe/Berlin", "America/New_York"]),
    grain=st.sampled_from(["day", "week"]),
    by=st.sampled_from([(), ("g",)]),
    how=st.sampled_from([{"periods": 2}, {"periods": 3}, {"since": "year"}, {"since": "all"}]),
    start=st.sampled_from([None, date(2025, 3, 31), date(2025, 10, 27)]),
)
def test_every_window_equals_plain_python(store, rows, zone, grain, by, how, start):
    rows = [shifted(row) for row in rows]
    with store.load(TYPES, rows) as (connection, table):
        for name, measure in FLOWS.items():
            definition = parse_definition(
                window(measure, **how)
                | {
                    "time_zone": zone,
                    "grain": grain,
                    "dimensions": ["g"],
                    "null_rule": "exclude" if name == "share_known" else "not_met",
                }
            )
            end = start and start + timedelta(days=8)
            asked = Query(grain, by, start=start, end=end)
            for point in run(connection, table, definition, asked):
                wanted = of_window(name, rows, point, by, ZoneInfo(zone), grain, how)
                assert same(shown(point.figure), wanted), (name, point, wanted)


def of_window(name, rows, point, by, zone, grain, how):
    """The figure of the rows whose local days lie in the window that ends with the point's."""
    stamps = [row["at"] for row in rows if row["at"]]
    first, after = point.period.start.date(), point.period.end.date()
    begin, end = (m.astimezone(UTC).replace(tzinfo=None) for m in (point.period.start,
                                                                  point.period.end))  # fmt: skip
    if not stamps or end <= min(stamps) or begin > max(stamps):
        return State.NO_DATA
    if "periods" in how:
        days = how["periods"] * (7 if grain == "week" else 1)
        low = after - timedelta(days=days)
    else:
        last = after - timedelta(days=1)
        low = last.replace(month=1, day=1) if how["since"] == "year" else date.min
    assert first < after
    kept = [
        row
        for row in rows
        if row["at"]
        and low <= row["at"].replace(tzinfo=UTC).astimezone(zone).date() < after
        and (not by or row["g"] == point.segment[0])
    ]
    return expected(name, kept)
