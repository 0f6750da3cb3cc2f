"""After a new load: every KPI that reads it is computed in one pass.

One job for all of them, an attempt for each. They are computed and written down in groups, so that
the data is opened once, and what one worker has written the next need not do again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.jobs.services import Run, enqueue, register_handler
from ace_portal.lib.errors import PortalError
from kpis.derived import dependents_of
from kpis.figures import UNREADABLE, definition_of
from kpis.models import KPIVersion, Load, Refresh
from kpis.services.computing import Outcome, close, compute, measured, write

KIND = "kpis.refresh_after_load"
AT_A_TIME = 40
#: what the end of an attempt changes
CLOSED = ("load_id", "basis", "state", "error", "seconds", "finished_at")


def refresh_after_load(load: Load) -> None:
    """Load listener: the published KPIs of the dataset, then what is computed from them."""
    published = KPIVersion.objects.filter(state=KPIVersion.State.PUBLISHED)
    own = list(published.filter(dataset=load.dataset_id).order_by("pk"))
    above = dependents_of({version.kpi_id for version in own})
    derived = published.filter(kpi__in=above).exclude(pk__in=[version.pk for version in own])
    versions = [*own, *derived.order_by("pk")]
    if not versions:
        return
    with transaction.atomic():
        job = enqueue(kind=KIND, payload={"load": load.pk}, actor=load.by, max_attempts=3)
        Refresh.objects.bulk_create(
            Refresh(
                kpi_id=version.kpi_id, version=version, load=load, cause=Refresh.Cause.LOAD,
                job=job, by=load.by,
            )
            for version in versions
        )  # fmt: skip


@register_handler(KIND)
def perform(run: Run) -> None:
    """Compute what this job has not computed yet; one that fails does not stop the others."""
    refreshes = run.job.refreshes.select_related("kpi").order_by("pk")
    total = refreshes.count()
    waiting = list(refreshes.filter(state=Refresh.State.QUEUED))
    last_try = run.job.attempts >= run.job.max_attempts
    done = total - len(waiting)
    for start in range(0, len(waiting), AT_A_TIME):
        group = waiting[start : start + AT_A_TIME]
        began = time.monotonic()
        outcomes = _compute(group, last_try=last_try)
        _write(run, outcomes, seconds=(time.monotonic() - began) / len(group))
        done += len(group)
        run.report(done / total, _("%(done)d of %(total)d KPIs") % {"done": done, "total": total})


def _write(run: Run, outcomes: Sequence[tuple[Refresh, Outcome]], *, seconds: float) -> None:
    """A group's figures and how its attempts ended, together, by who still holds the job."""
    with transaction.atomic():
        run.renew()
        _close(outcomes, seconds=seconds, at=timezone.now())
        write(outcomes)


def _close(outcomes: Sequence[tuple[Refresh, Outcome]], *, seconds: float, at: datetime) -> None:
    """Those that came to the same go in one statement, as most do."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for refresh, outcome in outcomes:
        opened_with = refresh.version_id
        close(refresh, outcome, seconds=seconds, at=at)
        if refresh.version_id != opened_with:  # published while this waited
            refresh.save()
            continue
        values = tuple(getattr(refresh, name) for name in CLOSED)
        alike.setdefault(values, []).append(refresh.pk)
    for values, keys in alike.items():
        told = dict(zip(CLOSED, values, strict=True))
        Refresh.objects.filter(pk__in=keys).update(**told, updated_at=at)


def _compute(group: Sequence[Refresh], *, last_try: bool) -> list[tuple[Refresh, Outcome]]:
    """What is computed together; alone whatever cannot be asked with the others."""
    found = _together([refresh.kpi_id for refresh in group])
    return [
        (refresh, found.get(refresh.kpi_id) or compute(refresh.kpi, last_try=last_try))
        for refresh in group
    ]


def _together(kpis: Sequence[int]) -> dict[int, Outcome]:
    """Each KPI's outcome by its key, all from one opening of the data; none where that fails."""
    rows = KPIVersion.objects.filter(kpi__in=kpis, state=KPIVersion.State.PUBLISHED)
    # One object for their dataset and its load, which knows all columns.
    rows = rows.select_related("kpi").prefetch_related("dataset__live")
    versions = [version for version in rows if _holds(version)]
    try:
        found = measured(versions)
    except (PortalError, *UNREADABLE):
        return {}
    return {version.kpi_id: one for version, one in zip(versions, found, strict=True)}


def _holds(version: KPIVersion) -> bool:
    try:
        return bool(definition_of(version))
    except PortalError:
        return False
