"""Data sources: the list, one source with its tables, and datasets taken from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Invalid, NotVisible, PortalError
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, DATA, access
from ace_portal.lib.saying import said
from kpis.forms.addresses import AddressForm
from kpis.forms.sources import KindForm, SourceForm, TableForm, relation_name
from kpis.models import Dataset, DataSource
from kpis.permissions import manages_data
from kpis.places import files_offered
from kpis.selectors import sources as selectors
from kpis.services import sourced
from kpis.services import sources as services
from kpis.sources.http.asking import KIND as HTTP
from kpis.sources.origins import LABELS
from kpis.views.asking import query_page
from kpis.views.datasets import trail as data_trail
from kpis.views.reading import sample_page

FORM = ["GET", "HEAD", "POST"]
RELATIONS_SHOWN = 200
TEXT_FIELDS = (
    "name", "host", "port", "database", "user", "tls", "file", "at_once", "url", "header",
)  # fmt: skip


def trail(
    here: str, source: DataSource | None = None, *, data: bool = True
) -> list[dict[str, str]]:
    """From all data, for who may open that, to where one is."""
    steps = [{"label": _("Data"), "url": reverse("kpis:datasets")}] if data else []
    steps.append({"label": _("Sources"), "url": reverse("kpis:sources")})
    if source is not None:
        steps.append({"label": source.name, "url": source.get_absolute_url()})
    return [*steps, {"label": here, "url": ""}]


@access(ACE)
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    page = page_of(request, selectors.sources_for(user))
    may = manages_data(user)
    context = {
        "page": page, "may": may, "labels": dict(services.kinds()),
        "crumbs": data_trail(_("Sources")) if may else [{"label": _("Sources"), "url": ""}],
    }  # fmt: skip
    return render(request, "kpis/sources.html", context)


@access(ACE)
@require_GET
def source_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What is there, table by table; ``?table=`` opens one with its first rows."""
    user = person_of(request)
    source = selectors.source_for(user, slug)
    search = request.GET.get("q", "").strip()
    names = [
        (relation_name(row), row)
        for row in source.relations
        if search.casefold() in relation_name(row).casefold()
    ]
    opened, look, trouble = request.GET.get("table", ""), None, ""
    relation = next((row for name, row in names if name == opened), None)
    may = manages_data(user)
    if opened and relation is None:
        raise NotVisible("")
    if relation is not None and may:
        try:
            look = services.look_into(
                actor=user, source=source, rows=20, schema=relation["schema"],
                table=relation["name"],
            )  # fmt: skip
        except PortalError as error:
            trouble = said(error.message)
    context = {
        "source": source, "label": said(LABELS[source.kind]), "may": may,
        "address": source.kind == HTTP,
        "crumbs": trail(source.name, data=may),
        "names": names[:RELATIONS_SHOWN], "more": len(names) - RELATIONS_SHOWN,
        "search": search, "opened": opened, "look": look, "look_trouble": trouble,
        "kept": [a for a in look.attributes if a.type] if look else [],
        "left": [a for a in look.attributes if not a.type] if look else [],
        "datasets": selectors.datasets_from(source) if may else [],
    }  # fmt: skip
    return render(request, "kpis/source.html", context)


def _telling(
    form: SourceForm | AddressForm, call: Callable[..., DataSource]
) -> Callable[..., DataSource]:
    """The service, with the statement that would mend a refusal kept for the page."""

    def tell(**given: Any) -> DataSource:
        try:
            return call(**given)
        except Invalid as error:
            form.statement = error.details.get("statement", "")
            raise

    return tell


def _way_in(request: HttpRequest, kind: str, **more: Any) -> SourceForm | AddressForm:
    """The form that asks what a source of that kind needs."""
    if kind == HTTP:
        return AddressForm(request.POST or None, **more)
    return SourceForm(request.POST or None, kind=kind, files=files_offered(), **more)


@access(DATA)
@require_http_methods(FORM)
def source_new(request: HttpRequest) -> HttpResponse:
    """First the kind, then what that kind needs."""
    user = person_of(request)
    kind = request.GET.get("kind", "")
    if kind not in LABELS:
        asked = KindForm(request.GET or None)
        context = {"form": asked, "title": _("New source"), "crumbs": trail(_("New source"))}
        return render(request, "kpis/source_kind.html", context)
    form = _way_in(request, kind)
    return form_page(
        request,
        form,
        _telling(form, lambda **given: services.create_source(actor=user, kind=kind, **given)),
        done=DataSource.get_absolute_url,
        said=_("It answers.") if kind == HTTP else _("It answers. Here is what can be read."),
        title=_("New source: %(kind)s") % {"kind": said(LABELS[kind])},
        crumbs=trail(_("New source")),
        intro=_("The portal knocks before it keeps anything, and only reads."),
        submit=_("Test and save"),
        template="kpis/source_form.html",
        cancel_url=reverse("kpis:sources"),
    )


@access(DATA)
@require_http_methods(FORM)
def source_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    source = selectors.source_for(user, slug)
    initial = {name: getattr(source, name) for name in TEXT_FIELDS}
    form = _way_in(request, source.kind, again=True, initial=initial)
    return form_page(
        request,
        form,
        _telling(form, lambda **given: services.change_source(actor=user, source=source, **given)),
        done=DataSource.get_absolute_url,
        said=_("It answers. Saved."),
        title=_("Change %(name)s") % {"name": source.name},
        crumbs=trail(_("Change"), source),
        submit=_("Test and save"),
        template="kpis/source_form.html",
        cancel_url=source.get_absolute_url(),
    )


@access(DATA)
@require_POST
def source_test(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    source = selectors.source_for(user, slug)
    if attempt(request, lambda: services.try_source(actor=user, source=source)) is not None:
        messages.success(request, _("It answers."))
    return redirect(source.get_absolute_url())


@access(DATA)
@require_POST
def source_remove(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    source = selectors.source_for(user, slug)

    def remove() -> bool:
        services.remove_source(actor=user, source=source)
        return True

    gone = attempt(request, remove)
    return redirect(reverse("kpis:sources") if gone else source.get_absolute_url())


@access(DATA)
@require_http_methods(FORM)
def source_dataset(request: HttpRequest, slug: str) -> HttpResponse:
    """A dataset of one of its tables, of a query, or of what an address answers."""
    user = person_of(request)
    source = selectors.source_for(user, slug)
    title = _("New dataset from %(name)s") % {"name": source.name}
    crumbs, back = trail(_("New dataset"), source), source.get_absolute_url()
    if source.kind == HTTP:
        return sample_page(request, user, source, title=title, crumbs=crumbs, cancel_url=back)
    opened = request.GET.get("table", "")
    initial = {"relation": opened, "name": opened.rpartition(".")[2], "time_zone": "UTC"}
    form = TableForm(request.POST or None, source=source, initial=initial)

    def make(**given: Any) -> Dataset:
        return sourced.create_from_source(actor=user, source=source, **form.asked(**given))

    return query_page(
        request,
        form,
        make,
        source=source,
        done=Dataset.get_absolute_url,
        said=_("The rows are on their way."),
        title=title,
        crumbs=crumbs,
        submit=_("Create and load"),
        cancel_url=back,
    )


@access(DATA)
@require_GET
def source_columns(request: HttpRequest, slug: str) -> HttpResponse:
    """What the columns of tables are called, for the editor: ``?table=`` as a query names it."""
    user = person_of(request)
    source = selectors.source_for(user, slug)
    tables = request.GET.getlist("table")
    return JsonResponse({"columns": services.columns_in(actor=user, source=source, tables=tables)})
