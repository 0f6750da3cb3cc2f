"""What runs, ran, failed, waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.jobs import selectors, services
from ace_portal.lib.forms import attempt
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import OPERATIONS, SIGNED_IN, access


@access(OPERATIONS)
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.jobs_for(person_of(request)))
    return render(request, "jobs/jobs.html", {"page": page})


@access(SIGNED_IN)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar of one job, fetched again and again while it is open."""
    job = selectors.job_for(person_of(request), pk)
    response = render(request, "jobs/_progress.html", {"job": job})
    if not job.is_open:
        response["HX-Refresh"] = "true"
    return response


@access(OPERATIONS)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    job = selectors.job_for(user, pk)
    attempt(request, lambda: services.retry(actor=user, job=job))
    return redirect("jobs:jobs")


@access(OPERATIONS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    job = selectors.job_for(user, pk)
    attempt(request, lambda: services.cancel(actor=user, job=job))
    return redirect("jobs:jobs")
