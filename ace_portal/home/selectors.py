"""What needs a person now, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from dashboards.content.models import Version
from dashboards.usage.selectors.adoption import adoption_dropping
from dashboards.usage.selectors.reviews import reviews_due as dashboards_to_review
from dashboards.usage.wording import percent
from feedback.models import Thread
from feedback.selectors import threads_for
from kpis.models import KPIVersion, Load, Refresh
from office_hours.selectors.ama import questions_due, sessions_to_close
from personas.models import BlueprintVersion, Question

AT_MOST = 12
FEEDBACK_LATE_DAYS = 5


@dataclass(frozen=True)
class Need:
    """One thing that waits for somebody. ``tone`` is bad, watch or none."""

    tone: str
    what: str
    about: str
    url: str
    since: datetime


def needs_of(user: User) -> list[Need]:
    """What the ACE has to look at: what failed, what is begun, what nobody has answered."""
    if not user.is_ace:
        return []
    found = [
        *failed_refreshes(),
        *unanswered_feedback(user),
        *(failed_loads() if user.may_manage_data else []),
        *reviews_due(user),
        *adoption_drops(user),
        *drafts_of(user),
        *unanswered_questions(user),
        *sessions_left(user),
    ]
    return sorted(found, key=lambda need: need.since)[:AT_MOST]


def failed_refreshes() -> list[Need]:
    """KPIs whose latest attempt failed; their figures are older than they should be."""
    latest = Refresh.objects.filter(kpi=OuterRef("kpi")).order_by("-pk").values("pk")[:1]
    rows = Refresh.objects.filter(state=Refresh.State.FAILED, pk=Subquery(latest))
    return [
        Need("bad", _("Refresh failed"), f"{row.kpi.name}: {row.error}",
             row.kpi.get_absolute_url(), row.created_at)
        for row in rows.select_related("kpi")[:AT_MOST]
    ]  # fmt: skip


def failed_loads() -> list[Need]:
    """Datasets whose latest load was rejected."""
    latest = Load.objects.filter(dataset=OuterRef("dataset")).order_by("-number").values("pk")[:1]
    rows = Load.objects.filter(state=Load.State.REJECTED, pk=Subquery(latest))
    return [
        Need("bad", _("Load rejected"), f"{row.dataset.name}: {row.error}",
             row.dataset.get_absolute_url(), row.created_at)
        for row in rows.select_related("dataset")[:AT_MOST]
    ]  # fmt: skip


def unanswered_feedback(user: User) -> list[Need]:
    """Threads without a word of the ACE, on anybody's dashboards; late ones stand out."""
    rows = threads_for(user).filter(state=Thread.State.OPEN, answered_at=None)
    late = timezone.now() - timedelta(days=FEEDBACK_LATE_DAYS)
    return [
        Need("watch" if row.created_at < late else "none", _("Feedback without an answer"),
             f"{row.title} ({row.dashboard.name})", row.get_absolute_url(), row.created_at)
        for row in rows.order_by("created_at")[:AT_MOST]
    ]  # fmt: skip


def reviews_due(user: User) -> list[Need]:
    midnight = datetime.min.time()
    return [
        Need("watch", _("Review is due"), row.name, reverse("dashboards:reviews", args=[row.slug]),
             timezone.make_aware(datetime.combine(row.review_due, midnight)))
        for row in dashboards_to_review(user)[:AT_MOST]
    ]  # fmt: skip


def adoption_drops(user: User) -> list[Need]:
    """The person's dashboards that clearly fewer people use than thirty days ago."""
    return [
        Need("watch", _("Adoption drops"),
             _("%(name)s: reach %(now)s, %(before)s before")
             % {"name": drop.dashboard.name, "now": percent(drop.now),
                "before": percent(drop.before)},
             reverse("dashboards:dashboard-adoption", args=[drop.dashboard.slug]), drop.since)
        for drop in adoption_dropping(user)[:AT_MOST]
    ]  # fmt: skip


def drafts_of(user: User) -> list[Need]:
    """What the person has begun and not published."""
    blueprints = BlueprintVersion.objects.filter(state="draft", blueprint__owner=user)
    kpis = KPIVersion.objects.filter(state="draft", kpi__owner=user)
    versions = Version.objects.filter(state="draft", dashboard__owner=user)
    return [
        *(Need("none", _("Blueprint in draft"), row.blueprint.scenario,
               row.blueprint.get_absolute_url(), row.updated_at)
          for row in blueprints.select_related("blueprint")[:AT_MOST]),
        *(Need("none", _("KPI in draft"), row.kpi.name, row.kpi.get_absolute_url(), row.updated_at)
          for row in kpis.select_related("kpi")[:AT_MOST]),
        *(Need("none", _("Dashboard version in draft"), row.dashboard.name,
               row.dashboard.get_absolute_url(), row.updated_at)
          for row in versions.select_related("dashboard")[:AT_MOST]),
    ]  # fmt: skip


def unanswered_questions(user: User) -> list[Need]:
    """Questions of one's personas that no KPI answers yet."""
    rows = Question.objects.filter(persona__owner=user, kpis__isnull=True)
    return [
        Need("none", _("Question without a KPI"), row.text, row.get_absolute_url(), row.created_at)
        for row in rows.select_related("persona")[:AT_MOST]
    ]


def sessions_left(user: User) -> list[Need]:
    """What a session has left to the person: to close it, and to answer what was put off."""
    today = timezone.localdate()
    return [
        *(Need("watch", _("Session to close"), session.title, session.get_absolute_url(),
               session.ends_at)
          for session in sessions_to_close(user)[:AT_MOST]),
        *(Need("watch" if question.due and question.due < today else "none",
               _("Question of a session to answer by %(day)s")
               % {"day": date_format(question.due, "j M") if question.due else ""},
               question.text, question.get_absolute_url(), question.updated_at)
          for question in questions_due(user)[:AT_MOST]),
    ]  # fmt: skip
