"""Working on the draft: what the ACE sees is what people will get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.errors import Conflict, NotVisible
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import ACE, access
from dashboards.content.board import board
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import Document, TileSpec, parse
from dashboards.content.filters import default_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.palette import palette_of
from dashboards.content.saves import steps_of
from dashboards.content.selectors import usable_versions, work_of
from dashboards.content.services import assembly, drafts
from dashboards.content.sources import sources_of
from dashboards.forms.filters import FiltersForm
from dashboards.forms.tiles import TILE_FORMS, TileForm
from dashboards.frame import frame, opened, trail
from dashboards.permissions import require_editor

FORM = ["GET", "HEAD", "POST"]


def builder_url(dashboard: Dashboard) -> str:
    return reverse("dashboards:builder", args=[dashboard.slug])


@access(ACE)
@require_GET
def builder(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft as people will see it, and beside it what it can be made of."""
    user, dashboard = opened(request, slug)
    draft = work_of(dashboard)
    if draft is None:
        return render(request, "dashboards/nothing.html", frame(user, dashboard))
    document = parse(draft.document)
    context = {
        "version": draft,
        "board": board(document, default_state(document), reader=user),
        "palette": palette_of(dashboard, document),
        "last": len(document.tiles) - 1,
        "types": [(name, label()) for name, label in TYPE_NAMES.items()],
        "query": f"version={draft.number}",
        "steps": steps_of(draft),
    }
    if draft.state != Version.State.DRAFT:
        context["may_edit"] = False  # not even who else might: its pilots have it
    return render(request, "dashboards/builder.html", frame(user, dashboard, **context))


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
def tile_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new tile of the type that the address names."""
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    kind = request.GET.get("type", "number")
    initial: dict[str, Any] = {"revision": draft.revision}
    kpi = number_in(request, "kpi")
    if kpi is not None:
        initial |= {"kpi_version": kpi, "kpi_versions": [kpi]}
    return tile_page(
        request,
        dashboard,
        draft,
        kind,
        initial,
        lambda **given: drafts.add_tile(actor=user, dashboard=dashboard, **given),
        title=_("New tile"),
        submit=_("Add"),
    )


@access(ACE)
@require_http_methods(FORM)
def tile_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Change a tile; another type keeps the key, so that what was said of it stays with it."""
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    spec = tile_or_404(parse(draft.document), key)
    kind = request.GET.get("type", spec.type)
    form = TILE_FORMS.get(kind)
    initial = form.initial_of(spec) if form is not None else {}
    return tile_page(
        request,
        dashboard,
        draft,
        kind,
        {**initial, "revision": draft.revision},
        lambda **given: drafts.change_tile(actor=user, dashboard=dashboard, key=key, **given),
        title=_("Change the tile"),
        submit=_("Save"),
    )


def tile_page(
    request: HttpRequest,
    dashboard: Dashboard,
    draft: Version,
    kind: str,
    initial: dict[str, Any],
    call: Callable[..., Version],
    **context: Any,
) -> HttpResponse:
    if kind not in TILE_FORMS:
        raise NotVisible("")
    chosen = initial.get("kpi_version") if request.method == "GET" else None
    theirs = Theirs(call)
    return form_page(
        request,
        tile_form(request, dashboard, draft, TILE_FORMS[kind], initial, chosen),
        theirs.save,
        theirs=theirs,
        done=lambda version: builder_url(dashboard),
        template="dashboards/tile_form.html",
        cancel_url=builder_url(dashboard),
        types=type_links(kind, f"&kpi={chosen}" if chosen and "kpi" in request.GET else ""),
        crumbs=trail(dashboard, context["title"]),
        dashboard=dashboard,
        **context,
    )


def tile_form(
    request: HttpRequest,
    dashboard: Dashboard,
    draft: Version,
    form: type[TileForm],
    initial: dict[str, Any],
    chosen: int | None,
) -> TileForm:
    """The splits that it offers are those of the chosen KPI, else of all that may be chosen."""
    usable = usable_versions(dashboard, parse(draft.document).kpi_versions)
    known = sources_of([chosen] if chosen else [version.pk for version in usable])
    dimensions = dict.fromkeys(c for source in known.values() for c in source.dimensions)
    return form(request.POST or None, initial=initial, usable=usable, dimensions=dimensions)


def type_links(kind: str, query: str) -> list[dict[str, Any]]:
    return [
        {"label": label(), "url": f"?type={name}{query}", "current": name == kind}
        for name, label in TYPE_NAMES.items()
    ]


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


class Theirs:
    """A save, and what others saved before it: a form keeps what was typed and shows both."""

    def __init__(self, call: Callable[..., Version]) -> None:
        self.call = call
        self.details: dict[str, Any] = {}

    def save(self, **given: Any) -> Version:
        try:
            return self.call(**given)
        except Conflict as error:
            self.details = error.details
            raise


def draft_or_404(dashboard: Dashboard) -> Version:
    """What is in work, if it can be changed."""
    draft = work_of(dashboard)
    if draft is None:
        raise Conflict(_("There is no draft: start a new version first."))
    return drafts.require_draft(draft)


def tile_or_404(document: Document, key: str) -> TileSpec:
    spec = document.tile(key)
    if spec is None:
        raise NotVisible("")
    return spec
