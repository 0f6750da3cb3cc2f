"""Datasets that are loaded again by the clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict
from ace_portal.lib.schedule import check, next_runs
from kpis.models import Dataset, Load
from kpis.permissions import require_data
from kpis.services.loads import stage_rebuild


def set_schedule(
    *, actor: User, dataset: Dataset, schedule: str = "", schedule_zone: str = "UTC"
) -> Dataset:
    """When a dataset is loaded again: ``every 6 hours``, a cron line, or never by itself."""
    require_data(actor)
    if dataset.kind == Dataset.Kind.FILE:
        raise Conflict(_("This dataset comes from a file that people send."), field="schedule")
    schedule = schedule.strip()
    if schedule:
        check(schedule)
    with transaction.atomic():
        dataset.schedule, dataset.schedule_zone = schedule, schedule_zone
        dataset.next_due = _next(dataset, timezone.now())
        dataset.full_clean(exclude=["options"])
        dataset.save(update_fields=["schedule", "schedule_zone", "next_due", "updated_at"])
        record(actor=actor, action="dataset.schedule", target=dataset, schedule=schedule)
    return dataset


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
            if turn.update(next_due=_next(dataset, now)):
                stage_rebuild(dataset=dataset, by=None)
                staged += 1
    return staged


def runs_ahead(dataset: Dataset, *, now: datetime, count: int = 3) -> list[datetime]:
    """The next times, in the schedule's zone."""
    if not dataset.schedule:
        return []
    return next_runs(dataset.schedule, dataset.schedule_zone, now, count)


def _next(dataset: Dataset, now: datetime) -> datetime | None:
    return next(iter(runs_ahead(dataset, now=now, count=1)), None)
