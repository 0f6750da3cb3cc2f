"""Computing a KPI's figures: on demand and by the clock. Each attempt is a row."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run, enqueue, register_handler
from ace_portal.lib.errors import Conflict, NotAllowed
from ace_portal.lib.saying import kept
from kpis.derived import dependents_of
from kpis.models import KPI, KPIVersion, Refresh
from kpis.selectors import published_of
from kpis.services.computing import close, compute, write
from kpis.services.telling import tell_refresh_failed
from personas.permissions import require_ace

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


def settle_given_up() -> int:
    """queued → failed where the work ended without an outcome; answers how many.

    So it is after a worker that was killed once too often. Who tries the work again computes the
    figures after all.
    """
    over = Job.objects.filter(kind=KIND, state__in=Job.TROUBLED).values("pk")
    settled = 0
    stuck = Refresh.objects.filter(job__in=over, state=Refresh.State.QUEUED)
    for pk in stuck.values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            refresh = Refresh.objects.select_for_update(of=("self",)).get(pk=pk)
            if refresh.state != Refresh.State.QUEUED or refresh.is_open:
                continue
            refresh.error, refresh.state = refresh.trouble, Refresh.State.FAILED
            refresh.finished_at = timezone.now()
            refresh.save(update_fields=["error", "state", "finished_at", "updated_at"])
            tell_refresh_failed(refresh)
            settled += 1
    return settled


def _take_turn(kpi: KPI, now: datetime) -> bool:
    """Move a due KPI to the first time after now; False if another one did."""
    turn = KPI.objects.filter(pk=kpi.pk, next_due=kpi.next_due)
    return bool(turn.update(next_due=kpi.following(now=now)))


def first_due(kpi: KPI, *, now: datetime) -> datetime | None:
    """When a KPI that is computed now, or gets another cadence, is computed next by the clock."""
    kpi.next_due = now + kpi.refresh_every
    return kpi.following(now=now)


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
    refresh = Refresh.objects.select_related("kpi__owner").get(job=run.job)
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
    outcome = compute(refresh.kpi, last_try=last_try)
    with run.completion():
        _check_actor(run, refresh)
        close(refresh, outcome, seconds=time.monotonic() - began, at=timezone.now())
        refresh.save()
        write([(refresh, outcome)])
        if outcome.error:
            tell_refresh_failed(refresh)
