"""What background work on data and KPIs is about, for who may open that."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from kpis.models import Load, Refresh
from kpis.permissions import manages_data

Subjects = dict[int, tuple[str, str]]


def loads_of_work(user: User, jobs: Sequence[Job]) -> Subjects:
    if not manages_data(user):
        return {}
    loads = Load.objects.filter(job__in=jobs).select_related("dataset")
    return {load.job_id: (str(load), _page_of(load)) for load in loads if load.job_id is not None}


def refreshes_of_work(user: User, jobs: Sequence[Job]) -> Subjects:
    if not user.is_ace:
        return {}
    refreshes = Refresh.objects.filter(job__in=jobs).select_related("kpi")
    return {
        refresh.job_id: (refresh.kpi.name, reverse("kpis:kpi-detail", args=[refresh.kpi.slug]))
        for refresh in refreshes
        if refresh.job_id is not None
    }


def passes_of_work(user: User, jobs: Sequence[Job]) -> Subjects:
    """The load after which the KPIs are computed."""
    if not manages_data(user):
        return {}
    wanted = {job.pk: job.payload["load"] for job in jobs}
    loads = Load.objects.select_related("dataset").in_bulk(set(wanted.values()))
    return {
        job: (str(loads[load]), _page_of(loads[load]))
        for job, load in wanted.items()
        if load in loads
    }


def _page_of(load: Load) -> str:
    return reverse("kpis:load-detail", args=[load.dataset.slug, load.number])
