"""Computing a KPI's figures: on demand, by the clock, after a new load. Each attempt is a row."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import duckdb
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run, enqueue, register_handler
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, PortalError, Temporary
from ace_portal.lib.saying import kept
from kpis.derived import dependents_of
from kpis.engine.query import Query
from kpis.engine.result import Result
from kpis.figures import Ask, answers, definition_of
from kpis.measured import PERIODS, measurement, periods_query
from kpis.models import KPI, KPIVersion, Load, Measurement, Refresh
from kpis.scopes import PORTAL
from kpis.selectors import published_of
from personas.permissions import require_ace

log = logging.getLogger("ace.kpis")

KIND = "kpis.refresh"


def request_refresh(*, actor: User, kpi: KPI) -> Refresh:
    """Have the figures computed now; while an attempt is open, that one is returned."""
    require_ace(actor)
    with transaction.atomic():
        refresh, _fresh = _open(kpi, Refresh.Cause.DEMAND, actor)
        record(actor=actor, action="kpi.refresh", target=kpi)
    return refresh


def refresh_version(*, actor: User, kpi: KPI) -> None:
    """A newly published version is computed at once, or right after the attempt that runs.

    So is what is computed from it.
    """
    for one in (kpi, *KPI.objects.filter(pk__in=dependents_of([kpi.pk])).order_by("pk")):
        _open_or_soon(one, Refresh.Cause.DEMAND, actor)


def refresh_after_load(load: Load) -> None:
    """Load listener: the published KPIs of the dataset, and what is computed from them."""
    own = KPIVersion.objects.filter(state=KPIVersion.State.PUBLISHED, dataset=load.dataset_id)
    kpis = set(own.values_list("kpi", flat=True))
    for kpi in KPI.objects.filter(pk__in=kpis | dependents_of(kpis)).order_by("pk"):
        _open_or_soon(kpi, Refresh.Cause.LOAD, load.by)


def refresh_due(*, now: datetime) -> int:
    """Open an attempt for each KPI whose time has come; answers how many.

    The one conditional update of ``next_due`` decides between schedulers that run at once. A KPI
    whose attempt is still open keeps its time and is taken when that attempt is over.
    """
    due = KPI.objects.filter(next_due__lte=now, retired_at__isnull=True)
    due = due.exclude(refreshes__job__state__in=Job.OPEN)
    opened = 0
    for kpi in due.filter(versions__state=KPIVersion.State.PUBLISHED).order_by("next_due")[:500]:
        with transaction.atomic():
            if _take_turn(kpi, now):
                _open(kpi, Refresh.Cause.SCHEDULE, None)
                opened += 1
    return opened


def _take_turn(kpi: KPI, now: datetime) -> bool:
    """Move a due KPI to its next time, a whole number of steps on; False if another one did."""
    assert kpi.next_due is not None
    steps = (now - kpi.next_due) // kpi.refresh_every + 1
    turn = KPI.objects.filter(pk=kpi.pk, next_due=kpi.next_due)
    return bool(turn.update(next_due=kpi.next_due + steps * kpi.refresh_every))


def _open_or_soon(kpi: KPI, cause: Refresh.Cause, actor: User | None) -> None:
    """What is open may have read what was before: then the clock takes another turn soon."""
    with transaction.atomic():
        _refresh, fresh = _open(kpi, cause, actor)
        if not fresh:
            KPI.objects.filter(pk=kpi.pk).update(next_due=timezone.now())


def _open(kpi: KPI, cause: Refresh.Cause, actor: User | None) -> tuple[Refresh, bool]:
    """The open attempt of a KPI, and whether it is a new one."""
    version = published_of(kpi)
    if version is None:
        raise Conflict(_("Only a published KPI has figures to refresh."))
    with transaction.atomic():
        job = enqueue(
            kind=KIND, payload={"kpi": kpi.pk}, actor=actor, key=f"kpi-{kpi.pk}", max_attempts=3
        )
        refresh, fresh = Refresh.objects.get_or_create(
            job=job,
            defaults={
                "kpi": kpi, "version": version, "load": version.dataset.live, "cause": cause,
                "by": actor,
            },
        )  # fmt: skip
    return refresh, fresh


@register_handler(KIND)
def perform(run: Run) -> None:
    """Compute, then write figures and outcome together; a failure touches no figure."""
    refresh = Refresh.objects.select_related("kpi").get(job=run.job)
    try:
        _perform(run, refresh)
    except NotAllowed as error:
        _refuse(run, refresh, error)
        raise


def _check_actor(run: Run, refresh: Refresh) -> None:
    """What a person demands needs their right; the clock and a new load are the system's."""
    if refresh.cause == Refresh.Cause.DEMAND:
        run.check(require_ace)


def _refuse(run: Run, refresh: Refresh, error: NotAllowed) -> None:
    """queued → failed, by who still holds the job."""
    with transaction.atomic():
        run.renew()
        refresh.state, refresh.error = Refresh.State.FAILED, kept(error.message)
        refresh.finished_at = timezone.now()
        refresh.save(update_fields=["state", "error", "finished_at", "updated_at"])


def _perform(run: Run, refresh: Refresh) -> None:
    _check_actor(run, refresh)
    began = time.monotonic()
    run.report(0.1, _("Computing"))
    last_try = run.job.attempts >= run.job.max_attempts
    outcome = _compute(refresh.kpi, last_try=last_try)
    with run.completion():
        _check_actor(run, refresh)
        if outcome.version is not None:
            refresh.version, refresh.load = outcome.version, outcome.load
        refresh.error = outcome.error
        refresh.state = Refresh.State.FAILED if outcome.error else Refresh.State.DONE
        refresh.seconds = time.monotonic() - began
        refresh.finished_at = timezone.now()
        refresh.save()
        if outcome.result is not None:
            _write(refresh, outcome.result)


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to: figures, or a sentence why there are none."""

    version: KPIVersion | None = None
    load: Load | None = None
    result: Result | None = None
    error: str = ""


def _compute(kpi: KPI, *, last_try: bool) -> Outcome:
    version = published_of(kpi)
    if version is None:
        return Outcome(error=_("The KPI is not published any more."))
    load = version.dataset.live
    try:
        answer, *_warm = answers(
            [Ask(version, query) for query in _queries(version)], reader=PORTAL
        )
    except Temporary as error:
        if not last_try:
            raise
        return Outcome(version, load, error=kept(error.message))
    except PortalError as error:
        return Outcome(version, load, error=kept(error.message))
    except (SQLAlchemyError, duckdb.Error, OSError):
        log.exception("the figures of KPI %s could not be computed", kpi.pk)
        return Outcome(version, load, error=_("The data could not be read."))
    return Outcome(version, answer.load, answer.result, answer.error)


def _queries(version: KPIVersion) -> Iterator[Query]:
    """What is measured, then what pages ask first, so that it waits for them in the cache."""
    yield periods_query(version)
    yield Query()
    if definition_of(version).timed:
        yield Query(grain="month")


def _write(refresh: Refresh, result: Result) -> None:
    """The figures as reported now; doing it again over the same load gives the same rows."""
    if refresh.load is None:
        raise Invalid(_("The data of this KPI has not been loaded yet."))
    rows = [measurement(refresh.version, refresh.load, p) for p in result.points[-PERIODS:]]
    for row in rows:
        row.refresh = refresh
    Measurement.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "load", "grain", "period_start"],
        update_fields=[
            "refresh", "period_end", "state", "value", "numerator", "denominator", "rows",
            "partial",
        ],
    )  # fmt: skip
