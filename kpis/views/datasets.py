"""Datasets: the list, one dataset with its loads, and datasets prepared by SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat, yesno
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.moments import when
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import DATA, access
from kpis.account import (
    arrival_words,
    checks_in_short,
    merge_words,
    outcomes_of,
    reached_words,
    reading_words,
)
from kpis.catalogue.filling import fitting
from kpis.flow import flow_of
from kpis.forms.datasets import TYPE_WORDS, DatasetForm
from kpis.forms.files import UploadForm
from kpis.lineage import dataset_key, graph_for
from kpis.models import Dataset, Load
from kpis.selectors import data as selectors
from kpis.selectors.checks import checks_of
from kpis.selectors.policies import policy_of
from kpis.services import datasets as services
from kpis.services.impact import impact_of
from kpis.sources.base import ROW
from kpis.views.considering import considered_page

FORM = ["GET", "HEAD", "POST"]


@access(DATA)
@require_GET
def datasets(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.datasets_for(person_of(request)))
    latest = selectors.latest_loads(page)
    rows = [(dataset, latest.get(dataset.pk)) for dataset in page]
    form = UploadForm(most=settings.MAX_UPLOAD_BYTES)
    return render(request, "kpis/datasets.html", {"page": page, "rows": rows, "form": form})


def trail(here: str, dataset: Dataset | None = None) -> list[dict[str, str]]:
    """From all data to where one is."""
    steps = [{"label": _("Data"), "url": reverse("kpis:datasets")}]
    if dataset is not None:
        steps.append({"label": dataset.name, "url": dataset.get_absolute_url()})
    return [*steps, {"label": here, "url": ""}]


@access(DATA)
@require_GET
def dataset_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    dataset = selectors.dataset_for(user, slug)
    history = page_of(request, selectors.loads_of(dataset), size=20)
    latest = selectors.loads_of(dataset).first()
    live = dataset.live
    here = dataset_key(dataset.pk)
    checked = selectors.last_checked(dataset)
    context = {
        "crumbs": trail(dataset.name),
        "dataset": dataset,
        "live": live,
        "latest": latest,
        "failed": latest if latest is not None and latest.trouble else None,
        "held": dataset.held,
        "behind": selectors.behind_of(dataset) if dataset.behind else [],
        "checks": outcomes_of(checks_of(dataset), checked),
        "checked": checked if checked != live else None,
        "arrival": arrival_words(dataset),
        "reached": reached_words(live) if dataset.mark_column else "",
        "facts": facts_of(live) if live is not None else [],
        "columns": columns_of(live) if live is not None else [],
        "clocks": clocks_of(live) if live is not None else [],
        "bad": bad_rows_of(latest),
        "history": history,
        "fits": len(fitting(live.types)) if live is not None else 0,
        "runs": dataset.runs_ahead(now=timezone.now()),
        "comparable": live is not None and history.paginator.count > 1,
        "rows": [(load, checks_in_short(load)) for load in history],
        "policy": policy_of(dataset),
        "flow": flow_of(graph_for(user).around([here]), here),
        "inputs": selectors.inputs_of(dataset),
        "outputs": selectors.outputs_of(dataset),
        "kpis": selectors.kpis_on(dataset),
    }
    return render(request, "kpis/dataset.html", context)


def facts_of(load: Load) -> list[tuple[str, Any]]:
    """What is known of a load, for people."""
    who = load.by.name if load.by is not None else _("Automatically, after new data")
    facts: list[tuple[str, Any]] = [
        (_("Rows"), f"{load.rows:,}"),
        *([(_("Size"), filesizeformat(load.bytes))] if load.bytes else []),  # a look copies none
        (_("Data up to"), when(load.as_of, "time")),
        (_("Live since"), when(load.live_at)),
        (_("Loaded by"), who),
        (_("Took"), _("%(n).1f seconds") % {"n": load.seconds or 0}),
    ]
    if load.reason:
        facts.append((_("Live because"), load.reason))
    if read := reading_words(load):
        facts.append((_("What was read"), read))
    if merged := merge_words(load):
        facts.append((_("What became of the rows"), merged))
    if load.upload is not None:
        facts.append((_("File"), load.upload.name))
        facts.append((_("Checksum"), load.upload.sha256))
    return facts


def columns_of(load: Load) -> list[dict[str, Any]]:
    """The columns of a load without its row number."""
    return [
        {
            **column,
            "word": TYPE_WORDS[column["type"]],
            "least": written(column.get("min"), column["type"]),
            "greatest": written(column.get("max"), column["type"]),
        }
        for column in load.columns
        if column["name"] != ROW
    ]


def written(value: Any, kind: str) -> str:
    """A value in the reader's zone and words."""
    if value is None:
        return "–"
    if kind == "timestamp":
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
        return formats.date_format(timezone.localtime(moment), "j M Y, H:i")
    if kind == "date":
        return _day(str(value))
    if kind == "boolean":
        return str(yesno(value, _("yes,no")))
    if isinstance(value, float):
        return f"{value:,.2f}" if 1 <= abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _day(value: str) -> str:
    try:
        return formats.date_format(date.fromisoformat(value), "j M Y")
    except ValueError:  # a year that has more than four digits
        return value


