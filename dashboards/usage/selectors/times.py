"""How long it takes from an idea to what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from ace_portal.lib.registries import first_answers
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from dashboards.usage.arithmetic import median_of


@dataclass(frozen=True)
class Times:
    """From the idea to the first prototype shown, the first launch, the first answer."""

    prototype: timedelta | None
    launch: timedelta | None
    answer: timedelta | None


@dataclass(frozen=True)
class Middle:
    """The median of the dashboards that have come so far, and how many they are."""

    n: int
    time: timedelta | None


@dataclass(frozen=True)
class MedianTimes:
    prototype: Middle
    launch: Middle
    answer: Middle


def times_of(dashboards: Iterable[Dashboard]) -> dict[int, Times]:
    """Of each dashboard, in as many queries as there are stations."""
    rows = list(dashboards)
    keys = [row.pk for row in rows]
    shown = Version.objects.filter(dashboard__in=keys, prototype_at__isnull=False).order_by()
    prototypes = dict(shown.values_list("dashboard").annotate(first=Min("prototype_at")))
    opened = Launch.objects.filter(dashboard__in=keys).order_by()
    launches = dict(opened.values_list("dashboard").annotate(first=Min("created_at")))
    answered: dict[int, datetime] = {}
    for told in first_answers.values():
        for pk, moment in told(keys).items():
            answered[pk] = min(moment, answered.get(pk, moment))
    return {
        row.pk: Times(
            *(
                _since(row.created_at, found.get(row.pk))
                for found in (prototypes, launches, answered)
            )
        )
        for row in rows
    }


def _since(begun: datetime, reached: datetime | None) -> timedelta | None:
    return max(reached - begun, timedelta()) if reached is not None else None


def median_times(times: Iterable[Times]) -> MedianTimes:
    rows = list(times)
    return MedianTimes(
        _middle(row.prototype for row in rows),
        _middle(row.launch for row in rows),
        _middle(row.answer for row in rows),
    )


def _middle(some: Iterable[timedelta | None]) -> Middle:
    known = [time for time in some if time is not None]
    return Middle(len(known), median_of(known) if known else None)
