"""Reports by mail: subscribing from a dashboard, one's own list, what became of each time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.forms.reports import TIMES, ReportForm
from dashboards.frame import opened, trail
from dashboards.people import choice_for
from dashboards.reports import selectors
from dashboards.reports.models import Subscription
from dashboards.reports.services import runs
from dashboards.reports.services import subscriptions as services

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 30


@access(SIGNED_IN)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """One's own; the ACE sees all of them, and those that fail."""
    user = person_of(request)
    rows = selectors.subscriptions_for(user)
    tab = request.GET.get("tab", "all") if user.is_ace else "mine"
    if tab == "mine":
        rows = rows.filter(person=user)
    elif tab == "failed":
        rows = selectors.with_failures(rows)
    page = page_of(request, rows, size=PER_PAGE)
    last = selectors.last_runs(page.object_list)
    lines = [{"report": row, "last": last.get(row.pk)} for row in page.object_list]
    context = {"page": page, "lines": lines, "tabs": _tabs(tab) if user.is_ace else []}
    return render(request, "dashboards/reports.html", context)


def _tabs(here: str) -> list[dict[str, Any]]:
    labels = {"all": _("All"), "failed": _("Failed last time"), "mine": _("Yours")}
    base = reverse("dashboards:reports")
    return [
        {"label": label, "url": f"{base}?tab={name}", "current": name == here}
        for name, label in labels.items()
    ]


@access(SIGNED_IN)
@require_http_methods(FORM)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, selectors.require_open)
    initial = {"zone": "" if user.is_ace else user.time_zone, "query": request.GET.get("filters")}
    words = request.GET.get("find", "")
    choice = choice_for(user, dashboard, "report", words) if user.is_ace else None
    form = ReportForm(
        request.POST or None, initial=initial | _chosen(request), user=user, choice=choice
    )
    return form_page(
        request,
        form,
        lambda **given: services.subscribe(actor=user, dashboard=dashboard, **given),
        done=Subscription.get_absolute_url,
        said=_("Subscribed."),
        template="dashboards/report_form.html",
        title=_("%(name)s by mail") % {"name": dashboard.name},
        submit=_("Subscribe"),
        choice=choice,
        keep=[("filters", initial["query"])] if initial["query"] else [],
        crumbs=trail(dashboard, _("Subscribe")),
        cancel_url=dashboard.get_absolute_url(),
        **_beside(form, _asked_for(form, user), selectors.filters_in_words(
            dashboard, str(form["query"].value() or "")
        )),
    )  # fmt: skip


@access(SIGNED_IN)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    report = selectors.subscription_for(user, pk)
    initial = ReportForm.initial_of(report) | _chosen(request)
    form = ReportForm(request.POST or None, initial=initial, user=user)
    return form_page(
        request,
        form,
        lambda query, **given: services.change_subscription(
            actor=user, subscription=report, **given
        ),
        done=Subscription.get_absolute_url,
        said=_("Saved."),
        template="dashboards/report_form.html",
        title=_("Change the report"),
        crumbs=_trail(report),
        cancel_url=report.get_absolute_url(),
        **_beside(form, report.person, _filters_of(report)),
    )


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What the form shows while somebody tries other times, so that the next sends follow."""
    return {name: request.GET[name] for name in (*TIMES, "person") if name in request.GET}


def _asked_for(form: ReportForm, user: User) -> User:
    """The person of a new report as chosen so far."""
    if "person" not in form.fields:
        return user
    chosen = str(form["person"].value() or "")
    people = form.fields["person"].queryset  # type: ignore[attr-defined]
    known = chosen.isdecimal() and len(chosen) < 18
    return (people.filter(pk=chosen).first() if known else None) or user


def _beside(form: ReportForm, person: User, filters: str) -> dict[str, Any]:
    sends = sends_of(form.upcoming(person.time_zone), person)
    return {"sends": sends, "person": person, "filters": filters}


def sends_of(moments: list[datetime], person: User) -> list[str]:
    """As the person who gets them reads the clock."""
    zone = ZoneInfo(person.time_zone)
    return [formats.date_format(at.astimezone(zone), "D j M Y, H:i") for at in moments]


def _filters_of(report: Subscription) -> str:
    if not report.open_to_reader:
        return ""
    return selectors.filters_in_words(report.dashboard, report.query)


def _trail(report: Subscription) -> list[dict[str, str]]:
    return [
        {"label": _("Reports"), "url": reverse("dashboards:reports")},
        {"label": report.title, "url": report.get_absolute_url()},
    ]


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    report = selectors.subscription_for(user, pk)
    context = {
        "report": report,
        "filters": _filters_of(report),
        "sends": sends_of(report.upcoming(timezone.now()), report.person),
        "page": page_of(request, selectors.runs_of(report), size=PER_PAGE),
        "own": report.person_id == user.pk,
        "crumbs": _trail(report)[:1],
    }
    return render(request, "dashboards/report.html", context)


@access(SIGNED_IN)
@require_POST
def turn(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Pause, or go on."""
    user = person_of(request)
    report = selectors.subscription_for(user, pk)
    act = services.pause if to == "pause" else services.resume
    attempt(request, lambda: act(actor=user, subscription=report))
    return redirect(report)


@access(SIGNED_IN)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    report = selectors.subscription_for(user, pk)
    services.delete_subscription(actor=user, subscription=report)
    messages.success(request, _("Deleted. Nothing more of it is sent."))
    return redirect("dashboards:reports")


@access(SIGNED_IN)
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    report = selectors.subscription_for(user, pk)
    if attempt(request, lambda: runs.send_now(actor=user, subscription=report)):
        messages.success(request, _("It is on its way to %(to)s.") % {"to": report.person.email})
    return redirect(report)


@access(SIGNED_IN)
@require_POST
def run_again(request: HttpRequest, pk: int, run: int) -> HttpResponse:
    user = person_of(request)
    report = selectors.subscription_for(user, pk)
    found = selectors.run_of(report, run)
    attempt(request, lambda: runs.try_again(actor=user, run=found))
    return redirect(report)
