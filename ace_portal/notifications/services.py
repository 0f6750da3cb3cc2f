"""Telling people: in the portal at once, by mail at once or once a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.registries import notification_kinds
from ace_portal.notifications.composing import compose
from ace_portal.notifications.mail import queue_mail
from ace_portal.notifications.models import Delivery, Event, Preference
from ace_portal.notifications.selectors import readable

AT_A_TIME = 200


def notify(
    *,
    kind: str,
    key: str,
    actor: User | None,
    people: Iterable[User],
    title: str,
    url: str,
    text: str = "",
    about: dict[str, Any] | None = None,
) -> Event:
    """Tell people of something that happened, in the transaction of the happening itself.

    The actor is never told, nobody twice; a ``key`` that was told before is told to nobody again.
    """
    notification_kinds.get(kind)
    given = {
        "kind": kind, "actor": actor, "title": " ".join(title.split())[:200], "text": text,
        "url": url, "about": about or {},
    }  # fmt: skip
    with transaction.atomic():
        event, fresh = Event.objects.get_or_create(key=key, defaults=given)
        if fresh:
            told = {person.pk: person for person in people if person.is_active}
            if actor is not None:
                told.pop(actor.pk, None)
            _deliver(event, [told[pk] for pk in sorted(told)])
    return event


def _deliver(event: Event, people: list[User]) -> None:
    inbox, by_mail = Delivery.Channel.INBOX, Delivery.Channel.MAIL
    handed = Delivery.State.HANDED
    Delivery.objects.bulk_create(
        Delivery(event=event, person=person, channel=inbox, state=handed) for person in people
    )
    known = {p.person_id: p for p in Preference.objects.filter(person__in=people)}
    for person in people:
        preference = known.get(person.pk) or preference_of(person)
        if preference.mail == Preference.Mail.NONE:
            continue
        delivery = Delivery.objects.create(event=event, person=person, channel=by_mail)
        if preference.mail == Preference.Mail.IMMEDIATE:
            send_together(person, [delivery])
        elif preference.next_digest_at <= timezone.now():
            _set_next(preference)


def send_together(person: User, deliveries: list[Delivery]) -> None:
    """One mail for all of them."""
    subject, text, html = compose(person, [delivery.event for delivery in deliveries])
    mail = queue_mail(
        person=person, subject=subject, text=text, html=html,
        unsubscribe=("notifications", person.pk),
    )  # fmt: skip
    for delivery in deliveries:
        delivery.mail, delivery.state = mail, Delivery.State.HANDED
        delivery.save(update_fields=["mail", "state", "updated_at"])


def send_digests(*, now: datetime) -> int:
    """The daily mail of everybody whose hour has come; answers how many.

    The one conditional update of ``next_digest_at`` decides between schedulers that run at once.
    """
    waiting = Delivery.objects.filter(
        channel=Delivery.Channel.MAIL, state=Delivery.State.QUEUED
    ).values("person")
    due = Preference.objects.filter(next_digest_at__lte=now, person__in=waiting)
    sent = 0
    for preference in due.select_related("person").order_by("next_digest_at")[:AT_A_TIME]:
        with transaction.atomic():
            if _take_turn(preference, now):
                sent += _send_digest(preference)
    return sent


def _take_turn(preference: Preference, now: datetime) -> bool:
    turn = Preference.objects.filter(pk=preference.pk, next_digest_at=preference.next_digest_at)
    following = next_digest(preference.person, preference.hour, now)
    return bool(turn.update(next_digest_at=following))


def _send_digest(preference: Preference) -> bool:
    """What waits and may still be read becomes one mail; the rest is left out for good."""
    person = preference.person
    rows = Delivery.objects.select_for_update().filter(
        person=person, channel=Delivery.Channel.MAIL, state=Delivery.State.QUEUED
    )
    deliveries = list(rows.order_by("pk"))
    events = {e.pk: e for e in Event.objects.filter(deliveries__in=deliveries)}
    for delivery in deliveries:
        delivery.event = events[delivery.event_id]
    wanted = preference.mail != Preference.Mail.NONE and person.is_active
    kept = readable(person, deliveries) if wanted else []
    Delivery.objects.filter(pk__in={d.pk for d in deliveries} - {d.pk for d in kept}).update(
        state=Delivery.State.SKIPPED
    )
    if kept:
        send_together(person, kept)
    return bool(kept)


# Reading and wishes ------------------------------------------------------------------------------


def mark_read(*, actor: User, delivery: Delivery | None = None) -> int:
    """One notification of the person, or all of them; answers how many were new."""
    rows = Delivery.objects.filter(person=actor).unread()
    if delivery is not None:
        rows = rows.filter(pk=delivery.pk)
    return rows.update(read_at=timezone.now())


def preference_of(person: User) -> Preference:
    """The person's wish; until they say otherwise, one mail a day."""
    found, _fresh = Preference.objects.get_or_create(
        person=person, defaults={"next_digest_at": next_digest(person, 7, timezone.now())}
    )
    return found


def set_preference(*, actor: User, mail: str, hour: int) -> Preference:
    preference = preference_of(actor)
    with transaction.atomic():
        preference.mail, preference.hour = mail, hour
        preference.next_digest_at = next_digest(actor, hour, timezone.now())
        preference.full_clean()
        preference.save()
        record(actor=actor, action="notifications.preference", target=actor, mail=mail, hour=hour)
    return preference


def unsubscribe(pk: int) -> None:
    """No mail of notifications any more; the portal's own list stays."""
    person = User.objects.filter(pk=pk).first()
    if person is None:
        return
    preference = preference_of(person)
    with transaction.atomic():
        Preference.objects.filter(pk=preference.pk).update(mail=Preference.Mail.NONE)
        record(actor=person, action="notifications.unsubscribe", target=person)


def _set_next(preference: Preference) -> None:
    preference.next_digest_at = next_digest(preference.person, preference.hour, timezone.now())
    preference.save(update_fields=["next_digest_at", "updated_at"])


def next_digest(person: User, hour: int, now: datetime) -> datetime:
    """The next time that it is ``hour`` where the person lives, in UTC: once on every day.

    An hour that the change to summer time leaves out is the one after it; one that occurs twice is
    the first.
    """
    zone = ZoneInfo(person.time_zone)
    day = now.astimezone(zone).date()
    at = _local(day, hour, zone)
    return at if at > now else _local(day + timedelta(days=1), hour, zone)


def _local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
