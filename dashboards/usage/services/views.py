"""Counting who looks: people outside the ACE, at what was released; see decision 0016.

A view is no act on an object, so the audit log has none of them.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_day
from ace_portal.lib.errors import NotVisible
from dashboards.content.models import Dashboard, Version
from dashboards.usage.models import ViewEvent

log = logging.getLogger("ace.usage")

HALF_HOUR = 1800
QUALIFIED_AFTER = 10  # seconds of the page in sight


def record_view(
    *,
    actor: User,
    dashboard: Dashboard,
    version: Version,
    at: datetime | None = None,
    seconds: int = 0,
    interacted: bool = False,
) -> ViewEvent | None:
    """Open the view of this half hour, or go on with it, in one statement.

    The caller has just read the dashboard under the actor's right. None where nothing is counted:
    the ACE, and what is not released. ``at`` is for what was seen elsewhere and is brought in.
    """
    if actor.is_ace or version.state != Version.State.RELEASED:
        return None
    at = at or timezone.now()
    event = ViewEvent(
        user=actor, dashboard=dashboard, version=version, opened_at=at, last_at=at,
        half_hour=int(at.timestamp()) // HALF_HOUR, day=site_day(at),
    )  # fmt: skip
    with transaction.atomic():
        ViewEvent.objects.bulk_create(
            [event],
            update_conflicts=True,
            unique_fields=["user", "dashboard", "half_hour"],
            update_fields=["last_at"],
        )
        if seconds or interacted:
            _qualify(event.pk, at, seconds, interacted)
    return event


def note_view(
    *, actor: User, dashboard: Dashboard, version: Version, interacted: bool = False
) -> ViewEvent | None:
    """Count, or let it be: nobody misses a page because a view could not be written.

    The database may be locked or away, and what was seen may just have been deleted.
    """
    try:
        return record_view(actor=actor, dashboard=dashboard, version=version, interacted=interacted)
    except (OperationalError, IntegrityError) as error:
        log.warning("a view of dashboard %s was not counted: %s", dashboard.pk, error)
        return None


def report_seconds(*, actor: User, dashboard: Dashboard, pk: int, seconds: int) -> ViewEvent:
    """For how long the page was in sight, as its own browser says; never longer than it can be."""
    event = ViewEvent.objects.filter(pk=pk, user=actor, dashboard=dashboard).first()
    if event is None:
        raise NotVisible("")
    now = timezone.now()
    most = int((now - event.opened_at).total_seconds()) + 1
    _qualify(event.pk, now, max(0, min(seconds, most, HALF_HOUR)), interacted=False)
    event.refresh_from_db()
    return event


def _qualify(pk: int, at: datetime, seconds: int, interacted: bool) -> None:
    """Seconds only grow, and what counts goes on counting."""
    changed: dict[str, Any] = {"seconds": Greatest(F("seconds"), Value(seconds))}
    if interacted or seconds >= QUALIFIED_AFTER:
        changed["qualified_at"] = Coalesce(F("qualified_at"), Value(at))
    if interacted:
        changed["interacted"] = Value(True)
    ViewEvent.objects.filter(pk=pk).update(**changed)


def sweep_views(*, now: datetime) -> int:
    """Forget the views that are older than they are kept; answers how many."""
    oldest = now - timedelta(days=settings.VIEW_DAYS)
    gone, _by_table = ViewEvent.objects.filter(opened_at__lt=oldest).delete()
    return gone
