"""A dashboard in somebody else's page: the links, and what they show."""

from __future__ import annotations

from csp.constants import NONE
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import ACE, ANYONE, access
from dashboards.content.board import board
from dashboards.content.choices import dropdown_of, values_page
from dashboards.content.filters import (
    PERIODS,
    is_filtered,
    open_tab,
    query_string,
    read_state,
    span_words,
    without,
)
from dashboards.content.models import Version
from dashboards.content.planning import Page
from dashboards.content.selectors import document_of
from dashboards.content.sorting import sort_tables
from dashboards.content.sources import sources_of
from dashboards.embedding import services
from dashboards.embedding.counting import count_opened
from dashboards.embedding.links import open_embeds, opened_by, token_of
from dashboards.embedding.models import Embed
from dashboards.forms.embedding import EmbedForm
from dashboards.frame import opened, trail
from dashboards.permissions import require_owner
from dashboards.views.links import next_query, pairs_in
from kpis.scopes import NOBODY


@access(ACE)
@require_http_methods(["GET", "HEAD", "POST"])
def embeds(request: HttpRequest, slug: str) -> HttpResponse:
    """The links of a dashboard, and a form for the next."""
    user, dashboard = opened(request, slug, require_owner)
    here = reverse("dashboards:embeds", args=[slug])
    return form_page(
        request,
        EmbedForm(request.POST or None),
        lambda **given: services.make_embed(actor=user, dashboard=dashboard, **given),
        done=lambda embed: here,
        said=_("The link is made."),
        template="dashboards/embeds.html",
        title=_("Show it elsewhere"),
        intro=_("Whoever has the link sees the released figures without signing in, and can "
                "change nothing."),
        submit=_("Make a link"),
        cancel_url=dashboard.get_absolute_url(),
        crumbs=trail(dashboard, _("Show it elsewhere")),
        dashboard=dashboard,
        links=[(embed, url_of(request, embed)) for embed in open_embeds(dashboard)],
    )  # fmt: skip


def url_of(request: HttpRequest, embed: Embed) -> str:
    return request.build_absolute_uri(reverse("dashboards:embedded", args=[token_of(embed)]))


@access(ACE)
@require_POST
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    done = attempt(request, lambda: services.revoke_embed(actor=user, dashboard=dashboard, pk=pk))
    if done is not None:
        messages.success(request, _("The link shows nothing any more."))
    return redirect("dashboards:embeds", slug)


@access(ANYONE)
@require_GET
@xframe_options_exempt
def embedded(request: HttpRequest, token: str) -> HttpResponse:
    """The released figures under the filters of the address, for the origins of the link."""
    embed, version = opened_by(token)
    services.require_open_rows(version)
    htmx = getattr(request, "htmx", None)
    if not htmx and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        count_opened(embed)
    return _framed(embed, _board(request, token, version))


@access(ANYONE)
@require_GET
@xframe_options_exempt
def embedded_values(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """The values of a dropdown, searched, of the rows that are open to nobody in particular."""
    embed, version = opened_by(token)
    services.require_open_rows(version)
    document = document_of(version)
    choice = dropdown_of(document, key)
    state = read_state(document, request.GET)
    page = Page.of(document, state, sources_of(document.kpi_versions))
    search = request.GET.get("find-value", "")
    number = number_in(request, "find-page") or 1
    found = values_page(page, choice, reader=NOBODY, search=search, number=number)
    query = query_string(document, state)
    here = reverse("dashboards:embedded", args=[token])
    context = {
        "found": found, "search": search, "title": choice.label, "kept": pairs_in(query),
        "next_url": request.path + next_query(query, search, number + 1) if found.more else "",
        "action": here, "others": pairs_in(query_string(document, without(state, key))),
        "back": f"{here}?{query}" if query else here,
    }  # fmt: skip
    part = "_values" if getattr(request, "htmx", None) else "embedded_values"
    return _framed(embed, render(request, f"dashboards/{part}.html", context))


def _framed(embed: Embed, answer: HttpResponse) -> HttpResponse:
    """For the origins of the link."""
    # Older browsers know no frame-ancestors: to them the page says that it may be in none.
    if not embed.origins:
        answer["X-Frame-Options"] = "DENY"
    answer._csp_replace = {"frame-ancestors": embed.origins or [NONE]}  # type: ignore[attr-defined]
    return answer


def _board(request: HttpRequest, token: str, version: Version) -> HttpResponse:
    document = document_of(version)
    state = read_state(document, request.GET)
    shown = board(document, state, reader=NOBODY, tab=open_tab(document, state))
    query = query_string(document, state)
    sort_tables(shown.tiles, request.GET, query)
    context = {
        "dashboard": version.dashboard, "version": version, "board": shown, "embedded": True,
        "query": query, "token": token, "action": reverse("dashboards:embedded", args=[token]),
        "presets": [
            {"value": key, "label": label, "selected": key == state.preset}
            for key, label in PERIODS.items()
        ],
        "own_words": span_words(shown.span) if state.preset == "own" else "",
        "title": version.dashboard.name, "filtered": is_filtered(document, state),
    }  # fmt: skip
    htmx = getattr(request, "htmx", None)
    part = htmx and htmx.target == "board"
    return render(request, f"dashboards/{'_embedded' if part else 'embedded'}.html", context)
