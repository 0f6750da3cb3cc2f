"""A dashboard on a screen on the wall: without navigation, one screen of tiles after the other."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.board import board
from dashboards.content.filters import query_string, read_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.scenes import scenes_of
from dashboards.frame import opened

#: a filter's own key has no hyphen, so none is called so
PAGE, EVERY, ALSO = "wall-page", "wall-every", "wall-also"
#: seconds for which a screen stays
PACES, PACE = (10, 20, 30, 60, 120, 300), 30
MOST = 10  # dashboards in turn, and to choose from


@access(SIGNED_IN)
@require_GET
def wall(request: HttpRequest, slug: str) -> HttpResponse:
    """``?wall-page=`` from 1, ``wall-every=`` seconds, ``wall-also=`` other dashboards, as often;
    the rest are the filters of this one. Nobody is counted who walks past."""
    user, dashboard = opened(request, slug)
    first = selectors.version_for(user, dashboard)
    also = list(dict.fromkeys(request.GET.getlist(ALSO)))[:MOST]
    scenes = scenes_of([(dashboard, first), *_others(user, dashboard, also)])
    if not scenes:
        raise NotVisible("")
    place = (number_in(request, PAGE) or 1) - 1
    place = max(0, place) % len(scenes)
    scene = scenes[place]
    params = request.GET if scene.dashboard == dashboard else request.GET.__class__("")
    state = read_state(scene.document, params)
    every = number_in(request, EVERY)
    every = every if every in PACES else PACE
    own = query_string(selectors.document_of(first), read_state(
        selectors.document_of(first), request.GET))  # fmt: skip
    context: dict[str, Any] = {
        "scene": scene, "board": board(scene.document, state, reader=user), "every": every,
        "dashboard": scene.dashboard, "version": scene.version, "embedded": True, "query": "",
        "number": place + 1, "count": len(scenes), "first": dashboard, "own": own,
        "paces": [(pace, _("%(n)d seconds") % {"n": pace}, pace == every) for pace in PACES],
        "before": _address(own, (place - 1) % len(scenes) + 1, every, also),
        "here": _address(own, place + 1, every, also),
        "after": _address(own, (place + 1) % len(scenes) + 1, every, also),
        "kept": request.GET.__class__(own).lists(),
        "others": [
            {"dashboard": row, "chosen": row.slug in also}
            for row in selectors.launched_to(user).exclude(pk=dashboard.pk)[: 2 * MOST]
        ],
        "leave": reverse("dashboards:dashboard-detail", args=[slug]) + (f"?{own}" if own else ""),
    }  # fmt: skip
    return render(request, "dashboards/wall.html", context)


def _address(own: str, page: int, every: int, also: list[str]) -> str:
    pairs = [(PAGE, str(page)), (EVERY, str(every)), *((ALSO, slug) for slug in also)]
    return "?" + "&".join(part for part in (own, urlencode(pairs)) if part)


def _others(user: User, first: Dashboard, slugs: list[str]) -> list[tuple[Dashboard, Version]]:
    """Those of them that the person may see; of the others the screen says nothing."""
    rows = {row.slug: row for row in selectors.launched_to(user).filter(slug__in=slugs)}
    found = []
    for slug in slugs:
        row = rows.get(slug)
        version = selectors.released_of(row) if row is not None and row != first else None
        if row is not None and version is not None:
            found.append((row, version))
    return found
