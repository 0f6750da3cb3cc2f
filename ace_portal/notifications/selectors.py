"""What a person was told and may still read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
    open_to = _open_to(user, [(row.event.kind, row.event.about) for row in rows])
    return [row for row, may in zip(rows, open_to, strict=True) if may]


def _open_to(user: User, events: Sequence[tuple[str, Any]]) -> list[bool]:
    """For each (kind, what it is about): may the person see the matter today?"""
    places: dict[str, list[int]] = {}
    for place, (kind, _about) in enumerate(events):
        places.setdefault(kind, []).append(place)
    found = [False] * len(events)
    for kind, those in places.items():
        answers = notification_kinds.get(kind)(user, [events[place][1] for place in those])
        for place, may in zip(those, answers, strict=True):
            found[place] = bool(may)
    return found


def new_count(user: User) -> int:
    """How many the person has not read, up to a hundred; on every page, so it reads no more."""
    unread = Delivery.objects.filter(person=user).unread()
    events = unread.values_list("event__kind", "event__about")[:NEW_AT_MOST]
    return sum(_open_to(user, list(events)))


def mails_for(user: User) -> QuerySet[Mail]:
    """The mails that were sent to a person, as they were sent."""
    return Mail.objects.filter(person=user)


def mail_for(user: User, pk: int) -> Mail:
    mail = mails_for(user).filter(pk=pk).first()
    if mail is None:
        raise NotVisible("")
    return mail
