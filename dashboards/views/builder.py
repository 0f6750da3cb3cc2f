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

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.bodies import takes_files
from ace_portal.lib.errors import Conflict, NotVisible, PortalError
from ace_portal.lib.forms import attempt, form_page, submit
from ace_portal.lib.pages import number_in, number_of, page_of
from ace_portal.lib.permissions import ACE, access
from dashboards.content.advice import Advice, advice_on
from dashboards.content.board import board
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import Document, TileSpec, parse
from dashboards.content.document.schema import MAX_KPIS
from dashboards.content.filters import default_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.palette import found_in_catalogue, items_of, palette_of
from dashboards.content.saves import steps_of
from dashboards.content.selectors import usable_versions, work_of
from dashboards.content.services import assembly, drafts
from dashboards.content.services.pictures import with_picture
from dashboards.content.sources import sources_of
from dashboards.forms.filters import FiltersForm
from dashboards.forms.tiles import TILE_FORMS, TileForm
from dashboards.frame import frame, opened, trail
from dashboards.permissions import require_editor
from dashboards.views import telling

FORM = ["GET", "HEAD", "POST"]
FOUND = 10  # KPIs of the catalogue on one page of what was found


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


@takes_files
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
        lambda **given: drafts.add_tile(
            actor=user, dashboard=dashboard, to=number_of(request.POST.get("to", "")), **given
        ),
        title=_("New tile"),
        fresh=True,
        submit=_("Add"),
    )


@takes_files
@access(ACE)
@require_http_methods(FORM)
def tile_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Change a tile; another type keeps the key, so that what was said of it stays with it."""
    user, dashboard = opened(request, slug, require_editor)
    draft = draft_or_404(dashboard)
    spec = tile_or_404(parse(draft.document), key)
    kind = request.GET.get("type", spec.type)
    form = TILE_FORMS.get(kind)
    known = form.initial_of(spec) if form is not None else {}
    initial = {name: value for name, value in known.items() if value not in (None, "")}
    return tile_page(
        request,
        dashboard,
        draft,
        kind,
        {**initial, "revision": draft.revision, "key": key},
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
    user = person_of(request)
    taken = getattr(form, "taken", None) if request.method == "POST" and form.is_valid() else None
    theirs = Theirs(with_picture(user, dashboard, taken, call))
    if request.method == "POST" and telling.wants_json(request):
        return tile_told(form, theirs, {tile["key"] for tile in draft.document["tiles"]})
    return form_page(
        request,
        form,
        theirs.save,
        theirs=theirs,
        done=lambda version: builder_url(dashboard),
        template=f"dashboards/{'_settings' if beside(request) else 'tile_form'}.html",
        action=request.get_full_path(),
        cancel_url=builder_url(dashboard),
        types=type_links(kind, f"&kpi={chosen}" if chosen and "kpi" in request.GET else ""),
        crumbs=trail(dashboard, context["title"]),
        dashboard=dashboard,
        advice=tile_advice(user, draft, kind, chosen, initial),
        **context,
    )


def tile_advice(
    user: User, draft: Version, kind: str, chosen: int | None, initial: dict[str, Any]
) -> Advice | None:
    """What suits the KPI of a form, and what would mislead of its tile as the draft has it."""
    if chosen is None:
        return None
    document = parse(draft.document)
    spec = document.tile(initial.get("key", ""))
    spec = spec if spec is not None and spec.type == kind else None
    try:
        return advice_on(document, chosen, spec, initial.get("by", ""), reader=user)
    except PortalError:
        return None


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
    return telling.saved(version, tile=next(iter(keys), ""))


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
    pinned = [*parse(draft.document).kpi_versions, *(pk for pk in picked if pk)]
    usable = usable_versions(dashboard, pinned)
    known = sources_of([chosen] if chosen else [version.pk for version in usable])
    dimensions = dict.fromkeys(c for source in known.values() for c in source.dimensions)
    files = request.FILES or None
    return form(request.POST or None, files, initial=initial, usable=usable, dimensions=dimensions)


def given_kpis(request: HttpRequest) -> list[str]:
    """The KPI versions that were sent: from the whole catalogue, beyond the persona's."""
    return request.POST.getlist("kpi_version") + request.POST.getlist("kpi_versions")[:MAX_KPIS]


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
        self.refused: Conflict | None = None

    def save(self, **given: Any) -> Version:
        try:
            return self.call(**given)
        except Conflict as error:
            self.refused = error
            raise

    @property
    def details(self) -> dict[str, Any]:
        return self.refused.details if self.refused is not None else {}


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
