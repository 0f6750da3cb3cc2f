"""The local calendar, and that the SQL keys agree with it at every change of the clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kpis.engine.parsing import parse_definition
from kpis.engine.periods import Calendar, from_ordinal, ordinal
from kpis.engine.query import Query
from kpis.engine.run import run

# Zones whose clocks changed at midnight, by half an hour, over a whole day, or never.
ODD = [
    ("Europe/Berlin", datetime(2025, 3, 30, 1)),
    ("Europe/Berlin", datetime(2025, 10, 26, 1)),
    ("Asia/Kolkata", datetime(2025, 1, 1)),
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31)),
    ("America/Sao_Paulo", datetime(2018, 2, 18, 2)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3)),
    ("Australia/Lord_Howe", datetime(2025, 4, 5, 15)),
    ("Australia/Lord_Howe", datetime(2025, 10, 4, 15, 30)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10)),
    ("America/Havana", datetime(2024, 11, 3, 5)),
    ("Africa/Casablanca", datetime(2024, 3, 10, 2)),
]


@pytest.mark.parametrize(("zone", "change"), ODD, ids=str)
@pytest.mark.parametrize("grain", ["hour", "day", "week", "month"])
def test_every_row_is_counted_in_the_period_that_holds_it(store, zone, change, grain):
    moments = [change + timedelta(minutes=10 * step, seconds=1) for step in range(-240, 240)]
    calendar = Calendar.of(zone)
    expected = {}
    for moment in moments:
        slot = calendar.slot(moment.replace(tzinfo=UTC), grain)
        assert slot.start <= moment.replace(tzinfo=UTC) < slot.end
        expected[slot.start] = expected.get(slot.start, 0) + 1
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "at", "time_zone": zone}
    )
    rows = [{"at": moment} for moment in moments]
    with store.load({"at": "timestamp"}, rows) as (connection, table):
        result = run(connection, table, definition, Query(grain))
    counted = {p.period.start.astimezone(UTC): p.figure.value for p in result}
    assert counted == expected
    starts = [p.period.start.astimezone(UTC) for p in result]
    assert starts == sorted(starts)
    assert starts[1:] == [p.period.end.astimezone(UTC) for p in result][:-1]


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("week_start", [0, 3, 6])
@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_periods_of_days_and_weeks_that_begin_on_any_day(store, grain, week_start, kind):
    days = [date(2023, 12, 20) + timedelta(days=i) for i in range(0, 500, 5)]
    calendar = Calendar.of("UTC", week_start)
    expected = {}
    for day in days:
        first = calendar.first_day(day, grain)
        expected[first] = expected.get(first, 0) + 1
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "at", "week_start": week_start}
    )
    rows = [
        {"at": day if kind == "date" else datetime(day.year, day.month, day.day)} for day in days
    ]
    with store.load({"at": kind}, rows) as (connection, table):
        result = run(connection, table, definition, Query(grain))
    counted = {p.period.start.date(): p.figure.value for p in result if p.figure.value}
    assert counted == expected
    if grain == "week":
        assert {first.weekday() for first in counted} == {week_start}


def test_day_that_a_country_skipped_is_no_period():
    calendar = Calendar.of("Pacific/Apia")
    start = calendar.midnight(date(2011, 12, 28))
    slots = calendar.slots(start, calendar.midnight(date(2012, 1, 2)), "day")
    assert [slot.key.day for slot in slots] == [28, 29, 31, 1]


def test_midnight_that_does_not_exist_moves_forward():
    calendar = Calendar.of("America/Sao_Paulo")
    midnight = calendar.midnight(date(2018, 11, 4))
    assert midnight == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert midnight.astimezone(calendar.zone).hour == 1


def test_time_that_occurs_twice_is_the_first():
    moment = Calendar.of("Europe/Berlin").instant(datetime(2025, 10, 26, 2, 30))
    assert moment == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("week_start", [0, 3, 6])
def test_ordinal_and_first_day_are_inverse(grain, week_start):
    calendar = Calendar.of("UTC", week_start)
    for step in range(0, 3000, 13):
        first = calendar.first_day(date(1999, 1, 1) + timedelta(days=step), grain)
        number = ordinal(first, grain, week_start)
        assert from_ordinal(number, grain, week_start) == first
        following = calendar.shift(first, grain, 1)
        assert ordinal(following, grain, week_start) == number + 1
