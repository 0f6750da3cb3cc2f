"""A local time comes once on each of its days, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reports.schedule import Schedule

BERLIN = "Europe/Berlin"


def local(schedule: Schedule, moment: str, count: int = 3) -> list[str]:
    zone = ZoneInfo(schedule.zone)
    start = datetime.fromisoformat(moment).replace(tzinfo=zone)
    times = schedule.upcoming(start.astimezone(UTC), count)
    return [f"{at.astimezone(zone):%a %d %b %H:%M%z}" for at in times]


def test_every_day_at_its_time_strictly_after_now() -> None:
    eight = Schedule("daily", 8, 0, BERLIN)

    assert local(eight, "2026-11-20 07:59", 2) == ["Fri 20 Nov 08:00+0100", "Sat 21 Nov 08:00+0100"]
    assert local(eight, "2026-11-20 08:00", 1) == ["Sat 21 Nov 08:00+0100"]


def test_every_week_and_every_month_keep_their_day() -> None:
    mondays = Schedule("weekly", 8, 30, BERLIN, weekday=0)
    last = Schedule("monthly", 6, 0, BERLIN, day=28)

    assert local(mondays, "2026-11-23 09:00", 2) == [
        "Mon 30 Nov 08:30+0100",
        "Mon 07 Dec 08:30+0100",
    ]
    assert local(last, "2027-01-28 06:00", 2) == ["Sun 28 Feb 06:00+0100", "Sun 28 Mar 06:00+0200"]


def test_time_in_the_gap_moves_forward() -> None:
    half_past_two = Schedule("daily", 2, 30, BERLIN)

    assert local(half_past_two, "2027-03-27 12:00") == [
        "Sun 28 Mar 03:30+0200",
        "Mon 29 Mar 02:30+0200",
        "Tue 30 Mar 02:30+0200",
    ]


def test_time_that_occurs_twice_is_the_first() -> None:
    half_past_two = Schedule("daily", 2, 30, BERLIN)

    assert local(half_past_two, "2027-10-30 12:00") == [
        "Sun 31 Oct 02:30+0200",
        "Mon 01 Nov 02:30+0100",
        "Tue 02 Nov 02:30+0100",
    ]


def test_day_that_is_left_out_gives_no_second_send() -> None:
    """Samoa had no 30 December 2011."""
    eight = Schedule("daily", 8, 0, "Pacific/Apia")

    assert local(eight, "2011-12-29 07:00") == [
        "Thu 29 Dec 08:00-1000",
        "Sat 31 Dec 08:00+1400",
        "Sun 01 Jan 08:00+1400",
    ]


@given(
    hour=st.integers(0, 23), minute=st.integers(0, 59), start=st.dates(date(2020, 1, 1)),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)  # fmt: skip
def test_each_local_day_has_one_send(hour: int, minute: int, start: date, zone: str) -> None:
    if start.year > 2090:
        start = start.replace(year=2090, day=1)
    begin = datetime(start.year, start.month, start.day, tzinfo=ZoneInfo(zone)) - timedelta(hours=2)
    times = Schedule("daily", hour, minute, zone).upcoming(begin, 400)
    days = [at.astimezone(ZoneInfo(zone)).date() for at in times]

    assert days == [days[0] + timedelta(days=n) for n in range(400)]


@pytest.mark.parametrize("every", ["daily", "weekly", "monthly"])
def test_next_after_a_send_is_the_one_that_was_promised(every: str) -> None:
    schedule = Schedule(every, 2, 30, BERLIN, weekday=6, day=28)
    first, second, third = schedule.upcoming(datetime(2027, 3, 1, tzinfo=UTC))

    assert [schedule.after(first), schedule.after(second)] == [second, third]
