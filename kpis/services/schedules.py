"""Datasets that are loaded, and KPIs that are computed, again by the clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict
from ace_portal.lib.schedule import check
from kpis.models import KPI, Dataset, Load
from kpis.permissions import require_data
from kpis.selectors import published_of
from kpis.services.loads import stage_rebuild
from kpis.services.refresh import first_due
from personas.permissions import require_ace

SAVED = ["schedule", "schedule_zone", "next_due", "updated_at"]


def set_schedule(
    *, actor: User, dataset: Dataset, schedule: str = "", schedule_zone: str = "UTC"
) -> Dataset:
    """When a dataset is loaded again: ``every 6 hours``, a cron line, or never by itself."""
    require_data(actor)
    if dataset.kind == Dataset.Kind.FILE:
        raise Conflict(_("This dataset comes from a file that people send."), field="schedule")
    with transaction.atomic():
        _write(dataset, schedule, schedule_zone)
        dataset.next_due = dataset.following(now=timezone.now())
        dataset.save(update_fields=SAVED)
        record(actor=actor, action="dataset.schedule", target=dataset, schedule=dataset.schedule)
    return dataset


def schedule_kpi(*, actor: User, kpi: KPI, schedule: str = "", schedule_zone: str = "UTC") -> KPI:
    """When a KPI is computed again; without a schedule after each ``refresh_every``."""
    require_ace(actor)
    if kpi.retired_at is not None:
        raise Conflict(_("This KPI is retired."), field="schedule")
    with transaction.atomic():
        _write(kpi, schedule, schedule_zone)
        if published_of(kpi) is not None:
            kpi.next_due = first_due(kpi, now=timezone.now())
        kpi.save(update_fields=SAVED)
        record(actor=actor, action="kpi.schedule", target=kpi, schedule=kpi.schedule)
    return kpi


def _write(row: Dataset | KPI, schedule: str, zone: str) -> None:
    """Set what a row says; refuses what is no schedule, or none that ever comes."""
    row.schedule, row.schedule_zone = schedule.strip(), zone
    row.full_clean(exclude=["options"])
    if row.schedule:
        check(row.schedule)


def load_due(*, now: datetime) -> int:
    """Stage a load of each dataset whose time has come; answers how many.

    The one conditional update of ``next_due`` decides between schedulers that run at once; what
    was missed is caught up once. While a load is on its way, the time stays and is taken later.
    """
    staged = 0
    due = Dataset.objects.filter(next_due__lte=now)
    open_loads = Load.objects.filter(state=Load.State.STAGED, job__state__in=Job.OPEN)
    due = due.exclude(pk__in=open_loads.values("dataset"))
    for dataset in due.order_by("next_due")[:200]:
        with transaction.atomic():
            turn = Dataset.objects.filter(pk=dataset.pk, next_due=dataset.next_due)
            if turn.update(next_due=dataset.following(now=now)):
                stage_rebuild(dataset=dataset, by=None)
                staged += 1
    return staged
