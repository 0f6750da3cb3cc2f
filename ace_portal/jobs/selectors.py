"""Which work a person may look at."""

from __future__ import annotations

from django.db.models import Count

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job, JobQuerySet
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.permissions import OPERATIONS

#: what a list of work is narrowed to → the states of a job in it
SECTIONS = {
    "open": Job.OPEN,
    "failed": Job.TROUBLED,
    "over": (Job.State.DONE, Job.State.CANCELLED),
}


def jobs_for(user: User) -> JobQuerySet:
    """All work for the ACE and administrators, else one's own."""
    jobs = Job.objects.select_related("actor")
    return jobs if OPERATIONS.lets(user) else jobs.filter(actor=user)


def section_of(jobs: JobQuerySet, section: str) -> JobQuerySet:
    """The work of a section; all of it under any other name."""
    states = SECTIONS.get(section)
    return jobs if states is None else jobs.filter(state__in=states)


def counts_of(jobs: JobQuerySet) -> dict[str, int]:
    """How much work each section has."""
    rows = jobs.order_by().values_list("state").annotate(n=Count("pk"))
    by_state = dict(rows)
    return {
        section: sum(by_state.get(state, 0) for state in states)
        for section, states in SECTIONS.items()
    }


def job_for(user: User, pk: int) -> Job:
    job = jobs_for(user).filter(pk=pk).first()
    if job is None:
        raise NotVisible("")
    return job
