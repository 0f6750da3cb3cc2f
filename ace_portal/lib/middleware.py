"""Turns a refusal into the page that says so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ace_portal.lib.errors import PortalError


class PortalErrorMiddleware:
    """A ``PortalError`` that no view has put on a form becomes a page with its status and words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PortalError):
            return None
        template = {403: "403.html", 404: "404.html"}.get(error.status, "error.html")
        context = {"message": error.message if error.status != 404 else "", "status": error.status}
        return render(request, template, context, status=error.status)
