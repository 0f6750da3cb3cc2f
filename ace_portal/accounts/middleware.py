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
        known = request.user.is_authenticated
        with timezone.override(ZoneInfo(request.user.time_zone) if known else None):
            return self.get_response(request)
