"""What a person was told and may still read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.registries import notification_kinds
from ace_portal.notifications.models import Delivery, Mail

NEW_AT_MOST = 100


def inbox_for(user: User) -> QuerySet[Delivery]:
    """Everything the person was told in the portal, newest first; see ``readable``."""
    rows = Delivery.objects.filter(person=user, channel=Delivery.Channel.INBOX)
    return rows.select_related("event__actor")


def delivery_for(user: User, pk: int) -> Delivery:
    delivery = inbox_for(user).filter(pk=pk).first()
    if delivery is None or not readable(user, [delivery]):
        raise NotVisible("")
    return delivery


def readable(user: User, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Those whose matter the person may see today, in the same order; a query or two per kind."""
    rows = list(deliveries)
    by_kind: dict[str, list[Delivery]] = {}
    for row in rows:
        by_kind.setdefault(row.event.kind, []).append(row)
    kept = set()
    for kind, told in by_kind.items():
        answers = notification_kinds.get(kind)(user, [row.event.about for row in told])
        kept |= {row.pk for row, may in zip(told, answers, strict=True) if may}
    return [row for row in rows if row.pk in kept]


def new_count(user: User) -> int:
    """How many the person has not read, up to a hundred."""
    unread = Delivery.objects.filter(person=user).unread().select_related("event")
    return len(readable(user, unread[:NEW_AT_MOST]))


def mails_for(user: User) -> QuerySet[Mail]:
    """The mails that were sent to a person, as they were sent."""
    return Mail.objects.filter(person=user)


def mail_for(user: User, pk: int) -> Mail:
    mail = mails_for(user).filter(pk=pk).first()
    if mail is None:
        raise NotVisible("")
    return mail
