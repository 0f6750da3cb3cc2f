"""Working on the draft: what the ACE sees is what people will get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.errors import Conflict
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, access
from dashboards.content.board import board
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import parse
from dashboards.content.document.schema import TAB
from dashboards.content.filters import EVERY, default_state, open_tab, query_string, read_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.palette import found_in_catalogue, items_of, palette_of
from dashboards.content.saves import steps_of
from dashboards.content.selectors import work_of
from dashboards.content.services import assembly, drafts
from dashboards.content.sorting import sort_tables
from dashboards.content.sources import sources_of
from dashboards.forms.filters import FiltersForm
from dashboards.frame import frame, opened, trail
from dashboards.permissions import require_editor
from dashboards.views.theirs import Theirs

FORM = ["GET", "HEAD", "POST"]
FOUND = 10  # KPIs of the catalogue on one page of what was found


def builder_url(dashboard: Dashboard, tab: str = "") -> str:
    """The builder, with a tab of it open."""
    address = reverse("dashboards:builder", args=[dashboard.slug])
    return f"{address}?{urlencode({TAB: tab})}" if tab else address


@access(ACE)
@require_GET
def builder(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft as people will see it, and beside it what it can be made of."""
    user, dashboard = opened(request, slug)
    draft = work_of(dashboard)
    if draft is None:
        return render(request, "dashboards/nothing.html", frame(user, dashboard))
    document = parse(draft.document)
    state = replace(default_state(document), tab=read_state(document, request.GET).tab)
    state = replace(state, tab="") if state.tab == EVERY else state
    shown = board(document, state, reader=user, tab=open_tab(document, state))
    query = query_string(document, state)
    sort_tables(shown.tiles, request.GET, query)
    context = {
        "version": draft,
        "board": shown,
        "palette": palette_of(dashboard, document),
        "last": len(shown.tiles) - 1,
        "last_tab": len(document.tabs) - 1,
        "types": [(name, label()) for name, label in TYPE_NAMES.items()],
        "query": f"version={draft.number}",
        "steps": steps_of(draft),
    }
    if draft.state != Version.State.DRAFT:
        context["may_edit"] = False  # not even who else might: its pilots have it
    return render(request, "dashboards/builder.html", frame(user, dashboard, **context))


@access(ACE)
@require_GET
def palette(request: HttpRequest, slug: str) -> HttpResponse:
    """KPIs of the whole catalogue by words of their name, page by page."""
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    search = request.GET.get("q", "").strip()[:100]
    page = page_of(request, found_in_catalogue(user, search), size=FOUND)
    context = {
        "version": draft,
        "search": search,
        "page": page,
        "items": items_of(page.object_list, parse(draft.document)),
        "crumbs": trail(dashboard, _("KPIs to add")),
        "dashboard": dashboard,
        "title": _("KPIs to add"),
    }
    template = "_found" if getattr(request, "htmx", None) else "palette"
    return render(request, f"dashboards/{template}.html", context)


@access(ACE)
@require_POST
def assemble(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)

    def act() -> None:
        done = assembly.assemble_version(actor=user, dashboard=dashboard)
        for line in done.said:
            messages.info(request, line)

    return then_builder(request, dashboard, act)


@access(ACE)
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return then_builder(
        request, dashboard, lambda: drafts.start_version(actor=user, dashboard=dashboard)
    )


def then_builder(
    request: HttpRequest, dashboard: Dashboard, act: Callable[[], Any]
) -> HttpResponse:
    """What stands in the way of a deed is told on the builder's page."""
    attempt(request, act)
    return redirect(builder_url(dashboard))


@access(ACE)
@require_http_methods(FORM)
def filters_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    document = parse(draft.document)
    known = sources_of(document.kpi_versions)
    form = FiltersForm(
        request.POST or None,
        initial={"revision": draft.revision},
        document=document,
        sources=[known[pk] for pk in document.kpi_versions if pk in known],
    )
    theirs = Theirs(lambda **given: drafts.change_filters(actor=user, dashboard=dashboard, **given))
    return form_page(
        request,
        form,
        theirs.save,
        theirs=theirs,
        done=lambda version: builder_url(dashboard),
        template="dashboards/filters_form.html",
        title=_("Filters"),
        crumbs=trail(dashboard, _("Filters")),
        cancel_url=builder_url(dashboard),
        dashboard=dashboard,
    )


def draft_or_404(dashboard: Dashboard) -> Version:
    """What is in work, if it can be changed."""
    draft = work_of(dashboard)
    if draft is None:
        raise Conflict(_("There is no draft: start a new version first."))
    return drafts.require_draft(draft)
