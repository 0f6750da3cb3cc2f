"""The bell on top of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from ace_portal.accounts.models import User
from ace_portal.notifications.selectors import new_count


def bell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: where the notifications are, and how many are new."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {
        "notifications_url": reverse("notifications:inbox"),
        "notifications_count": SimpleLazyObject(lambda: new_count(user)),
    }
