"""In which zone the person who asks reads times."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Next = Callable[[HttpRequest], HttpResponse]


class PersonalTimeZoneMiddleware:
    """Times on a page are in the reader's zone, and no zone outlives its request.

    Who comes with a token is known later, and chooses the zone then: see ``tokens.py``.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        zone = ZoneInfo(user.time_zone) if user.is_authenticated else None
        with timezone.override(zone):
            return self.get_response(request)
