"""A month of free times, in the reader's zone with the host's beside it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from office_hours.models import Booking, Host
from office_hours.selectors.availability import by_day, free_between
from office_hours.slots import Free


@dataclass(frozen=True)
class Cell:
    """A day of the month's table; ``day`` None is outside of it."""

    day: date | None
    url: str = ""
    chosen: bool = False
    today: bool = False


def month_frame(
    request: HttpRequest, host: Host, kept: dict[str, str], *, moving: Booking | None = None
) -> dict[str, Any]:
    """The table of a month, the free times of one of its days, and the ways to others.

    ``kept`` stays in every link: what the visit is about.
    """
    user, now = person_of(request), timezone.now()
    zone = ZoneInfo(user.time_zone)
    end = now + timedelta(days=host.horizon_days)
    days = by_day(free_between(host, now, end, now=now, without=moving), zone)
    month = month_in(request) or (min(days) if days else timezone.localdate()).replace(day=1)
    day = day_of(request, days, month)
    frees = days.get(day, []) if day else []
    here = request.path
    return {
        "host": host,
        "month": month,
        "weekdays": [(WEEKDAYS_ABBR[n], WEEKDAYS[n]) for n in range(7)],
        "weeks": weeks_of(month, days, day, lambda **more: link(here, kept, **more)),
        "earlier": neighbour(here, kept, month, -1, first=timezone.localdate()),
        "later": neighbour(here, kept, month, 1, last=timezone.localtime(end).date()),
        "day": day,
        "slots": slots_of(frees, host, zone),
        "any": bool(days),
        "zone": user.time_zone,
        "host_zone": distance_words(user, host, frees[0].slot.starts_at if frees else now),
        "length": minutes_of(frees),
    }


def slots_of(frees: list[Free], host: Host, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Times of the reader; where the clock shows one twice, with the zone's name of the moment."""
    there = ZoneInfo(host.time_zone)
    words = [f"{free.slot.starts_at.astimezone(zone):%H:%M}" for free in frees]
    found = []
    for free, word in zip(frees, words, strict=True):
        at = free.slot.starts_at
        twice = words.count(word) > 1
        elsewhere = at.astimezone(zone).utcoffset() != at.astimezone(there).utcoffset()
        found.append(
            {
                "value": at.isoformat(),
                "time": f"{word} {at.astimezone(zone):%Z}" if twice else word,
                "there": f"{at.astimezone(there):%H:%M}" if elsewhere else "",
                "left": free.left if free.slot.seats > 1 else None,
                "topic": free.slot.topic,
            }
        )
    return found


def weeks_of(month: date, days: dict[date, Any], day: date | None, to: Any) -> list[list[Cell]]:
    today = timezone.localdate()

    def cell(number: int) -> Cell:
        if not number:
            return Cell(None)
        one = month.replace(day=number)
        url = to(month=f"{month:%Y-%m}", day=one.isoformat()) if one in days else ""
        return Cell(one, url, one == day, one == today)

    weeks = calendar.Calendar().monthdayscalendar(month.year, month.month)
    return [[cell(number) for number in week] for week in weeks]


def month_in(request: HttpRequest) -> date | None:
    """``?month=2026-11``; what is no month near today is as if left out."""
    given = date_in(f"{request.GET.get('month', '')}-01")
    if given is None or abs((given - timezone.localdate()).days) > 366:
        return None
    return given


def day_of(request: HttpRequest, days: dict[date, Any], month: date) -> date | None:
    """The day in the address if it has free times, else the first of the month that has."""
    given = date_in(request.GET.get("day", ""))
    if given in days:
        return given
    within = [day for day in days if (day.year, day.month) == (month.year, month.month)]
    return min(within, default=None)


def date_in(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None


def neighbour(
    here: str, kept: dict[str, str], month: date, step: int,
    *, first: date | None = None, last: date | None = None,
) -> dict[str, str] | None:  # fmt: skip
    """The month before or after, unless nothing can be booked there."""
    index = month.year * 12 + month.month - 1 + step
    other = date(index // 12, index % 12 + 1, 1)
    if (first and other < first.replace(day=1)) or (last and other > last):
        return None
    return {
        "name": formats.date_format(other, "F"),
        "url": link(here, kept, month=f"{other:%Y-%m}"),
    }


def link(here: str, kept: dict[str, str], **more: str) -> str:
    query = urlencode({**{name: value for name, value in kept.items() if value}, **more})
    return f"{here}?{query}" if query else here


def minutes_of(frees: list[Free]) -> int | None:
    """How long one meets, where all times of the day are alike."""
    lengths = {int((f.slot.ends_at - f.slot.starts_at).total_seconds() // 60) for f in frees}
    return lengths.pop() if len(lengths) == 1 else None


def distance_words(user: User, host: Host, at: datetime) -> str:
    """How far the host's clock is from the reader's on that day, in words."""
    mine, theirs = (at.astimezone(ZoneInfo(z)) for z in (user.time_zone, host.time_zone))
    minutes = int(((theirs.utcoffset() or timedelta()) - (mine.utcoffset() or timedelta())).seconds)
    minutes = minutes // 60 if minutes <= 43_200 else minutes // 60 - 1_440
    words = {"name": host.person.name, "zone": host.time_zone.replace("_", " ")}
    if not minutes:
        return _("%(name)s has the same time.") % words
    hours, rest = divmod(abs(minutes), 60)
    parts = [_("%(n)d h") % {"n": hours}] if hours else []
    parts += [_("%(n)d min") % {"n": rest}] if rest else []
    words["far"] = " ".join(parts)
    if minutes > 0:
        return _("%(name)s is in %(zone)s, %(far)s ahead of you.") % words
    return _("%(name)s is in %(zone)s, %(far)s behind you.") % words
