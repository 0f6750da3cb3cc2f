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
@pytest.mark.parametrize(("week_start", "fiscal_start"), [(0, 1), (3, 4), (6, 12), (0, 2)])
def test_ordinal_and_first_day_are_inverse(grain, week_start, fiscal_start):
    calendar = Calendar.of("UTC", week_start, fiscal_start)
    for step in range(0, 3000, 13):
        first = calendar.first_day(date(1999, 1, 1) + timedelta(days=step), grain)
        number = ordinal(first, grain, calendar)
        assert from_ordinal(number, grain, calendar) == first
        following = calendar.shift(first, grain, 1)
        assert ordinal(following, grain, calendar) == number + 1


@pytest.mark.parametrize(
    ("day", "quarter", "year"),
    [
        (date(2025, 3, 31), date(2025, 1, 1), date(2024, 4, 1)),
        (date(2025, 4, 1), date(2025, 4, 1), date(2025, 4, 1)),
        (date(2025, 12, 31), date(2025, 10, 1), date(2025, 4, 1)),
    ],
)
def test_fiscal_year_begins_with_its_month(day, quarter, year):
    calendar = Calendar.of("UTC", fiscal_start=4)
    assert calendar.first_day(day, "quarter") == quarter
    assert calendar.first_day(day, "year") == year
    assert calendar.first_day(day, "month") == day.replace(day=1)
