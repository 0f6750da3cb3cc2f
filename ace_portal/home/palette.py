"""Where the search is, on every page of somebody who is signed in."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.search import LONGEST


def palette(request: HttpRequest) -> dict[str, object]:
    """Context processor: the page of results, and what fills the palette."""
    if not isinstance(getattr(request, "user", None), User):
        return {}
    return {
        "search_url": reverse("home:search"),
        "palette_url": reverse("home:palette"),
        "search_longest": LONGEST,
    }
