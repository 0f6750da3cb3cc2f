"""When something happens again: every so often, or at the times of a cron line, in a time zone.

A schedule is written ``every 6 hours`` or as five fields (``30 7 * * 1-5``). Cron lines follow the
local clock: a time that does not exist moves forward, one that occurs twice happens once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
         "week": timedelta(weeks=1)}  # fmt: skip
EVERY = re.compile(r"every (?:(\d{1,5}) )?(minute|hour|day|week)s?", re.IGNORECASE)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)
FIELDS = 5  # of a cron line
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
#: every so often counts from here, so that two portals have the same times
ORIGIN = datetime(2001, 1, 1, tzinfo=UTC)


def check(text: str, *, field: str = "schedule") -> None:
    """Raise ``Invalid`` for what is no schedule, or none that ever comes."""
    try:
        if EVERY.fullmatch(text.strip()) is None and len(text.split()) != FIELDS:
            raise ValueError(text)  # a sixth field would count seconds
        next(_times(text, "UTC", datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, ValueError, StopIteration) as error:
        raise Invalid(
            _("Write “every 6 hours”, or a cron line such as “30 7 * * 1-5”: minute, hour, day, "
              "month, weekday."),
            field=field,
        ) from error  # fmt: skip


def next_runs(text: str, zone: str, after: datetime, count: int = 1) -> list[datetime]:
    """The next times after a moment, aware, in the zone."""
    return list(islice(_times(text, zone, after), count))


def _times(text: str, zone: str, after: datetime) -> Iterator[datetime]:
    local = after.astimezone(ZoneInfo(zone))
    every = EVERY.fullmatch(text.strip())
    if every is None:
        yield from CronSim(text.strip(), local)
        return
    step = int(every[1] or 1) * UNITS[every[2].lower()]
    if not SHORTEST <= step <= LONGEST:
        raise ValueError(text)
    turn = (after - ORIGIN) // step + 1
    while (at := ORIGIN + turn * step) < LATEST:
        yield at.astimezone(ZoneInfo(zone))
        turn += 1
