"""Subscribing, changing, pausing, ending."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from dashboards.content.filters import query_string, read_state, uncompared
from dashboards.content.models import Dashboard
from dashboards.content.selectors import document_of, released_of
from dashboards.permissions import require_under_way
from dashboards.reports.models import Subscription
from dashboards.reports.permissions import require_steering
from dashboards.reports.selectors import may_open
from dashboards.usage.services.views import note_view

#: to one person, of one dashboard
AT_MOST = 10


def subscribe(
    *, actor: User, dashboard: Dashboard, person: User | None = None, query: str = "",
    **schedule: Any,
) -> Subscription:  # fmt: skip
    """To oneself; the ACE also to somebody else who may open the dashboard.

    ``schedule`` are ``every``, ``hour``, ``minute``, ``weekday``, ``day``, ``zone`` (else the
    person's) and ``skip_empty``.
    """
    if not may_open(actor, dashboard):
        raise NotVisible("")
    person = person or actor
    if person.pk != actor.pk and not actor.is_ace:
        raise NotAllowed(_("Only the ACE team subscribes somebody else."))
    if not may_open(person, dashboard):
        words = _("%(person)s may not open this dashboard.") % {"person": person}
        raise Invalid(words, field="person")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)  # one after the other, for the limit
        if Subscription.objects.filter(person=person, dashboard=dashboard).count() >= AT_MOST:
            raise Conflict(_("That is enough: change or end one of the reports there are."))
        row = Subscription(
            person=person, dashboard=dashboard, by=actor, query=_filters(dashboard, query)
        )
        _set_schedule(row, schedule)
        record(actor=actor, action="report.subscribe", target=row, when=row.schedule_words)
    released = released_of(dashboard)
    if released is not None:
        note_view(actor=actor, dashboard=dashboard, version=released, interacted=True)
    return row


def change_subscription(
    *, actor: User, subscription: Subscription, active: bool | None = None,
    query: str | None = None, **schedule: Any,
) -> Subscription:  # fmt: skip
    """Another time, other filters; ``active`` pauses it or lets it go on."""
    require_steering(actor, subscription)
    with transaction.atomic():
        row = _locked(subscription)
        if query is not None:
            row.query = _filters(row.dashboard, query)
        if active is not None:
            _set_active(row, actor, active)
        _set_schedule(row, schedule)
        record(
            actor=actor, action="report.change", target=row, when=row.schedule_words,
            active=row.active,
        )  # fmt: skip
    return row


def pause(*, actor: User, subscription: Subscription) -> Subscription:
    return _turn(actor, subscription, active=False)


def resume(*, actor: User, subscription: Subscription) -> Subscription:
    """From the next time on; what was missed in the meantime is not sent."""
    return _turn(actor, subscription, active=True)


def delete_subscription(*, actor: User, subscription: Subscription) -> None:
    """With its runs; mails that were sent stay with their person, what waits is not sent."""
    require_steering(actor, subscription)
    with transaction.atomic():
        row = _locked(subscription)
        record(actor=actor, action="report.delete", target=row)
        row.delete()


def unsubscribe(pk: int) -> None:
    """The link in a mail: no such report any more; only its person takes it up again."""
    row = Subscription.objects.select_related("person", "dashboard").filter(pk=pk).first()
    if row is None:
        return
    with transaction.atomic():
        row = _locked(row)
        row.active, row.next_due = False, None
        row.ended_at = row.ended_at or timezone.now()
        row.save(update_fields=["active", "next_due", "ended_at", "updated_at"])
        record(actor=row.person, action="report.unsubscribe", target=row)


def _turn(actor: User, subscription: Subscription, *, active: bool) -> Subscription:
    require_steering(actor, subscription)
    with transaction.atomic():
        row = _locked(subscription)
        _set_active(row, actor, active)
        _set_next(row, timezone.now())
        row.save()
        record(actor=actor, action="report.resume" if active else "report.pause", target=row)
    return row


def _set_active(row: Subscription, actor: User, active: bool) -> None:
    if active and row.ended_at is not None:
        if actor.pk != row.person_id:
            raise NotAllowed(
                _("%(person)s has ended this report and alone takes it up again.")
                % {"person": row.person}
            )
        row.ended_at = None
    row.active = active


def _set_schedule(row: Subscription, schedule: dict[str, Any]) -> None:
    for name, value in schedule.items():
        setattr(row, name, value)
    row.zone = row.zone or row.person.time_zone
    row.full_clean()
    _set_next(row, timezone.now())
    row.save()


def _set_next(row: Subscription, now: datetime) -> None:
    row.next_due = row.schedule.after(now) if row.active else None


def _filters(dashboard: Dashboard, query: str) -> str:
    """The part of an address that the released version understands, as its pages write it."""
    require_under_way(dashboard)
    version = released_of(dashboard)
    if version is None:
        raise Conflict(_("There is nothing to send yet: no version is released."))
    document = document_of(version)
    return query_string(document, uncompared(read_state(document, QueryDict(query))))


def _locked(subscription: Subscription) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",))
    row = rows.select_related("person", "dashboard").filter(pk=subscription.pk).first()
    if row is None:
        raise NotVisible("")
    return row
