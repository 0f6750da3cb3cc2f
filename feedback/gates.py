"""What feedback says at the gates of an MVP."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.lib.gates import Check, check
from dashboards.content.models import Dashboard
from feedback.models import Thread
from feedback.selectors import UNDER_WAY, WAITING

ANSWERED_WITHIN = timedelta(days=7)


def validation_lines(dashboard: Dashboard) -> list[Check]:
    """Gate 6: nobody waits for a figure to be put right."""
    problems = Thread.objects.filter(
        dashboard=dashboard, removed="", kind=Thread.Kind.DATA, state__in=[*WAITING, *UNDER_WAY]
    ).count()
    return [check(not problems, _("No data problem is open"), str(problems or ""), _url(dashboard))]


def iteration_lines(dashboard: Dashboard) -> list[Check]:
    """Stage 8: people get an answer within a week."""
    late = Thread.objects.filter(
        dashboard=dashboard, removed="", state__in=WAITING, answered_at=None,
        created_at__lt=timezone.now() - ANSWERED_WITHIN,
    ).count()  # fmt: skip
    return [
        check(not late, _("Feedback is answered within a week"), str(late or ""), _url(dashboard))
    ]


def _url(dashboard: Dashboard) -> str:
    return reverse("feedback:dashboard-threads", args=[dashboard.slug])
