"""What is asked of a database: a table or a query, looked at before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page, submit
from kpis.effects import effects_of
from kpis.forms.addresses import QueryForm
from kpis.forms.sources import TableForm
from kpis.impact import Impact
from kpis.models import Dataset, DataSource
from kpis.sandbox.functions import FUNCTIONS
from kpis.services import sources as services
from kpis.services.impact import impact_of_asked
from kpis.services.sourced import asked_of
from kpis.sources.databases.registry import database_of
from kpis.views.considering import found_out, mark_of
from kpis.views.writing import KEYWORDS, noting

TEMPLATE = "kpis/source_query.html"
TABLES_OFFERED = 500
PREVIEW_ROWS = 50


def query_page(
    request: HttpRequest,
    form: TableForm | QueryForm,
    save: Callable[..., Dataset],
    *,
    source: DataSource,
    dataset: Dataset | None = None,
    **context: Any,
) -> HttpResponse:
    """The form with an editor: a preview, and for a ``dataset`` that is there what it touches.

    Nothing is saved before what another query touches was seen.
    """
    user, place = person_of(request), dict[str, Any]()
    context |= {"form": form, "words": words_of(source), "place": place}
    asked = QueryForm(request.POST or None, source=source)
    looks = "look" in request.POST
    if looks:
        context |= _looked(user, source, asked, place)
        form.errors.clear()  # the other fields are asked for when it is saved
        form.errors.update(asked.errors)
    found = _touched(user, dataset, asked) if request.method == "POST" else None
    mark = mark_of(found, _what(asked)) if found is not None else ""
    unseen = found is not None and found.all and request.POST.get("seen") != mark
    if found is not None and found.all:
        context |= {**effects_of(found), "seen": mark}
    if looks or (unseen and form.is_valid()):
        status = 422 if form.errors else 200
        return render(request, TEMPLATE, {**context, "asks": not looks}, status=status)
    del context["form"]
    return form_page(request, form, noting(place, save), template=TEMPLATE, **context)


def _looked(
    user: User, source: DataSource, asked: QueryForm, place: dict[str, Any]
) -> dict[str, Any]:
    """The first rows, or the place of what is wrong with the query."""

    def look(**given: Any) -> Any:
        what = asked_of(**_named(asked, given))
        return services.look_into(actor=user, source=source, rows=PREVIEW_ROWS, **what)

    shown = submit(asked, noting(place, look))
    if shown is None:
        return {}
    names = [attribute.name for attribute in shown.attributes if attribute.type]
    return {"preview": shown, "preview_names": names}


def _touched(user: User, dataset: Dataset | None, asked: QueryForm) -> Impact | None:
    """What the other query would touch; None where there is none, or it does not run."""
    if dataset is None or not asked.is_valid():
        return None
    given = _named(asked, asked.cleaned_data)
    if {name: value for name, value in given.items() if value} == dataset.asked:
        return None
    return found_out(lambda: impact_of_asked(actor=user, dataset=dataset, **given))


def _what(asked: QueryForm) -> list[tuple[str, str]]:
    return sorted(_named(asked, asked.cleaned_data).items())


def _named(asked: QueryForm, given: Mapping[str, Any]) -> dict[str, str]:
    """A table and a query as the services take them."""
    known = {name: value for name, value in given.items() if name in ("relation", "sql")}
    said = asked.asked(**known)
    return {name: said.get(name, "") for name in ("schema", "table", "sql")}


def words_of(source: DataSource) -> dict[str, Any]:
    """What the editor completes; it asks for the columns of a table once that is named."""
    tables = list(services.tables_in(source))[:TABLES_OFFERED]
    return {
        "tables": [[name, None] for name in tables],
        "functions": sorted(FUNCTIONS | database_of(source.kind).functions),
        "keywords": KEYWORDS,
        "columns": reverse("kpis:source-columns", args=[source.slug]),
    }
