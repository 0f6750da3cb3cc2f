"""Working hours: which minutes of which local days count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

MINUTE = 60_000_000  # ticks of a microsecond
DAY = 1440 * MINUTE
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Per weekday (Monday first) its stretches in minutes of the local day; holidays have none."""

    name: str
    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: tuple[date, ...] = ()

    def stretches(self) -> tuple[tuple[int, int], ...]:
        """The stretches of a week in ticks since Monday's midnight; those that touch are one."""
        found: list[tuple[int, int]] = []
        for day, parts in enumerate(self.week):
            for begin, end in parts:
                low, high = day * DAY + begin * MINUTE, day * DAY + end * MINUTE
                if found and found[-1][1] == low:
                    low = found.pop()[0]
                found.append((low, high))
        return tuple(found)

    @property
    def in_week(self) -> int:
        """The working ticks of a week without holidays."""
        return sum(high - low for low, high in self.stretches())

    def worked(self, local: int) -> int:
        """Working ticks, no holiday looked at, from Monday 1 January of the year 1 to a local time.

        ``local`` is in ticks since then, by the local clock.
        """
        weeks, rest = divmod(local, WEEK)
        inside = sum(min(max(rest - low, 0), high - low) for low, high in self.stretches())
        return weeks * self.in_week + inside

    def works_on(self, day: date) -> bool:
        """Whether anybody works on this weekday."""
        return bool(self.week[day.weekday()])


def hours_json(hours: WorkingHours) -> dict[str, Any]:
    """Working hours as the JSON that parses back to them."""
    week = [[[clock(begin), clock(end)] for begin, end in day] for day in hours.week]
    holidays = [day.isoformat() for day in hours.holidays]
    return {"name": hours.name, "zone": hours.zone, "week": week, "holidays": holidays}


def clock(minutes: int) -> str:
    """Minutes of the day as people write them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
