"""The values of a dropdown, searched page by page: for its list, and as a page without script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.choices import dropdown_of, values_page
from dashboards.content.filters import query_string, read_state, without
from dashboards.content.planning import Page
from dashboards.content.sources import sources_of
from dashboards.frame import frame, opened, trail
from dashboards.views.links import back_url, explain_query, next_query, pairs_in


@access(SIGNED_IN)
@require_GET
def filter_values(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """``?find-value=`` what they contain, ``?find-page=``; the rest is the page's own state.

    Of what the reader does not see, no value is offered.
    """
    user, dashboard = opened(request, slug)
    version = selectors.version_for(user, dashboard, number_in(request, "version"))
    document = selectors.document_of(version)
    choice = dropdown_of(document, key)
    state = read_state(document, request.GET)
    page = Page.of(document, state, sources_of(document.kpi_versions))
    search = request.GET.get("find-value", "")
    found = values_page(
        page, choice, reader=user, search=search, number=number_in(request, "find-page") or 1
    )
    query = query_string(document, state)
    further = next_query(explain_query(version, query), search, found.number + 1)
    context: dict[str, Any] = {
        "next_url": request.path + further if found.more else "",
        "found": found,
        "search": search,
        "dashboard": dashboard,
        "query": explain_query(version, query),
        "kept": pairs_in(explain_query(version, query)),
    }
    if getattr(request, "htmx", None):
        return render(request, "dashboards/_values.html", context)
    context |= {
        "action": back_url(dashboard, version, ""),
        "others": pairs_in(query_string(document, without(state, key))),
        "back": back_url(dashboard, version, query),
        "crumbs": trail(dashboard, choice.label),
        "title": _("Filter by %(label)s") % {"label": choice.label},
    }
    return render(request, "dashboards/values.html", {**frame(user, dashboard), **context})
