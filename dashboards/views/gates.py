"""The gates of an MVP: what they say, what was decided, by whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible, PortalError
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import number_of, page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from dashboards.content.models import Version
from dashboards.content.pinning import figures_of, pin_of
from dashboards.content.selectors import restorable_for
from dashboards.forms.lifecycle import DecisionForm, ReasonForm
from dashboards.frame import frame, opened, trail
from dashboards.lifecycle.evidence import evidence_of
from dashboards.lifecycle.permissions import (
    may_restore,
    require_decider,
    require_restorer,
)
from dashboards.lifecycle.pins import pins_open_to
from dashboards.lifecycle.selectors import gate_url, gates_for, lines_of, reviews_of
from dashboards.lifecycle.services import gates as services
from dashboards.lifecycle.standing import FIRST, LAST
from dashboards.permissions import may_vouch, require_editor

FORM = ["GET", "HEAD", "POST"]


@access(ACE)
@require_GET
def gates(request: HttpRequest, slug: str) -> HttpResponse:
    """Eight stages with all their checks, and every decision."""
    user, dashboard = opened(request, slug)
    found = gates_for(user, dashboard)
    page = page_of(request, reviews_of(dashboard))
    context = {
        "gates": [{"gate": gate, "lines": lines_of(gate.checks)} for gate in found],
        "page": page,
        "reviews": pins_open_to(user, page.object_list),
        "may_decide": may_vouch(user, dashboard),
        "may_restore": may_restore(user, dashboard),
        "asked": dashboard.gate_asked_at,
        "may_ask": dashboard.stage <= LAST and dashboard.gate_asked_at is None,
    }
    return render(request, "dashboards/gates.html", frame(user, dashboard, "about", **context))


@access(ACE)
@require_POST
def gate_ask(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)

    def ask() -> bool:
        services.ask_for_gate(actor=user, dashboard=dashboard)
        return True

    if attempt(request, ask):
        messages.success(request, _("The team is asked to decide."))
    return redirect(gate_url(dashboard))


@access(ACE)
@require_http_methods(FORM)
def gate_decide(request: HttpRequest, slug: str, stage: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_decider)
    if not FIRST <= stage <= LAST:
        raise NotVisible("")
    gate = gates_for(user, dashboard)[stage - 1]
    version = evidence_of(dashboard).looked_at(stage)
    form = DecisionForm(
        request.POST or None, stage=stage, initial=_figure_in(request),
        figures=figures_of(version) if version is not None else [],
    )  # fmt: skip
    return form_page(
        request,
        form,
        lambda **given: services.decide_gate(actor=user, dashboard=dashboard, stage=stage, **given),
        done=lambda review: gate_url(dashboard),
        said=_("It is decided, and %(owner)s is told.") % {"owner": dashboard.owner},
        template="dashboards/gate.html",
        title=_("Gate %(n)d: %(name)s") % {"n": stage, "name": gate.name},
        gate=gate,
        version=version,
        pin=_pin(user, version, form),
        lines=lines_of(gate.checks),
        submit=_("Decide"),
        cancel_url=gate_url(dashboard),
        crumbs=trail(dashboard, _("Gate %(n)d") % {"n": stage}),
    )


def _figure_in(request: HttpRequest) -> dict[str, str]:
    """What the address pins: ``?tile=``, ``?kpi=`` and the filters of the dashboard's page."""
    given = request.GET.copy()
    key, kpi_version = given.pop("tile", [""])[-1], given.pop("kpi", [""])[-1]
    return {"tile": f"{key}:{kpi_version}", "filters": given.urlencode()} if key else {}


def _pin(user: User, version: Version | None, form: DecisionForm) -> dict[str, Any] | None:
    """The figure that would be kept, as it is now; nothing where none is chosen, or there is."""
    if version is None or "tile" not in form.fields:
        return None
    key, _sign, kpi_version = str(form["tile"].value() or "").partition(":")
    if not key:
        return None
    try:
        filters = str(form["filters"].value() or "")
        return pin_of(version, key, filters, number_of(kpi_version), reader=user)
    except PortalError:
        return None


@access(SIGNED_IN)
@require_http_methods(FORM)
def dashboard_restore(request: HttpRequest, slug: str) -> HttpResponse:
    """An administrator who does not read it goes back to the list from which they came."""
    user = person_of(request)
    dashboard = restorable_for(user, slug)
    require_restorer(user, dashboard)
    back = gate_url(dashboard) if user.is_ace else reverse("dashboards:dashboards")
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda **given: services.restore_dashboard(actor=user, dashboard=dashboard, **given),
        done=lambda restored: back,
        said=_("It is active again."),
        title=_("Bring %(name)s back") % {"name": dashboard.name},
        submit=_("Bring it back"),
        cancel_url=back,
        crumbs=trail(dashboard, _("Bring back")) if user.is_ace else [],
    )
