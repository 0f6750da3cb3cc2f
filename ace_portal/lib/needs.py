"""What waits for a person: each app says what it knows of, the home page puts it in one order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from ace_portal.lib.registries import needs

#: no app tells more of one kind: the home page shows the oldest
AT_MOST = 12


@dataclass(frozen=True)
class Need:
    """``kind`` says what waits ("Refresh failed"), ``title`` of what, ``count`` of how many.

    ``tone`` is bad, watch or none. ``url`` leads to where it is done.
    """

    kind: str
    title: str
    url: str
    since: datetime
    count: int = 1
    tone: str = "none"


def add_needs(name: str, of: Callable[[Any], list[Need]]) -> None:
    """Sign in what waits for people; called from ``AppConfig.ready()``."""
    needs.register(name, of)


def beginning_of(day: date) -> datetime:
    """A day's first moment, for what waits since a day."""
    return timezone.make_aware(datetime.combine(day, time.min))
