"""Periods of a local calendar, exact through every change of the clocks.

A period is half-open. It begins at the first instant of its first local day (a midnight that does
not exist moves forward, one that occurs twice is the first) and ends where the next one begins. An
hour begins when the local clock shows a full hour.

Instants are kept in UTC: Python compares two stamps of one zone by what the clock shows, which is
wrong in the hour that occurs twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_AROUND = timedelta(hours=30)  # no clock was ever changed by more than a day


@dataclass(frozen=True, slots=True)
class Slot:
    """One period; ``key`` is what the SQL calls it.

    The key is the local date on which the period begins, or for an hour its start in naive UTC.
    ``start`` and ``end`` are instants, in UTC.
    """

    key: date | datetime
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """The clocks change at the instant ``at``: seconds east of UTC before and after it."""

    at: datetime
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A zone, the weekday on which weeks begin (0 is Monday), the month with which years do."""

    zone: ZoneInfo
    week_start: int = 0
    fiscal_start: int = 1

    @classmethod
    def of(cls, time_zone: str, week_start: int = 0, fiscal_start: int = 1) -> Calendar:
        """The calendar of a zone's IANA name."""
        return cls(ZoneInfo(time_zone), week_start, fiscal_start)

    def later(self, grain: str) -> int:
        """How many months after those of January the periods of months begin."""
        return (self.fiscal_start - 1) % _MONTHS[grain]

    def midnight(self, day: date) -> datetime:
        """The first instant of a local day."""
        return self.instant(datetime(day.year, day.month, day.day))

    def end_of(self, day: date) -> datetime:
        """The last microsecond of a local day."""
        return self.midnight(day + timedelta(days=1)) - timedelta(microseconds=1)

    def instant(self, local: datetime) -> datetime:
        """When the local clock shows ``local`` (naive); see the module for gaps and repeats."""
        return local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def first_day(self, day: date, grain: str) -> date:
        """The day on which the period of ``day`` begins (a day at the finest)."""
        if grain == "week":
            return day - timedelta(days=(day.weekday() - self.week_start) % 7)
        if grain in _MONTHS:
            months = _MONTHS[grain]
            month = day.year * 12 + day.month - 1
            month -= (month - self.later(grain)) % months
            return date(month // 12, month % 12 + 1, 1)
        return day

    def shift(self, first: date, grain: str, count: int) -> date:
        """The first day of the period ``count`` after the one that begins on ``first``."""
        if grain in _MONTHS:
            month = first.year * 12 + first.month - 1 + count * _MONTHS[grain]
            return date(month // 12, month % 12 + 1, 1)
        return first + timedelta(days=(7 if grain == "week" else 1) * count)

    def slot(self, moment: datetime, grain: str) -> Slot:
        """The period that holds an aware instant."""
        moment = moment.astimezone(UTC)
        if grain == "hour":
            return self._hour(self._hour_start(moment))
        first = self.first_day(moment.astimezone(self.zone).date(), grain)
        slot = self._slot_from(first, grain)
        # Where the clocks go back over midnight, a local date begins before the last one has ended.
        while moment >= slot.end:
            slot = self._slot_from(self.shift(slot_day(slot), grain, 1), grain)
        return slot

    def slots(self, start: datetime, end: datetime, grain: str) -> Iterator[Slot]:
        """The periods that overlap ``[start, end)``, ascending; lazily, as there may be many."""
        slot, end = self.slot(start, grain), end.astimezone(UTC)
        while slot.start < end:
            yield slot
            if grain == "hour":
                slot = self._hour(slot.end)
            else:
                slot = self._slot_from(self.shift(slot_day(slot), grain, 1), grain)
                while slot.start >= slot.end:  # a day that a country skipped
                    slot = self._slot_from(self.shift(slot_day(slot), grain, 1), grain)

    def _slot_from(self, first: date, grain: str) -> Slot:
        following = self.shift(first, grain, 1)
        return Slot(first, self.midnight(first), self.midnight(following))

    def _hour(self, start: datetime) -> Slot:
        end = start + timedelta(hours=1)
        if self._offset(start) != self._offset(end) or self._hour_start(end) != end:
            step = timedelta(minutes=15)
            end = start + step
            while self._hour_start(end) <= start:
                end += step
            end = self._hour_start(end)
        return Slot(start.replace(tzinfo=None), start, end)

    def _hour_start(self, moment: datetime) -> datetime:
        local = moment.astimezone(self.zone)
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        start = moment - into
        if self._offset(start) == self._offset(moment):
            return start
        at = self._change_between(start, moment)
        shown = at.astimezone(self.zone)
        if (shown.minute, shown.second) == (0, 0):
            return at
        return self._hour_start(at - _MICROSECOND)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.zone).utcoffset() or timedelta()

    def _change_between(self, before: datetime, after: datetime) -> datetime:
        return next(c.at for c in self.changes(before, after) if before < c.at <= after)

    def changes(self, start: datetime, end: datetime) -> tuple[Change, ...]:
        """The changes of the clocks with ``start < at <= end``, both in UTC."""
        years = range(start.year, end.year + 1)
        return tuple(
            change
            for year in years
            for change in _changes_of(self.zone.key, year)
            if start < change.at <= end
        )

    def offset(self, moment: datetime) -> int:
        """Seconds east of UTC at an aware instant."""
        return round(self._offset(moment).total_seconds())

    def exceptions(
        self, start: datetime, end: datetime, grain: str
    ) -> tuple[tuple[datetime, datetime, date | datetime], ...]:
        """Stretches of UTC whose key is not what cutting the local time at the grain gives.

        Empty almost always: only clocks that go back over midnight, or by less than an hour, make
        such stretches. Each is (from, until, key).
        """
        return tuple(
            exception
            for change in self.changes(start - _AROUND, end + _AROUND)
            for exception in _exceptions_around(self, change, grain)
        )

    def exceptions_around(
        self, change: Change, grain: str
    ) -> Iterator[tuple[datetime, datetime, date | datetime]]:
        """Those that one change of the clocks makes."""
        low, high = change.at - _AROUND, change.at + _AROUND
        points = sorted(self._edges(change, low, high, grain))
        for begin, finish in pairwise(points):
            key = self.slot(begin, grain).key
            if key != self.cut(begin, grain):
                yield begin, finish, key

    def cut(self, moment: datetime, grain: str) -> date | datetime:
        """The key by plain arithmetic: local time cut at the grain, as the SQL does it."""
        offset = self._offset(moment)
        local = moment.replace(tzinfo=None) + offset
        if grain == "hour":
            return local.replace(minute=0, second=0, microsecond=0) - offset
        return self.first_day(local.date(), grain)

    def _edges(self, change: Change, low: datetime, high: datetime, grain: str) -> set[datetime]:
        """The instants around a change at which either way of finding the key may switch."""
        edges = {change.at, low, high}
        step = timedelta(hours=1) if grain == "hour" else _DAY
        for seconds in (change.before, change.after):
            local = (low + timedelta(seconds=seconds)).replace(minute=0, second=0, microsecond=0)
            mark = local if grain == "hour" else local.replace(hour=0)
            while mark - timedelta(seconds=seconds) < high:
                edges.add(mark - timedelta(seconds=seconds))
                mark += step
        edges |= {slot.start for slot in self.slots(low, high, grain)}
        return {edge for edge in edges if low <= edge <= high}


@lru_cache(maxsize=4096)
def _exceptions_around(
    calendar: Calendar, change: Change, grain: str
) -> tuple[tuple[datetime, datetime, date | datetime], ...]:
    return tuple(calendar.exceptions_around(change, grain))


@lru_cache(maxsize=512)
def slots_between(
    calendar: Calendar, start: datetime, end: datetime, grain: str, most: int
) -> tuple[Slot, ...]:
    """At most ``most`` of ``Calendar.slots``, remembered: a page asks for the same ones again."""
    return tuple(islice(calendar.slots(start, end, grain), most))


@lru_cache(maxsize=65_536)
def local_ends(calendar: Calendar, slot: Slot) -> tuple[datetime, datetime]:
    """Both ends of a period in the calendar's zone, for people."""
    return slot.start.astimezone(calendar.zone), slot.end.astimezone(calendar.zone)


def ordinal(first: date, grain: str, calendar: Calendar) -> int:
    """The number of the period of days that begins on ``first``, counted from the year 0 or 1."""
    match grain:
        case "week":
            return (first.toordinal() - 1 - calendar.week_start) // 7
        case "day":
            return first.toordinal() - 1
        case _:
            month = first.year * 12 + first.month - 1
            return (month - calendar.later(grain)) // _MONTHS[grain]


def from_ordinal(number: int, grain: str, calendar: Calendar) -> date:
    """The day on which the period with this number begins."""
    match grain:
        case "week":
            return date.fromordinal(number * 7 + calendar.week_start + 1)
        case "day":
            return date.fromordinal(number + 1)
        case _:
            month = number * _MONTHS[grain] + calendar.later(grain)
            return date(month // 12, month % 12 + 1, 1)


def year_of(first: date, fiscal_start: int) -> int:
    """The year of a day; a fiscal year is called by the calendar year in which it ends."""
    return first.year + (1 < fiscal_start <= first.month)


def quarter_of(first: date, fiscal_start: int) -> int:
    """Which quarter of its (fiscal) year a day lies in."""
    return (first.month - fiscal_start) % 12 // 3 + 1


def slot_day(slot: Slot) -> date:
    """The day on which a period of days begins."""
    if isinstance(slot.key, datetime):
        raise TypeError("an hour has no day of its own")
    return slot.key


@lru_cache(maxsize=4096)
def _changes_of(zone_name: str, year: int) -> tuple[Change, ...]:
    """The changes of a zone's clocks in one UTC year, each found by halving the day it is in."""
    zone = ZoneInfo(zone_name)
    first = datetime(year, 1, 1, tzinfo=UTC)

    def offset(moment: datetime) -> int:
        return round((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())

    # It begins with the last second of the year before, to see a change at the turn of the year.
    days = [first - timedelta(seconds=1) + _DAY * i for i in range(367)]
    found = []
    for before, after in pairwise(day for day in days if day.year <= year):
        old, new = offset(before), offset(after)
        if old == new:
            continue
        low, high = 0, round((after - before).total_seconds())
        while high - low > 1:
            middle = (low + high) // 2
            if offset(before + timedelta(seconds=middle)) == old:
                low = middle
            else:
                high = middle
        found.append(Change(before + timedelta(seconds=high), old, new))
    return tuple(found)
