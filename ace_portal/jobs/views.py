"""What runs, ran, failed, waits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.jobs import selectors, services
from ace_portal.jobs.kinds import told
from ace_portal.lib.forms import attempt
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import OPERATIONS, SIGNED_IN, access

LABELS = {
    "": _("All"),
    "open": _("Runs or waits"),
    "failed": _("Failed"),
    "over": _("Over"),
}


@access(OPERATIONS)
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed to a section; asks for itself again while something is open."""
    user = person_of(request)
    work = selectors.jobs_for(user)
    chosen = request.GET.get("show", "")
    page = page_of(request, selectors.section_of(work, chosen))
    page.object_list = told(user, page.object_list)
    counts = selectors.counts_of(work)
    base = reverse("jobs:jobs")
    tabs = [{"label": LABELS[""], "url": base, "current": chosen not in selectors.SECTIONS}]
    tabs += [
        {
            "label": LABELS[name], "url": f"{base}?show={name}", "current": name == chosen,
            "count": counts[name],
        }
        for name in selectors.SECTIONS
    ]  # fmt: skip
    moves = any(job.is_open for job in page.object_list)
    context = {"page": page, "tabs": tabs, "moves": moves, "nothing": not any(counts.values())}
    return render(request, "jobs/jobs.html", context)


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
    if attempt(request, lambda: services.retry(actor=user, job=job)) is not None:
        messages.success(request, _("It is tried again."))
    return redirect("jobs:jobs")


@access(OPERATIONS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    job = selectors.job_for(user, pk)
    attempt(request, lambda: services.cancel(actor=user, job=job))
    return redirect("jobs:jobs")
