"""What holds for every request and every answer."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said

Next = Callable[[HttpRequest], HttpResponse]


class PrivateMiddleware:
    """No cache keeps a page, not even the browser's: the next person at it may be another one."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class AddressMiddleware:
    """An address with a NUL in it names nothing, and no database takes it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a NUL in the address")
        return self.get_response(request)


class PortalErrorMiddleware:
    """A ``PortalError`` that no view has put on a form becomes a page with its status and words."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PortalError):
            return None
        template = {403: "403.html", 404: "404.html"}.get(error.status, "error.html")
        message = said(error.message) if error.status != 404 else ""
        context = {"message": message, "status": error.status}
        return render(request, template, context, status=error.status)
