"""Figures per unit of time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kpis.engine.periods import Calendar
from kpis.engine.query import Query
from kpis.engine.rates import units_between
from kpis.engine.result import Figure, State

TYPES = {"at": "timestamp", "g": "text"}
COUNT = {"agg": "count"}
NOON = datetime(2025, 3, 1, 12)
DAILY = [{"at": NOON + timedelta(days=n)} for n in range(61)]  # March and April, one a day


def rate(per, measure=COUNT, **more):
    return {"measure": {"rate": {"measure": measure, "per": per}}, "time_column": "at", **more}


@pytest.mark.parametrize(
    ("per", "march", "april"),
    [("day", 1, 1), ("week", 7, 7), ("hour", 31 / (31 * 24 - 1), 1 / 24)],
)
def test_rate_is_by_the_length_of_the_local_period(store, per, march, april):
    definition = rate(per, time_zone="Europe/Berlin")
    result = store.ask(TYPES, DAILY, definition, Query("month"))
    assert [p.figure.value for p in result] == pytest.approx([march, april], rel=1e-12)
    assert result.points[0].figure.numerator == 31


def test_partial_period_counts_the_time_that_has_passed(store):
    as_of = datetime(2025, 4, 11, tzinfo=UTC)
    result = store.ask(TYPES, DAILY[:41], rate("day"), Query("month"), as_of)
    march, april = result
    assert (march.figure.denominator, april.figure.denominator) == (31, 10)
    assert (april.figure.value, april.period.partial) == (1, True)


def test_total_is_by_the_time_that_the_data_speaks_of(store):
    as_of = datetime(2025, 4, 11, tzinfo=UTC)
    for query in (Query(), Query(start=date(2024, 1, 1), end=date(2026, 1, 1))):
        total = store.ask(TYPES, DAILY[:41], rate("day"), query, as_of).total
        assert (total.numerator, total.denominator) == (41, 41)


def test_rate_of_a_day_without_rows_is_zero(store):
    rows = [DAILY[0], DAILY[2]]
    result = store.ask(TYPES, rows, rate("hour"), Query("day"))
    assert [p.figure.value for p in result] == [1 / 24, 0, 1 / 24]


def test_moving_rate_is_by_the_length_of_its_window(store):
    measure = {"window": {"measure": rate("day")["measure"], "kind": "moving", "periods": 2}}
    definition = {"measure": measure, "time_column": "at"}
    march, april = store.ask(TYPES, DAILY, definition, Query("month"))
    assert (march.figure.denominator, march.period.partial) == (31, True)
    assert (april.figure.numerator, april.figure.denominator) == (61, 61)


def test_net_flow_has_a_rate(store):
    rows = [{"at": NOON, "gone": NOON + timedelta(days=40)} for _ in range(62)]
    net = {"net": {"in": "at", "out": "gone"}}
    definition = {"measure": {"rate": {"measure": net, "per": "day"}}}
    result = store.ask({"at": "timestamp", "gone": "timestamp"}, rows, definition, Query("month"))
    assert [p.figure.value for p in result] == [2, -62 / 30]


def test_rate_outside_the_data_has_none(store):
    query = Query("month", start=date(2025, 6, 1), end=date(2025, 7, 1))
    [june] = store.ask(TYPES, DAILY, rate("day"), query)
    assert june.figure == Figure(None, State.NO_DATA)
    assert store.ask(TYPES, [], rate("day"), Query()).total == Figure(None, State.NO_DATA)


def test_no_time_has_no_rate(store):
    """The data's as-of is the moment at which the period begins: nothing has passed."""
    as_of = datetime(2025, 3, 1, tzinfo=UTC)
    query = Query("month", start=date(2025, 3, 1), end=date(2025, 4, 1))
    rows = [{"at": datetime(2025, 3, 1)}]
    [march] = store.ask(TYPES, rows, rate("day"), query, as_of)
    assert (march.figure.state, march.figure.numerator) == (State.UNDEFINED, 1)


@pytest.mark.parametrize(("per", "length"), [("hour", 23 + 24), ("day", 2), ("week", 2 / 7)])
def test_day_of_23_hours_is_one_day(per, length):
    berlin = Calendar.of("Europe/Berlin")
    ends = berlin.midnight(date(2025, 3, 30)), berlin.midnight(date(2025, 4, 1))
    assert units_between(berlin, *ends, per) == pytest.approx(length, abs=1e-9)


def test_half_of_a_short_day_is_half_a_day():
    berlin = Calendar.of("Europe/Berlin")
    start = berlin.midnight(date(2025, 3, 30))
    assert units_between(berlin, start, start + timedelta(hours=11.5), "day") == 0.5
