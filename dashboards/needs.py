"""What waits for the owner of dashboards. And what waits at a gate."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.needs import AT_MOST, Need, beginning_of
from dashboards.content.models import Version
from dashboards.lifecycle.selectors import gate_url, gates_waiting
from dashboards.reports.models import ReportRun
from dashboards.usage.selectors.adoption import adoption_dropping
from dashboards.usage.selectors.reviews import reviews_due as dashboards_to_review
from dashboards.usage.wording import percent


def reviews_due(user: User) -> list[Need]:
    """Dashboards whose day to look back is over."""
    return [
        Need(_("Review is due"), row.name, reverse("dashboards:reviews", args=[row.slug]),
             beginning_of(row.review_due), tone="watch")
        for row in dashboards_to_review(user)[:AT_MOST]
    ]  # fmt: skip


def adoption_drops(user: User) -> list[Need]:
    """The person's dashboards that clearly fewer people use than thirty days ago."""
    return [
        Need(_("Adoption drops"),
             _("%(name)s: reach %(now)s, %(before)s before")
             % {"name": drop.dashboard.name, "now": percent(drop.now),
                "before": percent(drop.before)},
             reverse("dashboards:dashboard-adoption", args=[drop.dashboard.slug]), drop.since,
             tone="watch")
        for drop in adoption_dropping(user)[:AT_MOST]
    ]  # fmt: skip


def drafts_of(user: User) -> list[Need]:
    """Versions that the person has begun and not released."""
    if not user.is_ace:
        return []
    rows = Version.objects.filter(state=Version.State.DRAFT, dashboard__owner=user)
    rows = rows.select_related("dashboard").defer("document")
    return [
        Need(_("Dashboard version in draft"), row.dashboard.name, row.dashboard.get_absolute_url(),
             row.updated_at)
        for row in rows.order_by("updated_at", "pk")[:AT_MOST]
    ]  # fmt: skip


def gates_to_decide(user: User) -> list[Need]:
    """Gates at which a colleague has asked for a decision."""
    return [
        Need(_("Gate %(n)d waits for a decision") % {"n": row.stage}, row.name, gate_url(row),
             row.gate_asked_at or row.updated_at, tone="watch")
        for row in gates_waiting(user)[:AT_MOST]
    ]  # fmt: skip


def failed_reports(user: User) -> list[Need]:
    """Reports of one's dashboards whose last run failed, and are still wanted."""
    if not user.is_ace:
        return []
    latest = ReportRun.objects.filter(subscription=OuterRef("subscription")).values("pk")[:1]
    rows = ReportRun.objects.filter(
        state=ReportRun.State.FAILED, pk=Subquery(latest), subscription__ended_at=None,
        subscription__dashboard__owner=user,
    )  # fmt: skip
    rows = rows.select_related("subscription__dashboard", "subscription__person")
    return [
        Need(_("Report failed"), f"{row.subscription}: {row.reason}",
             row.subscription.get_absolute_url(), row.ended_at or row.due_at, tone="bad")
        for row in rows.order_by("ended_at", "pk")[:AT_MOST]
    ]  # fmt: skip
