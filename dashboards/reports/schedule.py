"""When a report is due: a local time of the clock, once on each of its days. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
#: every month has it
LAST_DAY = 28


@dataclass(frozen=True, slots=True)
class Schedule:
    """``weekday`` counts from Monday, 0; ``day`` is that of a month. Only one of them matters."""

    every: str
    hour: int
    minute: int
    zone: str
    weekday: int = 0
    day: int = 1

    def after(self, moment: datetime) -> datetime:
        """The first time after ``moment``, in UTC."""
        return next(self._times(moment))

    def upcoming(self, moment: datetime, count: int = 3) -> list[datetime]:
        """The next times after ``moment``, in UTC."""
        return list(islice(self._times(moment), count))

    def _times(self, moment: datetime) -> Iterator[datetime]:
        """A time that the change to summer time leaves out is later by what the clock skips; one
        that occurs twice is the first. Where a whole day is left out, its time is the next day's.
        """
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        last = moment
        while True:
            if self._falls_on(day):
                at = datetime.combine(day, time(self.hour, self.minute), zone).astimezone(UTC)
                if at > last:
                    last = at
                    yield at
            day += timedelta(days=1)

    def _falls_on(self, day: date) -> bool:
        match self.every:
            case "weekly":
                return day.weekday() == self.weekday
            case "monthly":
                return day.day == self.day
            case _:
                return True
