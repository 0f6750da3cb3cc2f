"""Days of the place, the same for every reader and in every process."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def site_zone() -> ZoneInfo:
    """Days are those of the place, not of each reader: nobody's choice of a zone moves them."""
    return ZoneInfo(settings.DEFAULT_USER_TIME_ZONE)


def site_day(moment: datetime) -> date:
    return moment.astimezone(site_zone()).date()


def site_today() -> date:
    """The day that memberships are judged by, and use is counted by."""
    return site_day(timezone.now())


def is_ahead(day: date) -> bool:
    """Whether a day has come neither for who asks nor for the place."""
    return day > max(timezone.localdate(), site_today())


def is_over(day: date) -> bool:
    """Whether a day is over for who asks and for the place."""
    return day < min(timezone.localdate(), site_today())


def midnight(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), site_zone())
