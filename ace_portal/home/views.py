"""Where a person starts, and whether the house stands."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ace_portal.accounts.selectors import person_of
from ace_portal.home import selectors
from ace_portal.lib.permissions import ANYONE, SIGNED_IN, access


@access(ANYONE)
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Up means: this process answers and its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@access(SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    template = "home/ace.html" if user.is_ace else "home/member.html"
    return render(request, template, {"needs": selectors.needs_of(user)})
