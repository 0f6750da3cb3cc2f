"""Datasets prepared by SQL: writing the query, looking at its rows and at what it touches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Invalid
from ace_portal.lib.forms import form_page, submit
from ace_portal.lib.permissions import DATA, access
from kpis.effects import effects_of
from kpis.forms.datasets import TYPE_WORDS, PreparedForm, SqlForm
from kpis.models import Dataset
from kpis.sandbox.functions import FUNCTIONS
from kpis.selectors.data import dataset_for, tables_for
from kpis.services import datasets as services
from kpis.services.impact import impact_of
from kpis.views.datasets import trail
from kpis.views.writing import KEYWORDS, noting

FORM = ["GET", "HEAD", "POST"]
TABLES_SHOWN = 100


@access(DATA)
@require_http_methods(FORM)
def dataset_prepare(request: HttpRequest) -> HttpResponse:
    """A new dataset of a query over others; ``?from=`` names the first of them."""
    user = person_of(request)
    first = request.GET.get("from", "")
    begun = next((t for t in _tables(request, None) if t["dataset"].slug == first), None)
    sql = f"SELECT *\nFROM {begun['name']}" if begun else ""
    return _sql_page(
        request,
        PreparedForm(request.POST or None, initial={"sql": sql}),
        lambda **given: services.create_prepared(actor=user, **given),
        reader=None,
        title=_("Prepare a dataset with SQL"),
        crumbs=trail(_("Prepare with SQL")),
        submit=_("Save and build"),
        cancel_url=reverse("kpis:datasets"),
    )


@access(DATA)
@require_http_methods(FORM)
def dataset_sql(request: HttpRequest, slug: str) -> HttpResponse:
    """Another query for a prepared dataset."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    return _sql_page(
        request,
        SqlForm(request.POST or None, initial={"sql": dataset.sql}),
        lambda **given: services.change_sql(actor=user, dataset=dataset, **given),
        reader=dataset,
        title=_("SQL of %(name)s") % {"name": dataset.name},
        crumbs=trail(_("SQL"), dataset),
        submit=_("Save and rebuild"),
        cancel_url=dataset.get_absolute_url(),
    )


def _sql_page(
    request: HttpRequest,
    form: SqlForm,
    save: Callable[..., Dataset],
    *,
    reader: Dataset | None,
    **context: Any,
) -> HttpResponse:
    user = person_of(request)
    written = str(form["sql"].value() or "")
    context["tables"] = [
        {**table, "open": table["name"] in written} for table in _tables(request, reader)
    ]
    context["words"] = _words(context["tables"])
    place: dict[str, Any] = {}
    context["place"] = place
    looks = "look" in request.POST
    if not looks:
        effects = _touches(request, reader, written) if _is_new(request, reader, written) else {}
        if not effects:
            return form_page(
                request, form, noting(place, save), done=Dataset.get_absolute_url,
                template="kpis/sql.html", **context,
            )  # fmt: skip
    else:
        asked = SqlForm(request.POST)
        look = noting(place, lambda sql: services.preview_sql(actor=user, sql=sql, reader=reader))
        shown = submit(asked, look)
        effects = _touches(request, reader, written) if shown is not None else {}
        names = [column.name for column in shown.columns] if shown is not None else []
        context |= {"preview": shown, "preview_names": names}
        form.errors.clear()  # the other fields are asked for when it is saved
        form.errors.update(asked.errors)
    context |= {"form": form, "seen": _mark(written), "asks": not looks, **effects}
    return render(request, "kpis/sql.html", context, status=422 if form.errors else 200)


def _touches(request: HttpRequest, reader: Dataset | None, sql: str) -> dict[str, Any]:
    """What a query would touch; nothing where it is new, reads nothing or does not run."""
    if reader is None:
        return {}
    try:
        found = impact_of(actor=person_of(request), dataset=reader, sql=sql)
    except Invalid:
        return {}  # saving says why
    return effects_of(found) if found.all else {}


def _is_new(request: HttpRequest, reader: Dataset | None, sql: str) -> bool:
    """Whether a query is to be saved of which nobody has seen yet what it touches."""
    changes = reader is not None and sql != reader.sql
    return changes and request.method == "POST" and request.POST.get("seen") != _mark(sql)


def _mark(sql: str) -> str:
    """Says that what this query touches was shown."""
    return hashlib.sha256(sql.encode()).hexdigest()[:16]


def _words(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """What the editor completes."""
    return {
        "tables": [
            [table["name"], [[c["name"], str(TYPE_WORDS[c["type"]])] for c in table["columns"]]]
            for table in tables
        ],
        "functions": sorted(FUNCTIONS),
        "keywords": KEYWORDS,
    }


def _tables(request: HttpRequest, reader: Dataset | None) -> list[dict[str, Any]]:
    """What a query may read: name as it is written, and columns."""
    tables = tables_for(person_of(request)).items()
    return [
        {
            "name": name if re.fullmatch("[a-z_][a-z0-9_]*", name) else f'"{name}"',
            "dataset": dataset,
            "columns": dataset.live.columns,
        }
        for name, dataset in tables
        if dataset.live is not None and dataset != reader
    ][:TABLES_SHOWN]
