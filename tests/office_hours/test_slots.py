"""Rules become times: by the host's clock, once each, also when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from office_hours.models import Booking, OtherDay, Rule
from office_hours.slots import Slot, offered, with_room

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
MONDAY = date(2026, 11, 2)


def a_rule(**fields: Any) -> Rule:
    given: dict[str, Any] = {"weekday": 0, "starts": time(9), "ends": time(11), "minutes": 30}
    return Rule(**{**given, **fields})


def clock(slots: list[Slot], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{slot.starts_at.astimezone(zone):%H:%M}" for slot in slots]


def on(day: date, rule: Rule, *others: OtherDay, zone: ZoneInfo = BERLIN) -> list[Slot]:
    return offered([rule], others, zone, day, day)


def test_rule_offers_whole_meetings_with_the_pause_between() -> None:
    slots = on(MONDAY, a_rule(minutes=45, buffer=15))

    assert clock(slots) == ["09:00", "10:00"]
    assert slots[0].busy_until - slots[0].starts_at == timedelta(hours=1)
    assert slots[0].starts_at == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_rule_holds_on_its_weekday_between_its_days() -> None:
    rule = a_rule(valid_from=date(2026, 11, 9), valid_until=date(2026, 11, 16))

    days = {s.starts_at.date() for s in offered([rule], [], BERLIN, MONDAY, date(2026, 12, 31))}

    assert days == {date(2026, 11, 9), date(2026, 11, 16)}


def test_other_day_stands_for_the_week() -> None:
    rule = a_rule()
    off = OtherDay(day=MONDAY)
    other = OtherDay(day=MONDAY, starts=time(14), ends=time(15), like=rule)

    assert on(MONDAY, rule, off) == []
    assert clock(on(MONDAY, rule, other)) == ["14:00", "14:30"]
    assert clock(on(date(2026, 11, 3), rule, OtherDay(day=date(2026, 11, 3),
                 starts=time(9), ends=time(10), like=rule))) == ["09:00", "09:30"]  # fmt: skip


def test_night_that_loses_an_hour_leaves_out_what_is_not_on_the_clock() -> None:
    spring = date(2026, 3, 29)
    slots = on(spring, a_rule(weekday=6, starts=time(1), ends=time(4)))

    assert clock(slots) == ["01:00", "01:30", "03:00", "03:30"]
    assert slots[2].starts_at - slots[1].starts_at == timedelta(minutes=30)


def test_night_that_has_an_hour_twice_offers_each_time_once() -> None:
    autumn = date(2026, 10, 25)
    slots = on(autumn, a_rule(weekday=6, starts=time(1), ends=time(4)))

    assert clock(slots) == ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]
    assert slots[2].starts_at == datetime(2026, 10, 25, 0, tzinfo=UTC)  # the first of the two
    assert slots[4].starts_at - slots[3].starts_at == timedelta(minutes=90)


def test_rules_that_meet_give_one_slot_a_start() -> None:
    slots = offered([a_rule(), a_rule(minutes=60)], [], BERLIN, MONDAY, MONDAY)

    assert clock(slots) == ["09:00", "09:30", "10:00", "10:30"]


@given(
    zone=st.sampled_from(ZONES), day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    first=st.integers(0, 20), hours=st.integers(1, 3), minutes=st.integers(10, 90),
    buffer=st.integers(0, 40),
)  # fmt: skip
def test_slots_of_a_rule_never_overlap_and_stand_on_the_clock_once(
    zone: str, day: date, first: int, hours: int, minutes: int, buffer: int
) -> None:
    rule = a_rule(weekday=day.weekday(), starts=time(first), ends=time(first + hours),
                  minutes=minutes, buffer=buffer)  # fmt: skip
    slots = on(day, rule, zone=ZoneInfo(zone))

    assert all(a.busy_until <= b.starts_at for a, b in pairwise(slots))
    words = clock(slots, ZoneInfo(zone))
    assert len(set(words)) == len(words)
    assert {s.starts_at.astimezone(ZoneInfo(zone)).date() for s in slots} <= {day}


def taken(slot: Slot, seat: int = 1, **fields: Any) -> Booking:
    return Booking(
        starts_at=fields.get("starts_at", slot.starts_at), ends_at=slot.ends_at,
        busy_until=slot.busy_until, seat=seat,
    )  # fmt: skip


def test_room_counts_seats_overlaps_and_the_days_limit() -> None:
    slots = on(MONDAY, a_rule(seats=2))
    one, two = taken(slots[0]), taken(slots[0], seat=2)
    across = taken(slots[0], starts_at=slots[0].starts_at - timedelta(minutes=1))

    def left(*rows: Booking, most: int | None = None) -> list[tuple[str, int]]:
        found = with_room(slots, rows, BERLIN, most)
        return [(clock([free.slot])[0], free.left) for free in found]

    assert left(one)[0] == ("09:00", 1)
    assert left(one, two)[0] == ("09:30", 2)
    assert left(across)[0] == ("09:30", 2)
    assert left(one, most=1) == [("09:00", 1)]
