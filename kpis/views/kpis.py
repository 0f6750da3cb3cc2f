"""The catalogue, and what can be done to a KPI."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from kpis import selectors
from kpis.analysis.catalogue import STATES, Wanted, entries_of, found_for
from kpis.analysis.parts import Part, parts_offered
from kpis.engine.status import Status
from kpis.forms.kpis import EditForm, NoteForm, ReasonForm, StepForm
from kpis.forms.targets import TargetForm
from kpis.models import KPI, KPIVersion
from kpis.overview import page_about
from kpis.permissions import require_kpi_owner
from kpis.services import kpis as services
from kpis.services.refresh import request_refresh
from kpis.services.steps import hide_at_step, show_at_step
from kpis.services.targets import require_target_setter, set_target
from kpis.services.verifying import require_verifier, verify_kpi
from kpis.views.definitions import crumbs_of

FORM = ["GET", "HEAD", "POST"]
DRAFT = KPIVersion.State.DRAFT


@access(SIGNED_IN)
@require_GET
def kpis(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    wanted = Wanted.of(request.GET)
    page = page_of(request, found_for(user, wanted))
    words = {Status.GOOD.value: _("On target"), Status.WATCH.value: _("Watch"),
             Status.BAD.value: _("Missed")}  # fmt: skip
    entries = entries_of(user, page.object_list)
    context = {
        "page": page,
        "entries": entries,
        "closed": not user.is_ace and any(entry.line.sheet is None for entry in entries),
        "wanted": wanted,
        "categories": KPI.Category.choices,
        "owners": selectors.owners_for(user),
        "states": [(state.value, state.label) for state in STATES if user.is_ace or state != DRAFT],
        "statuses": list(words.items()),
    }
    return render(request, "kpis/kpis.html", context)


@access(SIGNED_IN)
@require_GET
def kpi_detail(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    return render(request, "kpis/kpi.html", page_about(user, kpi, number))


@access(ACE)
@require_http_methods(FORM)
def kpi_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    newest = selectors.versions_of(user, kpi).first()
    unit = newest.unit if newest is not None else KPIVersion.Unit.COUNT
    return form_page(
        request,
        EditForm(request.POST or None, unit=unit, initial=EditForm.initial_of(kpi, unit)),
        lambda **given: services.change_kpi(actor=user, kpi=kpi, **given),
        done=KPI.get_absolute_url,
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": kpi.name},
        intro=_("What it measures is in its definition, which changes with a new version."),
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_http_methods(FORM)
def kpi_start(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda **given: services.start_version(actor=user, kpi=kpi, **given),
        done=lambda version: reverse("kpis:kpi-draft-edit", args=[kpi.slug]),
        title=_("Propose a new version of %(name)s") % {"name": kpi.name},
        intro=_("It begins as a copy. Dashboards keep the version that they have."),
        submit=_("Start the draft"),
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_POST
def kpi_publish(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    version = attempt(request, lambda: services.publish_version(actor=user, kpi=kpi))
    if version is not None:
        said = _("Version %(n)s is published. Its figures are being computed.")
        messages.success(request, said % {"n": version.number})
    return redirect(kpi)


@access(ACE)
@require_http_methods(FORM)
def kpi_verify(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    require_verifier(user, kpi)
    return form_page(
        request,
        NoteForm(request.POST or None),
        lambda **given: verify_kpi(actor=user, kpi=kpi, **given),
        done=lambda row: kpi.get_absolute_url(),
        said=_("Verified. The mark holds until the definition, the dataset or its SQL changes."),
        title=_("Verify %(name)s") % {"name": kpi.name},
        intro=_("You say by your name that its figures are right. Its author cannot."),
        submit=_("Verify it"),
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_http_methods(FORM)
def kpi_retire(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    require_kpi_owner(user, kpi)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda **given: services.retire_kpi(actor=user, kpi=kpi, **given),
        done=KPI.get_absolute_url,
        said=_("Retired."),
        title=_("Retire %(name)s") % {"name": kpi.name},
        intro=_("It is not computed any more. What was reported stays, and so does its history."),
        submit=_("Retire this KPI"),
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_POST
def kpi_refresh(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    attempt(request, lambda: request_refresh(actor=user, kpi=kpi))
    return redirect(kpi)


@access(ACE)
@require_http_methods(FORM)
def target_new(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    require_target_setter(user, kpi)
    version = _goal_version(user, kpi)
    return form_page(
        request,
        TargetForm(request.POST or None, version=version, parts=_parts(user, version)),
        lambda **given: set_target(actor=user, kpi=kpi, **given),
        done=lambda target: kpi.get_absolute_url(),
        said=_("Saved."),
        title=_("A target for %(name)s") % {"name": kpi.name},
        intro=version.get_direction_display() + ".",
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_http_methods(FORM)
def step_show(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    return form_page(
        request,
        StepForm(request.POST or None),
        lambda **given: show_at_step(actor=user, kpi=kpi, **given),
        done=lambda metric: kpi.get_absolute_url(),
        title=_("Show %(name)s at a step") % {"name": kpi.name},
        submit=_("Show it there"),
        cancel_url=kpi.get_absolute_url(),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_POST
def step_hide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    hide_at_step(actor=user, metric=selectors.step_metric_of(kpi, pk))
    return redirect(kpi)


def _parts(user: User, version: KPIVersion) -> dict[str, list[Part]]:
    """What a target may hold for: an empty value has none of its own."""
    try:
        offered = parts_offered(version, reader=user)
    except Invalid:
        return {}
    named = {name: [p for p in parts if p.target_of[1]] for name, parts in offered.items()}
    return {name: parts for name, parts in named.items() if parts}


def _goal_version(user: User, kpi: KPI) -> KPIVersion:
    version = selectors.published_of(kpi) or selectors.draft_of(kpi)
    if version is None:
        raise Conflict(_("This KPI is retired."))
    return version
