"""Pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not sent from our own page, or from one that is too old."""
    return render(request, "403.html", status=403)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that nobody's browser makes; who asks may not be known yet, so nothing is said."""
    return HttpResponse(_("This request cannot be read."), "text/plain", status=400)


def failed(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
