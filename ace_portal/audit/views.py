from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ace_portal.audit import selectors
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ADMIN, access


@access(ADMIN)
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    return render(request, "audit/log.html", {"page": page_of(request, selectors.all_entries())})
