"""Which work a person may look at."""

from __future__ import annotations

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job, JobQuerySet
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.permissions import OPERATIONS


def jobs_for(user: User) -> JobQuerySet:
    """All work for the ACE and administrators, else one's own."""
    jobs = Job.objects.select_related("actor")
    return jobs if OPERATIONS.lets(user) else jobs.filter(actor=user)


def job_for(user: User, pk: int) -> Job:
    job = jobs_for(user).filter(pk=pk).first()
    if job is None:
        raise NotVisible("")
    return job
