"""What the team demands of a dataset's loads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import DATA, access
from kpis.forms.checks import FORMS, PURPOSES
from kpis.models import Dataset, QualityCheck
from kpis.selectors.checks import check_of
from kpis.selectors.data import dataset_for
from kpis.services import checks as services
from kpis.views.datasets import trail

FORM = ["GET", "HEAD", "POST"]
TEMPLATE = "kpis/check_form.html"


@access(DATA)
@require_GET
def check_choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Which kind of check."""
    dataset = dataset_for(person_of(request), slug)
    kinds = [
        {"kind": kind, "label": label, "purpose": PURPOSES[kind]}
        for kind, label in QualityCheck.Kind.choices
    ]
    context = {"dataset": dataset, "kinds": kinds, "crumbs": trail(_("New check"), dataset)}
    return render(request, "kpis/check_kinds.html", context)


@access(DATA)
@require_http_methods(FORM)
def check_new(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    user = person_of(request)
    dataset = dataset_for(user, slug)
    if kind not in FORMS:
        raise NotVisible("")
    return form_page(
        request,
        FORMS[kind](request.POST or None, types=_types(dataset)),
        lambda **given: services.add_check(actor=user, dataset=dataset, kind=kind, **given),
        done=_home,
        said=_("Saved. The next load is checked by it."),
        template=TEMPLATE,
        title=_("New check: %(kind)s") % {"kind": QualityCheck.Kind(kind).label},
        intro=PURPOSES[kind],
        crumbs=trail(_("New check"), dataset),
        cancel_url=dataset.get_absolute_url(),
        dataset=dataset,
    )


@access(DATA)
@require_http_methods(FORM)
def check_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    dataset = dataset_for(user, slug)
    check = check_of(dataset, pk)
    form = FORMS[check.kind]
    return form_page(
        request,
        form(request.POST or None, types=_types(dataset), initial=form.initial_of(check)),
        lambda **given: services.change_check(actor=user, check=check, **given),
        done=_home,
        said=_("Saved. What earlier loads came to stays as it was."),
        template=TEMPLATE,
        title=_("Change check: %(kind)s") % {"kind": check.get_kind_display()},
        intro=PURPOSES[check.kind],
        crumbs=trail(_("Check"), dataset),
        cancel_url=dataset.get_absolute_url(),
        dataset=dataset,
    )


@access(DATA)
@require_POST
def check_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    dataset = dataset_for(user, slug)
    services.remove_check(actor=user, check=check_of(dataset, pk))
    messages.success(request, _("The check is removed."))
    return redirect(dataset.get_absolute_url() + "#checks")


def _home(check: QualityCheck) -> str:
    return check.dataset.get_absolute_url() + "#checks"


def _types(dataset: Dataset) -> dict[str, Any]:
    return dataset.live.types if dataset.live is not None else {}