def clocks_of(load: Load) -> list[str]:
    """Times that met a change of the clocks, in sentences."""
    said = []
    for column, counts in load.report.get("clock_changes", {}).items():
        moved, first = counts["moved_forward"], counts["taken_as_first"]
        if moved:
            said.append(
                ngettext(
                    "%(column)s: %(n)d time did not exist and was moved forward.",
                    "%(column)s: %(n)d times did not exist and were moved forward.",
                    moved,
                )
                % {"column": column, "n": moved}
            )
        if first:
            said.append(
                ngettext(
                    "%(column)s: %(n)d time occurred twice and was taken as the first.",
                    "%(column)s: %(n)d times occurred twice and were taken as the first.",
                    first,
                )
                % {"column": column, "n": first}
            )
    return said


def bad_rows_of(load: Load | None) -> dict[str, Any]:
    """The rows that the last load left out or stumbled over."""
    rows = load.report.get("bad_rows", []) if load is not None else []
    if load is None or not rows:
        return {}
    total = load.report.get("bad_rows_total", len(rows))
    told = {"n": f"{total:,}", "load": load.number}
    if load.trouble:
        note = ngettext("%(n)s row, load %(load)d", "%(n)s rows, load %(load)d", total) % told
    else:
        note = (
            ngettext(
                "%(n)s row left out of load %(load)d",
                "%(n)s rows left out of load %(load)d",
                total,
            )
            % told
        )
    return {"rows": rows, "note": note}


@access(DATA)
@require_http_methods(FORM)
def dataset_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    dataset = selectors.dataset_for(user, slug)
    initial = {"name": dataset.name, "description": dataset.description}
    return form_page(
        request,
        DatasetForm(request.POST or None, initial=initial),
        lambda **given: services.change_dataset(actor=user, dataset=dataset, **given),
        done=Dataset.get_absolute_url,
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": dataset.name},
        crumbs=trail(_("Change"), dataset),
        cancel_url=dataset.get_absolute_url(),
    )


@access(DATA)
@require_http_methods(FORM)
def dataset_rebuild(request: HttpRequest, slug: str) -> HttpResponse:
    """The query of a prepared dataset over what is live now, or its source once more.

    What an address gives is known when it was read: the checks and the readers guard what comes.
    """
    user = person_of(request)
    dataset = selectors.dataset_for(user, slug)
    made = dataset.kind == Dataset.Kind.PREPARED
    return considered_page(
        request,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda: services.rebuild(actor=user, dataset=dataset),
        touches=lambda: impact_of(actor=user, dataset=dataset),
        done=lambda load: dataset.get_absolute_url(),
        title=(_("Rebuild %(name)s") if made else _("Load %(name)s again"))
        % {"name": dataset.name},
        intro=_("Its rows are made anew; what is live now stays until they are ready."),
        submit=_("Rebuild") if made else _("Load again"),
        crumbs=trail(_("Rebuild") if made else _("Load again"), dataset),
        cancel_url=dataset.get_absolute_url(),
    )
