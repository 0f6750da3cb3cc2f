"""What waits for who answers for figures and data."""

from __future__ import annotations

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.lib.needs import AT_MOST, Need
from kpis.models import KPIVersion, Load, Refresh
from kpis.permissions import manages_data
from personas.models import Question


def failed_refreshes(user: User) -> list[Need]:
    """KPIs whose latest attempt failed, or was given up with the work that it was part of.

    Their figures are older than they should be.
    """
    if not user.is_ace:
        return []
    latest = Refresh.objects.filter(kpi=OuterRef("kpi")).order_by("-pk").values("pk")[:1]
    given_up = Q(state=Refresh.State.QUEUED, job__state__in=[*Job.TROUBLED, Job.State.CANCELLED])
    rows = Refresh.objects.filter(Q(state=Refresh.State.FAILED) | given_up, pk=Subquery(latest))
    rows = rows.filter(kpi__retired_at=None)
    return [
        Need(_("Refresh failed"), f"{row.kpi.name}: {row.trouble}", row.kpi.get_absolute_url(),
             row.created_at, tone="bad")
        for row in rows.select_related("kpi", "job").order_by("created_at", "pk")[:AT_MOST]
    ]  # fmt: skip


def failed_loads(user: User) -> list[Need]:
    """Datasets whose latest load was rejected."""
    if not manages_data(user):
        return []
    latest = Load.objects.filter(dataset=OuterRef("dataset")).order_by("-number").values("pk")[:1]
    rows = Load.objects.filter(state=Load.State.REJECTED, pk=Subquery(latest))
    return [
        Need(_("Load rejected"), f"{row.dataset.name}: {row.error}",
             row.dataset.get_absolute_url(), row.created_at, tone="bad")
        for row in rows.select_related("dataset").order_by("created_at", "pk")[:AT_MOST]
    ]  # fmt: skip


def drafts_of(user: User) -> list[Need]:
    """KPIs that the person has begun and not published."""
    if not user.is_ace:
        return []
    rows = KPIVersion.objects.filter(state=KPIVersion.State.DRAFT, kpi__owner=user)
    return [
        Need(_("KPI in draft"), row.kpi.name, row.kpi.get_absolute_url(), row.updated_at)
        for row in rows.select_related("kpi").order_by("updated_at", "pk")[:AT_MOST]
    ]


def unanswered_questions(user: User) -> list[Need]:
    """Questions of one's personas that no KPI answers yet."""
    if not user.is_ace:
        return []
    rows = Question.objects.filter(persona__owner=user, kpis__isnull=True)
    return [
        Need(_("Question without a KPI"), row.text, row.get_absolute_url(), row.created_at)
        for row in rows.select_related("persona").order_by("created_at", "pk")[:AT_MOST]
    ]
