"""What a person does to a job."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services.queue import wake
from ace_portal.lib.errors import Conflict, NotAllowed
from ace_portal.lib.permissions import OPERATIONS


def retry(*, actor: User, job: Job) -> Job:
    """failed or dead → queued, by a person."""
    _may_steer(actor, job)
    with transaction.atomic():
        over = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.DEAD])
        try:
            with transaction.atomic():
                moved = over.update(
                    state=Job.State.QUEUED, attempts=0, run_after=timezone.now(), error=""
                )
        except IntegrityError as error:
            raise Conflict(_("The same work waits or runs already.")) from error
        if not moved:
            raise Conflict(_("Only work that has failed can be tried again."))
        record(actor=actor, action="job.retry", target=job)
        transaction.on_commit(lambda: wake(job))
    job.refresh_from_db()
    return job


def cancel(*, actor: User, job: Job) -> Job:
    """queued → cancelled, running → cancelling."""
    _may_steer(actor, job)
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
        running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
        moved = waiting.update(state=Job.State.CANCELLED, finished_at=timezone.now())
        moved = moved or running.update(state=Job.State.CANCELLING)
        if not moved:
            raise Conflict(_("This work is over already."))
        record(actor=actor, action="job.cancel", target=job)
    job.refresh_from_db()
    return job


def _may_steer(actor: User, job: Job) -> None:
    if not (actor.is_active and OPERATIONS.lets(actor)):
        raise NotAllowed(_("Only the ACE team and administrators steer background work."))
