"""Whose reports one sees, and who may get one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Invalid, NotVisible, PortalError
from ace_portal.lib.saying import said
from ace_portal.lib.selectors import first_or_404
from dashboards.content.document import Document
from dashboards.content.filters import read_state, span_of, state_words
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of, launched_to, launches_of, released_of
from dashboards.content.sources import sources_of, today_of
from dashboards.reports.models import ReportRun, Subscription
from personas.models import Membership


def subscriptions_for(user: User) -> QuerySet[Subscription]:
    """All for the ACE, else one's own, also of a dashboard that is closed to one since."""
    rows = Subscription.objects.select_related("dashboard", "person", "by")
    rows = rows.annotate(known=Exists(launched_to(user).filter(pk=OuterRef("dashboard"))))
    return rows if user.is_ace else rows.filter(person=user)


def with_failures(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Those whose last run failed."""
    latest = ReportRun.objects.filter(subscription=OuterRef("pk")).values("state")[:1]
    return rows.annotate(last_state=Subquery(latest)).filter(last_state=ReportRun.State.FAILED)


def subscription_for(user: User, pk: int) -> Subscription:
    return first_or_404(subscriptions_for(user).filter(pk=pk))


def subscriptions_of(user: User, dashboard: Dashboard) -> QuerySet[Subscription]:
    return subscriptions_for(user).filter(dashboard=dashboard)


def runs_of(subscription: Subscription) -> QuerySet[ReportRun]:
    return ReportRun.objects.filter(subscription=subscription).select_related("version", "asked_by")


def run_of(subscription: Subscription, pk: int) -> ReportRun:
    return first_or_404(runs_of(subscription).filter(pk=pk))


def runs_of_work(user: User, jobs: Sequence[Job]) -> dict[int, tuple[str, str]]:
    """What the work on reports is about, for the ACE: the dashboard, leading to the report."""
    if not user.is_ace:
        return {}
    runs = ReportRun.objects.filter(job__in=jobs).select_related("subscription__dashboard")
    return {
        run.job_id: (
            run.subscription.dashboard.name,
            reverse("dashboards:report-detail", args=[run.subscription_id]),
        )
        for run in runs
        if run.job_id is not None
    }


def last_runs(subscriptions: Iterable[Subscription]) -> dict[int, ReportRun]:
    """The last run of each that has one, in one query."""
    latest = ReportRun.objects.filter(subscription=OuterRef("subscription")).values("pk")[:1]
    runs = ReportRun.objects.filter(subscription__in=list(subscriptions), pk=Subquery(latest))
    return {run.subscription_id: run for run in runs}


def may_open(person: User, dashboard: Dashboard) -> bool:
    return person.is_active and launched_to(person).filter(pk=dashboard.pk).exists()


def require_open(person: User, dashboard: Dashboard) -> None:
    """A pilot alone gets no reports: they are of the released version."""
    if not may_open(person, dashboard):
        raise NotVisible("")


def readers_of(dashboard: Dashboard) -> QuerySet[User]:
    """Who may open a dashboard today."""
    groups = [launch.group_id for launch in launches_of(dashboard)]
    members = Membership.objects.valid_on(site_today()).filter(
        user=OuterRef("pk"), group__in=groups
    )
    people = User.objects.filter(is_active=True).filter(Q(is_ace=True) | Exists(members))
    return people.order_by("name", "pk")


def reader_by_email(user: User, dashboard: Dashboard, email: str) -> User:
    """Oneself, or for the ACE anybody who may open it; everybody else is as if unknown."""
    people = readers_of(dashboard) if user.is_ace else User.objects.filter(pk=user.pk)
    person = people.filter(email__iexact=email).first()
    if person is None:
        raise Invalid(_("No such person may open this dashboard."), field="person")
    return person


def why_nothing_is_sent(subscription: Subscription) -> str:
    """In a sentence, at this moment; empty where something is."""
    if not subscription.person.is_active:
        return _("The account is not active any more.")
    if subscription.dashboard.is_over:
        return _("The dashboard is archived; its reports have ended.")
    if not may_open(subscription.person, subscription.dashboard):
        return _("The dashboard is not open to this person any more.")
    if released_of(subscription.dashboard) is None:
        return _("No version of the dashboard is released.")
    return ""


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind of the mail with a report: does its person still get it?"""
    wanted = Subscription.objects.filter(
        pk__in=[about["subscription"] for about in abouts], person=person, ended_at__isnull=True
    )
    wanted = wanted.exclude(dashboard__status__in=Dashboard.OVER)
    released = Version.objects.filter(dashboard=OuterRef("dashboard"), state=Version.State.RELEASED)
    open_to_them = launched_to(person).values("pk")
    rows = wanted.filter(Exists(released), dashboard__in=open_to_them)
    kept = set(rows.values_list("pk", flat=True))
    return [about["subscription"] in kept for about in abouts]


def readable_failures(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind of what could not be shown: the ACE's affair."""
    return [person.is_active and person.is_ace for _about in abouts]


def filters_in_words(dashboard: Dashboard, query: str) -> str:
    """The filters of a subscription under the version of today."""
    version = released_of(dashboard)
    if version is None:
        return ""
    try:
        return words_of(document_of(version), query)
    except PortalError as error:
        return said(error.message)


def words_of(document: Document, query: str) -> str:
    state = read_state(document, QueryDict(query))
    today = today_of(sources_of(document.kpi_versions).values())
    return state_words(document, state, span_of(state, today))
