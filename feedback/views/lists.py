"""Where feedback is read: everything, one dashboard's, one tile's."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import submit
from ace_portal.lib.pages import number_in, page_of
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content.models import Version
from dashboards.content.seen import title_at
from dashboards.content.selectors import version_for
from dashboards.frame import frame, opened
from feedback import selectors
from feedback.forms import ThreadForm
from feedback.services import threads as services
from feedback.views.frame import inbox_frame

FORM = ["GET", "HEAD", "POST"]
SHOWN = 20  # threads in the panel of a tile


@access(SIGNED_IN)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits, oldest unanswered first; for a member what concerns them."""
    context = inbox_frame(request, person_of(request))
    return render(request, "feedback/inbox.html", context)


@access(SIGNED_IN)
@require_GET
def dashboard_threads(request: HttpRequest, slug: str) -> HttpResponse:
    """All that was said about one dashboard, tile by tile."""
    user, dashboard = opened(request, slug)
    rows = selectors.with_counts(selectors.threads_for(user), user).filter(dashboard=dashboard)
    page = page_of(request, rows.order_by("tile_key", "-active_at", "-pk"), wide=True)
    groups = [
        (found[0].seen["title"], found)
        for _key, found in (
            (key, list(found))
            for key, found in groupby(page.object_list, key=lambda thread: thread.tile_key)
        )
    ]
    context = {"groups": groups, "page": page}
    return render(request, "feedback/dashboard.html", frame(user, dashboard, "feedback", **context))


@access(SIGNED_IN)
@require_http_methods(FORM)
def tile_threads(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What was said about a tile, and the place to say more: in the panel or as a page."""
    user, dashboard = opened(request, slug)
    version = version_for(user, dashboard, number_in(request, "version"))
    query = request.GET.copy()
    query.pop("version", None)
    title = title_at(version, key)
    form = ThreadForm(request.POST or None, initial={"filters": query.urlencode()})
    if request.method == "POST":
        done = submit(
            form,
            lambda **given: services.open_thread(
                actor=user, dashboard=dashboard, tile_key=key, version=version, **given
            ),
        )
        if done is not None:
            messages.success(request, _("Said. You are told when somebody answers."))
            return redirect(done)
    rows = selectors.with_counts(selectors.threads_for(user), user).filter(
        dashboard=dashboard, tile_key=key
    )
    rows = rows.order_by("-active_at", "-pk")
    latest = list(rows.values_list("pk", flat=True)[:SHOWN])
    back = dashboard.get_absolute_url()
    if version.state in Version.ON_TRIAL:
        back = reverse("dashboards:version-detail", args=[slug, version.number])
    context: dict[str, Any] = {
        "tile_key": key,
        "tile_title": title,
        "threads": rows.filter(pk__in=latest),
        "form": form,
        "version": version,
        "back": f"{back}?{query.urlencode()}" if query else back,
    }
    status = 422 if form.errors else 200
    if getattr(request, "htmx", None):
        context |= {"dashboard": dashboard}
        return render(request, "feedback/_tile.html", context, status=status)
    page = frame(user, dashboard, **context)
    return render(request, "feedback/tile.html", page, status=status)
