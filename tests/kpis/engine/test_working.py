"""Durations in working hours against a walk over every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.engine.calendars import parse_hours
from kpis.engine.hours import hours_json
from kpis.engine.query import Query

OFFICE = [[["09:00", "17:00"]]] * 5 + [[], []]
BERLIN = {"zone": "Europe/Berlin", "week": OFFICE}
NIGHTS = [[["00:00", "06:00"], ["22:00", "24:00"]]] * 7
ALWAYS = [[["00:00", "24:00"]]] * 7
TYPES = {"id": "integer", "a": "timestamp", "b": "timestamp"}


def spent(store, pairs, calendar, unit="min", types=TYPES):
    """The working time of each pair, asked one by one through a split."""
    kind = types["a"]
    rows = [{"id": n, "a": a, "b": b} for n, (a, b) in enumerate(pairs)]
    definition = {
        "measure": {
            "agg": "sum",
            "column": {"from": "a", "to": "b", "unit": unit, "calendar": calendar},
        },
        "dimensions": ["id"],
    }
    assert kind in ("timestamp", "date")
    result = store.ask(types, rows, definition, Query(by=("id",)))
    found = {point.segment[0]: point.figure for point in result}
    return [found[str(n)].value for n in range(len(pairs))]


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-01-08 08:00", "2025-01-08 10:00", 2),  # Wednesday 9 to 11 in Berlin
        ("2025-01-08 15:30", "2025-01-09 08:30", 1),  # half an hour, a night, half an hour
        ("2025-01-10 12:00", "2025-01-13 12:00", 8),  # over a weekend
        ("2025-01-11 10:00", "2025-01-12 10:00", 0),  # within one
        ("2025-01-01 00:00", "2026-01-01 00:00", 261 * 8),
        ("2025-01-09 08:30", "2025-01-08 15:30", -1),  # the end comes first
    ],
)
def test_office_hours(store, start, end, hours):
    assert spent(store, [(at(start), at(end))], BERLIN, "h") == [hours]


def test_holidays_do_not_count(store):
    calendar = BERLIN | {"holidays": ["2025-12-25", "2025-12-26", "2025-12-27"]}
    pairs = [
        (at("2025-12-22"), at("2025-12-29")),  # Monday to Monday
        (at("2025-12-25 09:00"), at("2025-12-25 12:00")),
        (at("2025-12-24 15:00"), at("2025-12-26 12:00")),
        (at("2025-12-25 12:00"), at("2025-12-29 09:00")),
    ]
    assert spent(store, pairs, calendar, "h") == [24, 0, 1, 1]


def test_missing_end_has_no_duration(store):
    calendar = BERLIN | {"holidays": ["2025-12-25"]}
    rows = [{"id": 1, "a": at("2025-12-25 09:00"), "b": None}]
    column = {"from": "a", "to": "b", "unit": "h", "calendar": calendar}
    definition = {"measure": {"agg": "count", "column": column}}
    assert store.ask(TYPES, rows, definition).total.value == 0


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-03-29 23:00", "2025-03-30 04:00", 5),  # 0 to 6 of the day that has no 2 o'clock
        ("2025-10-25 22:00", "2025-10-26 05:00", 7),  # of the day that has it twice
        ("2025-10-26 00:30", "2025-10-26 01:30", 1),  # from 2:30 to 2:30
    ],
)
def test_night_shift_when_the_clocks_change(store, start, end, hours):
    calendar = {"zone": "Europe/Berlin", "week": NIGHTS}
    assert spent(store, [(at(start), at(end))], calendar, "h") == [hours]


def test_every_hour_of_every_day_is_the_plain_duration(store):
    calendar = {"zone": "Europe/Berlin", "week": ALWAYS}
    pair = (at("2025-03-01 00:00:00.250000"), at("2025-11-01 00:00:00.750001"))
    [seconds] = spent(store, [pair], calendar, "s")
    assert seconds == pytest.approx((pair[1] - pair[0]).total_seconds(), abs=1e-6)


def test_parts_of_seconds_count(store):
    pair = (at("2025-01-08 08:00:00.25"), at("2025-01-08 08:00:01"))
    assert spent(store, [pair], BERLIN, "s") == [pytest.approx(0.75, abs=1e-9)]


def test_dates_are_local_days(store):
    calendar = BERLIN | {"holidays": ["2025-12-25"]}
    pairs = [(date(2025, 12, 22), date(2025, 12, 29)), (date(2025, 3, 29), date(2025, 3, 31))]
    types = {"id": "integer", "a": "date", "b": "date"}
    assert spent(store, pairs, calendar, "h", types) == [32, 0]


def test_condition_on_working_hours(store):
    operand = {"from": "a", "to": "b", "unit": "h", "calendar": BERLIN}
    rows = [{"a": at("2025-01-10 12:00"), "b": at("2025-01-13 12:00")}, {"a": at("2025-01-10")}]
    of = {"column": operand, "op": "<=", "value": 8}
    figure = store.ask(TYPES, rows, {"measure": {"share": {"of": of}}}).total
    assert (figure.numerator, figure.denominator) == (1, 2)


def test_hours_are_read_as_they_are_written():
    data = {"name": "Desk", **BERLIN, "holidays": ["2025-12-26", "2025-12-25", "2025-12-25"]}
    hours = parse_hours(data, "calendar")
    assert hours_json(hours) == data | {"holidays": ["2025-12-25", "2025-12-26"]}
    assert parse_hours(hours_json(hours), "calendar") == hours


quarters = st.integers(0, 95)


@st.composite
def calendars(draw):
    """Weeks of quarters of an hour, holidays around the changes of the clocks."""
    week = []
    for _ in range(7):
        marks = sorted(draw(st.sets(quarters, max_size=4)))
        pairs = [marks[n : n + 2] for n in range(0, len(marks) - 1, 2)]
        week.append([[f"{q // 4:02}:{q % 4 * 15:02}" for q in pair] for pair in pairs])
    if not any(week):
        week[0] = [["00:00", "24:00"]]
    days = draw(st.sets(st.integers(0, 9), max_size=3))
    starts = draw(st.sampled_from([date(2025, 3, 26), date(2025, 10, 22)]))
    zone = draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
    return {
        "zone": zone,
        "week": week,
        "holidays": [(starts + timedelta(days=day)).isoformat() for day in days],
    }


minutes = st.integers(0, 10 * 1440)
stamps = st.tuples(
    st.sampled_from([datetime(2025, 3, 26), datetime(2025, 10, 22), datetime(2025, 4, 2)]),
    minutes,
).map(lambda pair: pair[0] + timedelta(minutes=pair[1]))


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calendar=calendars(), start=stamps, lengths=st.lists(st.integers(0, 5000), max_size=3))
def test_working_time_equals_a_walk_over_minutes(store, calendar, start, lengths):
    pairs = [(start, start + timedelta(minutes=length)) for length in lengths]
    walked = [walk(*pair, calendar) for pair in pairs]
    assert spent(store, pairs, calendar) == pytest.approx(walked, abs=1e-9)


def walk(start, end, calendar):
    """How many of the minutes from start to end show a working one on the local clock."""
    zone = ZoneInfo(calendar["zone"])
    found, moment = 0, start.replace(tzinfo=UTC)
    while moment < end.replace(tzinfo=UTC):
        local = moment.astimezone(zone)
        clock = f"{local:%H:%M}"
        if local.date().isoformat() not in calendar["holidays"]:
            found += any(low <= clock < high for low, high in calendar["week"][local.weekday()])
        moment += timedelta(minutes=1)
    return found
