"""What people said and nobody of the ACE has answered."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.needs import AT_MOST, Need
from feedback.selectors import LATE_DAYS, unanswered_for


def unanswered(user: User) -> list[Need]:
    """Threads without a word of the ACE, on anybody's dashboards; late ones stand out."""
    late = timezone.now() - timedelta(days=LATE_DAYS)
    rows = unanswered_for(user).select_related(None).select_related("dashboard").defer("seen")
    return [
        Need(_("Feedback without an answer"), f"{row.title} ({row.dashboard.name})",
             row.get_absolute_url(), row.created_at,
             tone="watch" if row.created_at < late else "none")
        for row in rows.order_by("created_at", "pk")[:AT_MOST]
    ]  # fmt: skip
