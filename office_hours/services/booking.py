"""A booking from its first moment to what came of it.

Everything that takes or frees a host's time holds the host's row first, so that of sixty who want
the same time one gets it. On SQLite the transaction itself is that lock: it begins as a writer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from ace_portal.lib.pages import number_of
from dashboards.content.models import Dashboard
from dashboards.content.seen import look_at
from dashboards.content.selectors import dashboards_for, version_for
from feedback.models import Thread
from feedback.services.threads import open_thread
from office_hours.invitations import in_words, tell_both
from office_hours.models import MOVES, Booking, Host
from office_hours.permissions.booking import require_host, require_party
from office_hours.selectors.availability import free_between, hosts_for, nearest
from office_hours.slots import Slot, first_seat

MOST_AHEAD = 5
BEFORE = timedelta(hours=24)
FARTHEST = timedelta(days=400)
State = Booking.State


def book(
    *,
    actor: User,
    host: Host,
    starts_at: datetime,
    topic: str,
    dashboard: Dashboard | None = None,
    tile_key: str = "",
    filters: str = "",
) -> Booking:
    """Take a seat at one of the host's free times, and invite both.

    With a dashboard, what the actor sees of the tile under ``filters`` is kept for the host: the
    query of the dashboard's address, which may name a version.
    Who comes too late gets a Conflict with the nearest free times.
    """
    if not hosts_for(actor).filter(pk=host.pk).exists():
        raise NotVisible("")
    context = _context(actor, dashboard, tile_key, filters) if dashboard is not None else {}
    now = timezone.now()
    booking = Booking(
        person=actor, topic=topic.strip(), **context,
        uid=f"{uuid.uuid4()}@{settings.BASE_URL.partition('://')[2].partition(':')[0]}",
    )  # fmt: skip
    with _second_guard(actor, host, starts_at, now), transaction.atomic():
        row = held(host)
        _require_few(actor, row, starts_at, now)
        _put(booking, actor, row, starts_at, now)
        record(actor=actor, action="booking.book", target=booking)
        tell_both(booking, what="booked")
    return booking


def reschedule(*, actor: User, booking: Booking, starts_at: datetime) -> Booking:
    """The same booking at another of the host's free times; both calendars move it."""
    require_party(actor, booking)
    now = timezone.now()
    host = booking.host
    with _second_guard(actor, host, starts_at, now), transaction.atomic():
        row = held(host)
        current = _current(booking)
        _require_ahead(current)
        if not hosts_for(current.person).filter(pk=row.pk).exists():
            raise Conflict(_("%(host)s takes no bookings now.") % {"host": row.person.name})
        if starts_at == current.starts_at:
            raise Conflict(_("That is the time it has already."))
        current.moved_from, current.sequence = current.starts_at, current.sequence + 1
        _put(current, actor, row, starts_at, now)
        record(actor=actor, action="booking.move", target=current, sequence=current.sequence)
        tell_both(current, what="moved")
    return current


def cancel(*, actor: User, booking: Booking, reason: str = "") -> Booking:
    """The time is free again; both calendars take it out."""
    require_party(actor, booking)
    with transaction.atomic():
        return cancel_held(actor, booking, reason)


def record_outcome(
    *, actor: User, booking: Booking, outcome: str, reason: str = "", notes: str = ""
) -> Booking:
    """The host says how it went: it took place, or the person did not come and why."""
    require_host(actor, booking)
    if outcome not in {State.ATTENDED, State.NO_SHOW}:
        raise Invalid(_("Say whether it took place."), field="outcome")
    if outcome == State.NO_SHOW and not reason.strip():
        raise Invalid(_("Say what is known of why; both of you read it."), field="reason")
    with transaction.atomic():
        current = _current(booking)
        _require_move(current, State(outcome))
        if current.starts_at > timezone.now():
            raise Conflict(_("It has not begun yet."))
        current.state, current.notes, current.remind_at = outcome, notes.strip(), None
        current.reason = reason.strip() if outcome == State.NO_SHOW else ""
        current.full_clean()
        current.save()
        record(actor=actor, action=f"booking.{outcome}", target=current)
    return current


def write_notes(*, actor: User, booking: Booking, notes: str) -> Booking:
    """What was said and agreed; the host writes, both read."""
    require_host(actor, booking)
    with transaction.atomic():
        current = _current(booking)
        if current.state == State.CANCELLED:
            raise Conflict(_("It was cancelled."))
        current.notes = notes.strip()
        current.full_clean()
        current.save()
        record(actor=actor, action="booking.notes", target=current)
    return current


def open_outcome_thread(
    *, actor: User, booking: Booking, kind: str, text: str, private: bool = False
) -> Thread:
    """What came of it becomes a thread on the tile that it was about, once."""
    require_host(actor, booking)
    with transaction.atomic():
        current = _current(booking)
        if current.version is None:
            raise Conflict(_("It was about no tile of a dashboard."))
        if current.thread_id is not None:
            raise Conflict(_("There is a thread already."))
        if current.state != State.ATTENDED:
            raise Conflict(_("First say that it took place."))
        thread = open_thread(
            actor=actor, dashboard=current.version.dashboard, tile_key=current.tile_key,
            kind=kind, text=text, private=private, version=current.version,
            filters=(current.seen or {}).get("query", ""),
        )  # fmt: skip
        current.thread = thread
        current.save(update_fields=["thread", "updated_at"])
        record(actor=actor, action="booking.thread", target=current, thread=thread.pk)
    return thread


