"""The pages of one tile of a draft: a new one, and what there is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.lib.errors import NotVisible, PortalError
from ace_portal.lib.forms import form_page, submit
from ace_portal.lib.pages import number_in, number_of
from ace_portal.lib.permissions import ACE, access
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import Document, TileSpec, parse
from dashboards.content.document.schema import MAX_KPIS, TAB
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import usable_versions
from dashboards.content.services import drafts
from dashboards.content.sources import sources_of
from dashboards.forms.tiles import TILE_FORMS, TileForm
from dashboards.frame import opened, trail
from dashboards.permissions import require_editor
from dashboards.views import telling
from dashboards.views.builder import FORM, builder_url, draft_or_404
from dashboards.views.theirs import Theirs


@access(ACE)
@require_http_methods(FORM)
def tile_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new tile of the type that the address names."""
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    kind = request.GET.get("type", "number")
    initial: dict[str, Any] = {"revision": draft.revision, "tab": request.GET.get(TAB, "")}
    kpi = number_in(request, "kpi")
    if kpi is not None:
        initial |= {"kpi_version": kpi, "kpi_versions": [kpi]}
    return tile_page(
        request,
        dashboard,
        draft,
        kind,
        initial,
        lambda **given: drafts.add_tile(
            actor=user, dashboard=dashboard, to=number_of(request.POST.get("to", "")), **given
        ),
        title=_("New tile"),
        fresh=True,
        submit=_("Add"),
    )


@access(ACE)
@require_http_methods(FORM)
def tile_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Change a tile; another type keeps the key, so that what was said of it stays with it."""
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    document = parse(draft.document)
    spec = tile_or_404(document, key)
    kind = request.GET.get("type", spec.type)
    form = TILE_FORMS.get(kind)
    known = form.initial_of(spec) if form is not None else {}
    initial = {name: value for name, value in known.items() if value not in (None, "")}
    return tile_page(
        request,
        dashboard,
        draft,
        kind,
        {**initial, "revision": draft.revision, "tab": document.tab_of(spec)},
        lambda **given: drafts.change_tile(actor=user, dashboard=dashboard, key=key, **given),
        title=_("Change the tile"),
        switched=kind != spec.type,
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
    form = tile_form(request, dashboard, draft, TILE_FORMS[kind], initial, chosen)
    theirs = Theirs(call)
    if request.method == "POST" and telling.wants_json(request):
        return tile_told(form, theirs, {tile["key"] for tile in draft.document["tiles"]})
    return form_page(
        request,
        form,
        theirs.save,
        theirs=theirs,
        done=lambda version: builder_url(dashboard, tab_in(form)),
        template=f"dashboards/{'_settings' if beside(request) else 'tile_form'}.html",
        action=request.get_full_path(),
        cancel_url=builder_url(dashboard, initial["tab"]),
        types=type_links(kind, kept_query(request, chosen)),
        crumbs=trail(dashboard, context["title"]),
        dashboard=dashboard,
        **context,
    )


def beside(request: HttpRequest) -> bool:
    """Whether the settings are shown beside the board, where each change is saved at once."""
    return request.method == "GET" and bool(getattr(request, "htmx", None))


def tile_told(form: TileForm, theirs: Theirs, before: set[str]) -> HttpResponse:
    """Told to a script, with the key of a tile that was not there ``before``."""
    try:
        version = submit(form, theirs.save)
    except PortalError as error:
        if error.status in {403, 404}:
            raise
        return telling.refused(error)
    if theirs.refused is not None:
        return telling.refused(theirs.refused)
    if version is None:
        return telling.faulty(form)
    keys = [tile["key"] for tile in version.document["tiles"] if tile["key"] not in before]
    return telling.saved(version, tile=next(iter(keys), ""), tab=tab_in(form))


def tab_in(form: TileForm) -> str:
    """The key of the tab that a form was sent with; "" where it has none."""
    return str(form.cleaned_data.get("tile", {}).get("tab", ""))


def tile_form(
    request: HttpRequest,
    dashboard: Dashboard,
    draft: Version,
    form: type[TileForm],
    initial: dict[str, Any],
    chosen: int | None,
) -> TileForm:
    """The splits that it offers are those of the chosen KPI, else of all that may be chosen."""
    picked = [chosen, *(number_of(pk) for pk in given_kpis(request))]
    document = parse(draft.document)
    pinned = [*document.kpi_versions, *(pk for pk in picked if pk)]
    usable = usable_versions(dashboard, pinned)
    known = sources_of([chosen] if chosen else [version.pk for version in usable])
    dimensions = dict.fromkeys(c for source in known.values() for c in source.dimensions)
    return form(
        request.POST or None, initial=initial, usable=usable, dimensions=dimensions,
        tabs=document.tabs,
    )  # fmt: skip


def given_kpis(request: HttpRequest) -> list[str]:
    """The KPI versions that were sent: from the whole catalogue, beyond the persona's."""
    return request.POST.getlist("kpi_version") + request.POST.getlist("kpi_versions")[:MAX_KPIS]


def kept_query(request: HttpRequest, chosen: int | None) -> str:
    """What the address says besides the kind of tile."""
    kept = {"kpi": chosen if "kpi" in request.GET else None, TAB: request.GET.get(TAB)}
    return "".join(f"&{urlencode({name: value})}" for name, value in kept.items() if value)


def type_links(kind: str, query: str) -> list[dict[str, Any]]:
    return [
        {"label": label(), "icon": name, "url": f"?type={name}{query}", "current": name == kind}
        for name, label in TYPE_NAMES.items()
    ]


def tile_or_404(document: Document, key: str) -> TileSpec:
    spec = document.tile(key)
    if spec is None:
        raise NotVisible("")
    return spec
