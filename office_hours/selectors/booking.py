"""Which bookings a person may read: their own and those that they host."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard, Version
from dashboards.content.seen import open_to
from dashboards.content.selectors import readable_versions
from office_hours.models import Booking, FeedToken

FEED_DAYS = 90
FEED_AT_MOST = 500
State = Booking.State


def bookings_for(user: User) -> QuerySet[Booking]:
    return Booking.objects.filter(Q(person=user) | Q(host__person=user)).select_related(
        "host__person", "person", "version__dashboard", "thread"
    )


def booking_for(user: User, pk: int) -> Booking:
    return first_or_404(bookings_for(user).filter(pk=pk))


def ahead_of(user: User) -> QuerySet[Booking]:
    """What is coming, the next one first."""
    return bookings_for(user).filter(state=State.CONFIRMED, ends_at__gt=timezone.now())


def past_of(user: User) -> QuerySet[Booking]:
    """What is over or was cancelled, the latest first."""
    over = Q(ends_at__lte=timezone.now()) | ~Q(state=State.CONFIRMED)
    return bookings_for(user).filter(over).order_by("-starts_at", "-pk")


def waiting_for(user: User) -> QuerySet[Booking]:
    """What the host has not said yet how it went."""
    rows = bookings_for(user).filter(host__person=user, state=State.CONFIRMED)
    return rows.filter(starts_at__lte=timezone.now())


def may_see_tile(user: User, booking: Booking) -> bool:
    """What a booking is about stays closed to who may not read that version any more."""
    if booking.version_id is None:
        return False
    mine = Version.objects.filter(readable_versions(user), pk=booking.version_id)
    return mine.exclude(dashboard__status=Dashboard.Status.RETIRED).exists()


def seen_by(user: User, booking: Booking) -> dict[str, Any]:
    """The tile as its person saw it, as far as its rows are open to the reader today."""
    if booking.version is None or not booking.seen:
        return {}
    return open_to(user, booking.version, booking.tile_key, booking.seen)


# Notifications -----------------------------------------------------------------------------------


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: is the person (still) part of the booking?"""
    wanted = [about["booking"] for about in abouts]
    mine = set(bookings_for(person).filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk in mine for pk in wanted]


def readable_reminders(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """The same, while it is still to come at the time that the reminder names."""
    now = timezone.now()
    coming = bookings_for(person).filter(state=State.CONFIRMED, starts_at__gt=now)
    whens = {(b.host_id, b.starts_at) for b in coming}
    return [(about["host"], parse_datetime(about["starts_at"])) in whens for about in abouts]


# The calendar ------------------------------------------------------------------------------------


def digest_of(secret: str) -> str:
    """What is kept of a feed's secret, which has 256 bits of its own: no salt, no stretching."""
    return hashlib.sha256(secret.encode()).hexdigest()


def feeds_of(user: User) -> QuerySet[FeedToken]:
    return FeedToken.objects.filter(person=user)


def reader_of(secret: str) -> User | None:
    """Whose calendar the secret opens."""
    feeds = FeedToken.objects.filter(digest=digest_of(secret), person__is_active=True)
    feed = feeds.select_related("person").first()
    return feed.person if feed else None


def calendar_of(user: User, now: datetime) -> list[Booking]:
    """What stands in the person's calendar: nothing that was cancelled."""
    since = now - timedelta(days=FEED_DAYS)
    rows = bookings_for(user).taking().filter(starts_at__gt=since)  # type: ignore[attr-defined]
    return list(rows.order_by("-starts_at")[:FEED_AT_MOST])
