"""What waits: how it comes in, and how it is found again."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.lib.registries import job_handlers

log = logging.getLogger("ace.jobs")

TASK = "jobs.run"
#: how many rows one sweep looks at
AT_A_TIME = 500


def enqueue(
    *,
    kind: str,
    payload: dict[str, Any],
    actor: User | None,
    key: str = "",
    queue: str = "default",
    max_attempts: int = 5,
) -> Job:
    """Commit the row with the caller's transaction; wake a worker after it.

    With a ``key``, an open job of the same kind and key is returned instead of a second one.
    """
    job_handlers.get(kind)
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                payload=payload,
                key=key,
                queue=queue,
                actor=actor,
                max_attempts=max_attempts,
                run_after=timezone.now(),
            )
    except IntegrityError:
        return Job.objects.get(kind=kind, key=key, state__in=Job.OPEN)
    transaction.on_commit(lambda: wake(job))
    return job


def wake(job: Job) -> None:
    """Tell a worker. A broker that does not answer is no harm: the sweep finds the row."""
    try:
        current_app.send_task(TASK, args=[job.pk], queue=job.queue, retry=False)
    except Exception:  # noqa: BLE001  any broker's error; the row is safe
        log.warning("the broker did not take job %s; the sweep will", job.pk)


def wake_for(place: str) -> None:
    """A place has become free: what waits for it longest is due now."""
    waiting = Job.objects.filter(place=place, state=Job.State.QUEUED).order_by("pk").first()
    if waiting is not None:
        Job.objects.filter(pk=waiting.pk, state=Job.State.QUEUED).update(run_after=timezone.now())
        wake(waiting)


def sweep() -> int:
    """Put back what a dead worker held, wake workers for what waits; answers how many moved."""
    now = timezone.now()
    moved = 0
    for job in Job.objects.abandoned(now)[:AT_A_TIME]:
        moved += _take_back(job)
    overdue = now - timedelta(seconds=settings.JOB_SWEEP_SECONDS)
    for job in Job.objects.due(overdue)[:AT_A_TIME]:
        wake(job)
    return moved


def _take_back(job: Job) -> int:
    """running → queued (or dead after the last attempt), if nobody was faster."""
    moved = _moved_back(job)
    if moved and job.place:
        wake_for(job.place)
    return moved


def _moved_back(job: Job) -> int:
    held = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, state=job.state)
    if job.state == Job.State.CANCELLING:
        return held.update(
            state=Job.State.CANCELLED, finished_at=timezone.now(), lease_token="", place=""
        )
    if job.attempts >= job.max_attempts:
        message = _("The worker stopped in the middle of this %(n)s times. It is not tried again.")
        return held.update(
            state=Job.State.DEAD,
            error=message % {"n": job.attempts},
            finished_at=timezone.now(),
            lease_token="",
            place="",
        )
    back = held.update(
        state=Job.State.QUEUED, lease_token="", lease_until=None, run_after=timezone.now(),
        place="",
    )  # fmt: skip
    if back:
        wake(job)
    return back
