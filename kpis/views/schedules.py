"""When datasets are loaded, and KPIs computed, again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import ACE, DATA, access
from kpis import selectors
from kpis.forms.schedules import ScheduleForm
from kpis.models import KPI, Dataset
from kpis.models.scheduled import Scheduled
from kpis.selectors.data import dataset_for
from kpis.services.schedules import schedule_kpi, set_schedule
from kpis.views.datasets import trail
from kpis.views.definitions import crumbs_of

FORM = ["GET", "HEAD", "POST"]


@access(DATA)
@require_http_methods(FORM)
def dataset_schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """When a dataset is loaded again by itself."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    return form_page(
        request,
        _form(request, user, dataset, _("Empty: only when somebody says so.")),
        lambda **given: set_schedule(actor=user, dataset=dataset, **given),
        done=Dataset.get_absolute_url,
        said=_("Saved."),
        title=_("Schedule of %(name)s") % {"name": dataset.name},
        crumbs=trail(_("Schedule"), dataset),
        cancel_url=dataset.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def kpi_schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """At which times a KPI is computed by itself."""
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    return form_page(
        request,
        _form(request, user, kpi, _("Empty: as often as its settings say.")),
        lambda **given: schedule_kpi(actor=user, kpi=kpi, **given),
        done=KPI.get_absolute_url,
        said=_("Saved."),
        title=_("Schedule of %(name)s") % {"name": kpi.name},
        intro=_("A new load computes it at once, whatever its schedule."),
        crumbs=[*crumbs_of(kpi), {"label": _("Schedule"), "url": ""}],
        cancel_url=kpi.get_absolute_url(),
    )


def _form(request: HttpRequest, user: User, row: Scheduled, otherwise: str) -> ScheduleForm:
    zone = row.schedule_zone if row.schedule else user.time_zone
    initial = {"schedule": row.schedule, "schedule_zone": zone}
    return ScheduleForm(request.POST or None, initial=initial, otherwise=otherwise)
