"""How far data speaks: the latest time in its rows, but no time that is still to come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from kpis.engine.periods import Calendar

DAY = len("2026-11-23")


def reach_of(told: str | None, zone: str) -> tuple[datetime | None, date | None]:
    """The instant that the latest time in ISO form stands for, and the day where it has no clock.

    A day reaches to its end in ``zone``; a time without an offset is one of ``zone``, too. What
    lies ahead, as due dates do, says nothing about how far the data goes: then that is now.
    """
    if told is None:
        return None, None
    now, calendar = timezone.now(), Calendar.of(zone)
    if len(told) == DAY:
        day = min(date.fromisoformat(told), now.astimezone(calendar.zone).date())
        return calendar.end_of(day), day
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(zone))
    return min(at.astimezone(UTC), now), None
