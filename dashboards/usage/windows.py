"""Stretches of days in the site's zone, over which use is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from ace_portal.lib.days import midnight, site_today

DAYS = 30


@dataclass(frozen=True)
class Window:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def begins(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1))

    def before(self) -> Window:
        """As many days, just before."""
        last = self.first - timedelta(days=1)
        return Window(last - timedelta(days=self.days - 1), last)


def last_days(days: int = DAYS) -> Window:
    """So many days up to today, today included."""
    today = site_today()
    return Window(today - timedelta(days=days - 1), today)


def since(day: date) -> Window:
    """From a day to today, as far back as views are kept."""
    today = site_today()
    kept = today - timedelta(days=settings.VIEW_DAYS - 1)
    return Window(min(max(day, kept), today), today)
