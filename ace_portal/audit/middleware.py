"""Who was turned away, and from what."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ace_portal.audit.services import record
from ace_portal.lib.logs import without_secret

LONGEST_PATH = 200


class DeniedAccessMiddleware:
    """Notes a signed-in person's 403, and a 404 from an address that names an object.

    The path alone, never the query or the body: they may hold what is secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        known = request.resolver_match is not None
        if response.status_code == 403 or (response.status_code == 404 and known):
            self._note(request, response.status_code)
        return response

    def _note(self, request: HttpRequest, status: int) -> None:
        if request.user.is_authenticated:
            record(
                actor=request.user, action="access.denied", method=request.method,
                path=without_secret(request.path)[:LONGEST_PATH], status=status,
            )  # fmt: skip
