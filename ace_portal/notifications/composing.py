"""What a mail of notifications says."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.notifications.models import Event
from ace_portal.notifications.unsubscribing import unsubscribe_url


def compose(person: User, events: Sequence[Event]) -> tuple[str, str, str]:
    """Subject, text and HTML for one or several events."""
    subject = events[0].title
    if len(events) > 1:
        subject = ngettext("%(n)d thing happened", "%(n)d things happened", len(events))
        subject %= {"n": len(events)}
    context = {
        "person": person,
        "subject": subject,
        "base": settings.BASE_URL,
        "events": events,
        "settings_url": f"{settings.BASE_URL}{reverse('notifications:settings')}",
        "unsubscribe_url": unsubscribe_url("notifications", person.pk),
    }
    text = render_to_string("mail/events.txt", context)
    return subject, text, render_to_string("mail/events.html", context)
