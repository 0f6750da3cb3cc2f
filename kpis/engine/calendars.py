"""From JSON to working hours, every refusal a sentence that names the field."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.hours import WorkingHours
from kpis.engine.pieces import list_of, object_of, only, required, text_of

MOST_HOLIDAYS = 500
MOST_STRETCHES = 6  # of a day
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_CALENDAR = _("A calendar of working hours")


def parse_hours(data: Any, field: str) -> WorkingHours:
    """The working hours that a JSON object spells; raises ``Invalid``."""
    data = object_of(data, field, _CALENDAR)
    only(data, ("name", "zone", "week", "holidays"), field)
    required(data, ("zone", "week"), field)
    week = tuple(
        _day(day, f"{field}.week.{n}")
        for n, day in enumerate(list_of(data["week"], f"{field}.week", 7, 7))
    )
    if not any(week):
        raise Invalid(_("Working hours need one stretch at least."), field=f"{field}.week")
    name = data.get("name", "")
    if not isinstance(name, str) or len(name) > 120:
        raise Invalid(_("Name a calendar in at most 120 characters."), field=f"{field}.name")
    holidays = list_of(data.get("holidays", []), f"{field}.holidays", 0, MOST_HOLIDAYS)
    return WorkingHours(
        text_of(name, f"{field}.name"),
        zone_of(data["zone"], f"{field}.zone"),
        week,
        tuple(sorted({_holiday(day, f"{field}.holidays") for day in holidays})),
    )


def zone_of(data: Any, field: str) -> str:
    """The name of a time zone; raises ``Invalid``."""
    if not isinstance(data, str) or not 0 < len(data) <= 200:
        raise Invalid(_("Name a time zone such as Europe/Berlin."), field=field)
    try:
        ZoneInfo(data)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            _("“%(name)s” is not a time zone; use a name such as Europe/Berlin.", name=data),
            field=field,
        ) from error
    return data


def _day(data: Any, field: str) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for part in list_of(data, field, 0, MOST_STRETCHES):
        begin, end = (_minutes(text, field) for text in list_of(part, field, 2, 2))
        if begin >= end:
            raise Invalid(_("Working hours end after they begin."), field=field)
        found.append((begin, end))
    found.sort()
    if any(after[0] < before[1] for before, after in pairwise(found)):
        raise Invalid(_("The stretches of a day do not overlap."), field=field)
    return tuple(found)


def _minutes(text: Any, field: str) -> int:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else 1441
    if minutes > 1440:
        raise Invalid(_("A time of day is written as 09:00, midnight as 24:00."), field=field)
    return minutes


def _holiday(data: Any, field: str) -> date:
    try:
        day = date.fromisoformat(data) if isinstance(data, str) and len(data) == 10 else None
    except ValueError:
        day = None
    if day is None or not 1 < day.year < 9999:
        raise Invalid(_("A holiday is written as 2026-12-25."), field=field)
    return day
