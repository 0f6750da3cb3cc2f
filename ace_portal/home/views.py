"""Where a person starts, where they search, and whether the house stands."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.accounts.selectors import person_of
from ace_portal.home.selectors.needs import needs_of
from ace_portal.home.selectors.search import EACH_ON_THE_PAGE, found_for
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
    return render(request, template, {"waiting": needs_of(user)})


@access(SIGNED_IN)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """All that answers, on a page of its own."""
    found = found_for(person_of(request), request.GET.get("q", ""), most=EACH_ON_THE_PAGE)
    context = {"found": found, "title": _("Search"), "crumbs": [{"label": _("Search")}]}
    return render(request, "home/search.html", context)


@access(SIGNED_IN)
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """The best of it, for the palette."""
    found = found_for(person_of(request), request.GET.get("q", ""))
    return render(request, "home/_jump.html", {"found": found})
