"""The forms in which people say what a KPI measures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import ACE, access
from kpis import selectors
from kpis.derived import is_derived
from kpis.effects import effects_of
from kpis.forms.definitions import DefinitionForm
from kpis.forms.derived import FormulaForm, NewFormulaForm
from kpis.forms.kpis import KPIForm, StartForm
from kpis.forms.look import LookForm
from kpis.impact import impact_of_draft
from kpis.models import KPI, KPIVersion
from kpis.rows import Richer
from kpis.selectors.calendars import calendars_for
from kpis.services import kpis as services

FORM = ["GET", "HEAD", "POST"]
TEMPLATES = {False: "kpis/definition_form.html", True: "kpis/formula_form.html"}


@access(ACE)
@require_http_methods(FORM)
def kpi_new(request: HttpRequest) -> HttpResponse:
    """Question and dataset by GET, the rest by POST, so that nothing needs to be remembered."""
    user = person_of(request)
    asked = {name: request.GET.get(name) for name in ("question", "dataset")}
    given_both = all(name in request.GET for name in asked)
    start = StartForm(request.GET if given_both else None, user=user, initial=asked)
    if not start.is_valid():
        status = 422 if start.errors else 200
        context = {"form": start, "crumbs": crumbs_of()}
        return render(request, "kpis/start.html", context, status=status)
    given = start.cleaned_data
    dataset = given["dataset"]
    form = KPIForm(
        request.POST or None,
        types=dataset.live.types,
        calendars=calendars_for(user),
        initial=KPIForm.defaults(dataset),
    )
    return form_page(
        request,
        form,
        form.guard(lambda **said: services.create_kpi(actor=user, **given, **said)),
        done=KPI.get_absolute_url,
        said=_("Saved as a draft. Publish it when it says what you mean."),
        template="kpis/definition_form.html",
        title=_("New KPI"),
        question=given["question"],
        dataset=dataset,
        submit=_("Save the draft"),
        cancel_url=reverse("kpis:kpis"),
        crumbs=crumbs_of(),
    )


@access(ACE)
@require_http_methods(FORM)
def kpi_derive(request: HttpRequest) -> HttpResponse:
    """A KPI over other KPIs; question and formula on one page."""
    user = person_of(request)
    initial = {"question": request.GET.get("question")}
    form = NewFormulaForm(request.POST or None, user=user, initial=initial)
    return form_page(
        request,
        form,
        form.guard(lambda **said: services.create_kpi(actor=user, **said)),
        done=KPI.get_absolute_url,
        said=_("Saved as a draft. Publish it when it says what you mean."),
        template=TEMPLATES[True],
        title=_("New KPI from other KPIs"),
        submit=_("Save the draft"),
        cancel_url=reverse("kpis:kpis"),
        crumbs=crumbs_of(),
    )


@access(ACE)
@require_http_methods(FORM)
def kpi_draft_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    version = _draft_of(kpi)
    form_of = _formula_form if is_derived(version) else _definition_form
    try:
        form = form_of(request, user, version)
    except (Richer, Invalid):
        messages.warning(
            request, _("This definition says more than the form can. Change it through the API.")
        )
        return redirect(kpi)
    return form_page(
        request,
        form,
        form.guard(lambda **given: services.change_draft(actor=user, kpi=kpi, **given)),
        done=lambda changed: kpi.get_absolute_url(),
        said=_("Saved."),
        template=TEMPLATES[is_derived(version)],
        title=_("Draft of %(name)s") % {"name": kpi.name},
        **effects_of(impact_of_draft(user, kpi, version)),
        question=kpi.question,
        dataset=version.dataset,
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


def _definition_form(request: HttpRequest, user: User, version: KPIVersion) -> LookForm:
    live = version.dataset.live
    return DefinitionForm(
        request.POST or None,
        types=live.types if live else {},
        calendars=calendars_for(user),
        initial=DefinitionForm.initial_of(version),
    )


def _formula_form(request: HttpRequest, user: User, version: KPIVersion) -> LookForm:
    initial = FormulaForm.initial_of(version)
    return FormulaForm(request.POST or None, user=user, kpi=version.kpi, initial=initial)


def _draft_of(kpi: KPI) -> KPIVersion:
    version = selectors.draft_of(kpi)
    if version is None:
        raise Conflict(_("There is no draft. Start a new version first."))
    return version


def crumbs_of(kpi: KPI | None = None) -> list[dict[str, Any]]:
    """From all KPIs to one of them."""
    items: list[dict[str, Any]] = [{"label": _("KPIs"), "url": reverse("kpis:kpis")}]
    if kpi is not None:
        items.append({"label": kpi.name, "url": kpi.get_absolute_url()})
    return items