# For the other services --------------------------------------------------------------------------


def cancel_held(actor: User, booking: Booking, reason: str) -> Booking:
    """Inside the caller's transaction, who has made sure that the actor may."""
    held(booking.host)
    current = _current(booking)
    _require_ahead(current)
    current.state, current.reason = State.CANCELLED, reason.strip()
    current.sequence, current.remind_at = current.sequence + 1, None
    current.full_clean()
    current.save()
    record(actor=actor, action="booking.cancel", target=current)
    tell_both(current, what="cancelled")
    return current


def held(host: Host) -> Host:
    """The host's row as it is now, held until the transaction ends."""
    return Host.objects.select_for_update(of=("self",)).select_related("person").get(pk=host.pk)


def _current(booking: Booking) -> Booking:
    rows = Booking.objects.select_for_update(of=("self",))
    return rows.select_related("host__person", "person", "version__dashboard").get(pk=booking.pk)


def _put(booking: Booking, actor: User, host: Host, starts_at: datetime, now: datetime) -> None:
    """Give it the time, if there is room; the host's row is held."""
    slot = _slot(host, starts_at, now, without=booking if booking.pk else None)
    if slot is None:
        raise taken(actor, host, starts_at, now)
    others = Booking.objects.taking().filter(host=host, starts_at=starts_at).exclude(pk=booking.pk)
    if others.filter(person=booking.person).exists():
        raise Conflict(_("You have this time already."), field="starts_at")
    booking.host, booking.seat = host, first_seat(slot, others)
    booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
    booking.busy_until, booking.way, booking.place = slot.busy_until, slot.way, slot.place
    booking.remind_at = slot.starts_at - BEFORE if slot.starts_at - BEFORE > now else None
    booking.full_clean(validate_constraints=False)
    booking.save()


def _slot(host: Host, starts_at: datetime, now: datetime, without: Booking | None) -> Slot | None:
    if abs(starts_at - now) > FARTHEST:
        return None
    end = starts_at + timedelta(seconds=1)
    found = free_between(host, starts_at, end, now=now, without=without)
    return next((free.slot for free in found if free.slot.starts_at == starts_at), None)


def taken(actor: User, host: Host, wanted: datetime, now: datetime) -> Conflict:
    """The refusal, with what is free instead, in the actor's zone and in words."""
    near = wanted if abs(wanted - now) <= FARTHEST else now
    slots = [free.slot for free in nearest(host, near, now=now)]
    words = [in_words(slot.starts_at, slot.ends_at, actor.time_zone) for slot in slots]
    message = _("That time is not free any more.")
    if words:
        message += " " + _("The nearest that are: %(times)s.") % {"times": "; ".join(words)}
    alternatives = [
        {
            "starts_at": slot.starts_at.isoformat(),
            "ends_at": slot.ends_at.isoformat(),
            "words": said,
        }
        for slot, said in zip(slots, words, strict=True)
    ]
    return Conflict(message, field="starts_at", alternatives=alternatives)


@contextmanager
def _second_guard(actor: User, host: Host, starts_at: datetime, now: datetime) -> Iterator[None]:
    """What the database itself refuses, should anything come past the lock, is a Conflict too."""
    try:
        yield
    except IntegrityError as error:
        raise taken(actor, host, starts_at, now) from error


def _require_few(actor: User, host: Host, starts_at: datetime, now: datetime) -> None:
    ahead = Booking.objects.ahead(now).filter(host=host, person=actor)
    if ahead.count() >= MOST_AHEAD:
        raise Conflict(
            _("You have %(n)d sessions with %(host)s ahead. Meet first, then book the next.")
            % {"n": MOST_AHEAD, "host": host.person.name}
        )


def _require_move(booking: Booking, to: Booking.State) -> None:
    if to not in MOVES[State(booking.state)]:
        words = {"state": booking.get_state_display().lower()}
        raise Conflict(_("That is not possible: the session is “%(state)s”.") % words)


def _require_ahead(booking: Booking) -> None:
    _require_move(booking, State.CANCELLED)
    if not booking.is_ahead:
        raise Conflict(_("It has begun; it can no longer be moved or cancelled."))


def _context(actor: User, dashboard: Dashboard, tile_key: str, filters: str) -> dict[str, Any]:
    """The tile as the actor sees it now, figures as printed."""
    if not dashboards_for(actor).filter(pk=dashboard.pk).exists():
        raise NotVisible("")
    params = QueryDict(filters[:2000])
    version = version_for(actor, dashboard, number_of(params.get("version", "")))
    seen = look_at(version, tile_key, params, reader=actor)
    return {"version": version, "tile_key": tile_key, "seen": seen}
