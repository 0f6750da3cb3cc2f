"""How feedback shows itself on the pages of a dashboard and in the rail."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from feedback.selectors import WAITING, open_items, threads_for


def feedback_tab(user: User, dashboard: Dashboard) -> dict[str, Any]:
    """A tab with the number of threads that wait for an answer."""
    waiting = threads_for(user).filter(dashboard=dashboard, state__in=WAITING)
    return {
        "key": "feedback",
        "label": _("Feedback"),
        "url": reverse("feedback:dashboard-threads", args=[dashboard.slug]),
        "count": waiting.order_by().count(),
    }


def roadmap_tab(user: User, dashboard: Dashboard) -> dict[str, Any]:
    """A tab with the number of items that are not shipped yet."""
    return {
        "key": "roadmap",
        "label": _("Roadmap"),
        "url": reverse("feedback:roadmap", args=[dashboard.slug]),
        "count": open_items(dashboard).count(),
    }


def waiting_for(user: User) -> int:
    """What waits for an answer of the ACE; nobody else has a number in the rail."""
    if not user.is_ace:
        return 0
    return threads_for(user).filter(state__in=WAITING, answered_at=None).order_by().count()
