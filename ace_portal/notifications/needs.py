"""Mails that did not arrive, for those who can do something about it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.needs import AT_MOST, Need
from ace_portal.notifications.models import Mail

DAYS = 14


def undelivered(user: User) -> list[Need]:
    """What was given up, to the ACE, who tries it again; refused addresses to administrators."""
    since = timezone.now() - timedelta(days=DAYS)
    lost = Mail.objects.filter(state=Mail.State.FAILED, created_at__gt=since)
    found = []
    if user.is_ace:
        found += _given_up(lost)
    if user.is_admin:
        found += [
            Need(_("Mail refused"), f"{row.person.name}: {row.reason}",
                 reverse("accounts:person-edit", args=[row.person_id]), row.created_at, tone="bad")
            for row in lost.filter(sent_at__isnull=False, person__is_active=True)
            .select_related("person").order_by("pk")[:AT_MOST]
        ]  # fmt: skip
    return found


def _given_up(lost: QuerySet[Mail]) -> list[Need]:
    """All of them in one line: one mail server is the reason, one page mends it."""
    told = lost.filter(sent_at__isnull=True).aggregate(n=Count("pk"), since=Min("created_at"))
    if not told["n"]:
        return []
    title = _("The mail server took nothing for a day and a half. When it does, try it again.")
    url = reverse("jobs:jobs")
    return [Need(_("Mail given up"), title, url, told["since"], count=told["n"], tone="bad")]
