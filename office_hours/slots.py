"""The times that weekly rules offer: computed, never stored.

A rule speaks of its host's clock; a slot is an instant (UTC). On the days when the clock changes
each time on it is offered once: one that does not exist is left out, one that occurs twice is the
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from office_hours.models import Booking, OtherDay, Rule


@dataclass(frozen=True)
class Slot:
    """One meeting that could be; ``busy_until`` is its end and the pause after it."""

    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
    seats: int
    topic: str
    way: str
    place: str


@dataclass(frozen=True)
class Free:
    """A slot with the seats that are left."""

    slot: Slot
    left: int


def offered(
    rules: Sequence[Rule], other_days: Iterable[OtherDay], zone: ZoneInfo, first: date, last: date
) -> list[Slot]:
    """All slots whose day is between two days of the host, both included; one for each start."""
    others: Mapping[date, OtherDay] = {other.day: other for other in other_days}
    slots: dict[datetime, Slot] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for rule, starts, ends in hours_of(day, rules, others.get(day)):
            for slot in slots_between(day, starts, ends, rule, zone):
                slots.setdefault(slot.starts_at, slot)
    return [slots[at] for at in sorted(slots)]


def hours_of(
    day: date, rules: Sequence[Rule], other: OtherDay | None
) -> Iterator[tuple[Rule, time, time]]:
    """What holds on a day: its own hours if it has any, else those of its weekday."""
    if other is not None:
        if other.like is not None and other.starts is not None and other.ends is not None:
            yield other.like, other.starts, other.ends
        return
    for rule in rules:
        begun = rule.valid_from is None or rule.valid_from <= day
        over = rule.valid_until is not None and rule.valid_until < day
        if rule.weekday == day.weekday() and begun and not over:
            yield rule, rule.starts, rule.ends


def slots_between(
    day: date, starts: time, ends: time, rule: Rule, zone: ZoneInfo
) -> Iterator[Slot]:
    """One after the other by the clock on the wall, none before the one before it is over."""
    length, pause = timedelta(minutes=rule.minutes), timedelta(minutes=rule.buffer)
    at, end = datetime.combine(day, starts), datetime.combine(day, ends)
    free_from: datetime | None = None
    while at + length <= end:
        instant = at.replace(tzinfo=zone).astimezone(UTC)
        there = instant.astimezone(zone).replace(tzinfo=None) == at
        if there and (free_from is None or instant >= free_from):
            free_from = instant + length + pause
            yield Slot(
                instant, instant + length, free_from, rule.seats, rule.topic, rule.way, rule.place
            )
        at += length + pause


def with_room(
    slots: Iterable[Slot], taken: Sequence[Booking], zone: ZoneInfo, most_a_day: int | None
) -> list[Free]:
    """The slots that somebody could still book beside what is taken."""
    days: dict[date, set[datetime]] = {}
    for booking in taken:
        day = booking.starts_at.astimezone(zone).date()
        days.setdefault(day, set()).add(booking.starts_at)
    found = []
    for slot in slots:
        left = seats_left(slot, taken)
        held = days.get(slot.starts_at.astimezone(zone).date(), set())
        full = most_a_day is not None and len(held | {slot.starts_at}) > most_a_day
        if left and not full:
            found.append(Free(slot, left))
    return found


def seats_left(slot: Slot, taken: Iterable[Booking]) -> int:
    """None where another meeting is in the way."""
    left = slot.seats
    for booking in taken:
        if is_at(booking, slot):
            left -= 1
        elif booking.starts_at < slot.busy_until and slot.starts_at < booking.busy_until:
            return 0
    return max(left, 0)


def first_seat(slot: Slot, taken: Iterable[Booking]) -> int:
    """The lowest number that nobody has."""
    used = {booking.seat for booking in taken if is_at(booking, slot)}
    return next(number for number in range(1, slot.seats + 1) if number not in used)


def is_at(booking: Booking, slot: Slot) -> bool:
    return (booking.starts_at, booking.ends_at) == (slot.starts_at, slot.ends_at)
