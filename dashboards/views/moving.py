"""What moved the figure behind a tile."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.lib.errors import NotVisible
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.filters import query_string, read_state, uncompared
from dashboards.content.models import Version
from dashboards.content.moving import movement
from dashboards.frame import frame, opened, trail
from dashboards.views.links import back_url, explain_query
from dashboards.views.usage import counted
from kpis.analysis.stretches import AGAINST

OWN = {"split-by", "compare-with"}


@access(SIGNED_IN)
@require_GET
def tile_drivers(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """``?split-by=`` a dimension, ``?compare-with=``; period and filters are those of the page.

    No dropdown of a page can be called so.
    """
    user, dashboard = opened(request, slug)
    version: Version = selectors.version_for(user, dashboard, number_in(request, "version"))
    document = selectors.document_of(version)
    spec = document.tile(key)
    if spec is None or not spec.kpi_versions:
        raise NotVisible("")
    state = read_state(document, request.GET)
    asked = request.GET.get("compare-with", "")
    view = movement(
        user, document, spec, uncompared(state),
        by=request.GET.get("split-by", ""), against=asked if asked in AGAINST else AGAINST[0],
        kpi_version=number_in(request, "kpi"),
    )  # fmt: skip
    query = query_string(document, state)
    counted(request, dashboard, version, interacted=True)
    context = {
        "movement": view,
        "version": version,
        "back": back_url(dashboard, version, query),
        "kept": [pair for pair in request.GET.lists() if pair[0] not in OWN],
        "query": explain_query(version, query),
        "crumbs": trail(dashboard, _("What moved it")),
    }
    return render(request, "dashboards/moved.html", {**frame(user, dashboard), **context})
