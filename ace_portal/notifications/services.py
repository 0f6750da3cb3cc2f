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
from ace_portal.jobs.services import Run, enqueue
from ace_portal.lib.registries import notification_kinds
from ace_portal.notifications.composing import compose
from ace_portal.notifications.mail import queue_mail
from ace_portal.notifications.models import Delivery, Event, Preference
from ace_portal.notifications.selectors import readable

AT_A_TIME = 200
IN_A_LIST = 500  # keys of one statement
#: the job that writes the mails which go out each at once
AT_ONCE = "notifications.at_once"


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
    """A row each for the portal and for mail, all of them at once, however many they are.

    Mails that go out each at once are written by a job: composing them takes its time.
    """
    inbox, by_mail = Delivery.Channel.INBOX, Delivery.Channel.MAIL
    handed = Delivery.State.HANDED
    Delivery.objects.bulk_create(
        Delivery(event=event, person=person, channel=inbox, state=handed) for person in people
    )
    wishes = [
        wish for wish in _wishes_of(event, people) if wish.mail != Preference.Mail.NONE
    ]  # fmt: skip
    Delivery.objects.bulk_create(
        Delivery(event=event, person_id=wish.person_id, channel=by_mail) for wish in wishes
    )
    if any(wish.mail == Preference.Mail.IMMEDIATE for wish in wishes):
        enqueue(
            kind=AT_ONCE, payload={"event": event.pk}, actor=None, key=f"event-{event.pk}",
            queue="mail",
        )  # fmt: skip
    _move_on([wish for wish in wishes if wish.mail == Preference.Mail.DIGEST])


def _wishes_of(event: Event, people: list[User]) -> list[Preference]:
    """What each of those who are told wishes; who has said nothing wishes the usual."""
    told = {person.pk: person for person in people}
    known = Preference.objects.filter(
        person__deliveries__event=event, person__deliveries__channel=Delivery.Channel.INBOX
    )
    found = {wish.person_id: wish for wish in known}
    silent = [person for pk, person in told.items() if pk not in found]
    if silent:
        now = timezone.now()
        Preference.objects.bulk_create(
            (Preference(person=person, next_digest_at=next_digest(person, 7, now))
             for person in silent),
            ignore_conflicts=True,
        )  # fmt: skip
        found = {wish.person_id: wish for wish in known.all()}
    for pk, wish in found.items():
        wish.person = told[pk]
    return [found[pk] for pk in told]


def _move_on(wishes: list[Preference]) -> None:
    """Whose hour is over waits for the next one; a statement for each hour, not for each person."""
    now = timezone.now()
    hours: dict[datetime, list[int]] = {}
    for wish in wishes:
        if wish.next_digest_at <= now:
            hours.setdefault(next_digest(wish.person, wish.hour, now), []).append(wish.pk)
    for at, keys in hours.items():
        for begin in range(0, len(keys), IN_A_LIST):
            rows = Preference.objects.filter(pk__in=keys[begin : begin + IN_A_LIST])
            rows.filter(next_digest_at__lte=now).update(next_digest_at=at, updated_at=now)


def mail_at_once(run: Run) -> None:
    """Write the mails of an event for who wants each at once; a worker that dies goes on."""
    event = Event.objects.get(pk=run.payload["event"])
    while _mail_some(run, event):
        pass


def _mail_some(run: Run, event: Event) -> bool:
    """Some of them in one transaction; False where none is left."""
    with transaction.atomic():
        run.renew()
        waiting = Delivery.objects.select_for_update(of=("self",)).filter(
            event=event, channel=Delivery.Channel.MAIL, state=Delivery.State.QUEUED,
            person__notification_preference__mail=Preference.Mail.IMMEDIATE,
        )  # fmt: skip
        rows = list(waiting.select_related("person").order_by("pk")[:AT_A_TIME])
        for delivery in rows:
            delivery.event = event
            send_together(delivery.person, [delivery])
    return bool(rows)


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
