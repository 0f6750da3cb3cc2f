"""What a review looks at, what was reviewed and decided, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of, launched_to
from dashboards.content.sources import pinned
from dashboards.usage.arithmetic import (
    Counts,
    Proposal,
    Stretch,
    Thresholds,
    next_review,
    propose,
)
from dashboards.usage.models import Decision, Review, ViewEvent
from dashboards.usage.selectors.adoption import Adoption, adoption_of, launched_on, totals_of
from dashboards.usage.windows import last_days, since
from kpis.scopes import scopes_of


def thresholds() -> Thresholds:
    return Thresholds(
        settings.REVIEW_REACH / 100, settings.REVIEW_RETURNING / 100, settings.REVIEW_STOP / 100
    )


@dataclass(frozen=True)
class Look:
    """What the figures say today, for the time since the last review."""

    adoption: Adoption
    decisions: int
    before: Stretch | None
    limits: Thresholds
    proposal: Proposal
    next_due: date

    def to_json(self) -> dict[str, Any]:
        """What a review keeps of it: what was shown, with the limits of that day."""
        window = self.adoption.window
        return {
            "first": window.first.isoformat(),
            "last": window.last.isoformat(),
            "total": counts_json(self.adoption.total),
            "groups": [
                {"name": line.name, **counts_json(line.counts)} for line in self.adoption.groups
            ],
            "decisions": self.decisions,
            "limits": asdict(self.limits),
            "conditions": asdict(self.proposal),
        }


def counts_json(counts: Counts) -> dict[str, Any]:
    """Figures as they are shown: of fewer than five people nothing."""
    if counts.masked:
        return {"masked": True}
    return {
        "masked": False,
        "members": counts.members,
        "viewers": counts.viewers,
        "never": counts.never,
        "returning": counts.returning,
        "reach": counts.reach,
        "returned": counts.returned,
        "active": counts.active,
    }


def look_of(dashboard: Dashboard) -> Look:
    """The days after the last review, or since the launch; without either the last thirty."""
    last = Review.objects.filter(dashboard=dashboard).first()
    launched = launched_on([dashboard]).get(dashboard.pk)
    begin = last.held_on + timedelta(days=1) if last is not None else launched
    window = since(begin) if begin is not None else last_days()
    adoption = adoption_of(dashboard, window)
    decisions = Decision.objects.filter(
        dashboard=dashboard, made_on__gte=window.first, made_on__lte=window.last
    ).count()
    before = stretch_kept(last.figures) if last is not None else None
    limits = thresholds()
    total = adoption.total
    now = Stretch(total.reach, total.returned, decisions, total.masked)
    return Look(
        adoption=adoption, decisions=decisions, before=before, limits=limits,
        proposal=propose(now, before, limits), next_due=next_review(launched, site_today()),
    )  # fmt: skip


def stretch_kept(figures: dict[str, Any]) -> Stretch:
    """What an earlier review looked at."""
    total = figures["total"]
    return Stretch(total.get("reach"), total.get("returned"), figures["decisions"], total["masked"])


def reviews_of(dashboard: Dashboard) -> QuerySet[Review]:
    return dashboard.reviews.select_related("by")


#: of figures whose version is gone nobody can tell whose rows they are
UNKNOWN = "unknown"


def decisions_of(user: User, dashboard: Dashboard) -> QuerySet[Decision]:
    """Latest first, for everybody to whom its figures are open; a pilot alone reads none."""
    rows = dashboard.decisions.filter(dashboard__in=launched_to(user).values("pk"))
    return rows.select_related("by", "outcome_by")


def as_open_to(user: User, rows: Iterable[Decision]) -> list[Decision]:
    """The decisions of a dashboard without figures of rows that are not the reader's today.

    In three queries at most and two per storey of derived KPIs, however many decisions there are.
    """
    found = list(rows)
    numbers = {row.figures["version"] for row in found}
    wanted = {row.dashboard_id for row in found}
    versions = Version.objects.filter(dashboard__in=wanted, number__in=numbers)
    documents = {(v.dashboard_id, v.number): document_of(v) for v in versions}
    known = {v.pk: v for v in pinned(pk for d in documents.values() for pk in d.kpi_versions)}
    scopes = scopes_of(
        user,
        {
            place: [known[pk] for pk in document.kpi_versions if pk in known]
            for place, document in documents.items()
        },
    )
    for row in found:
        scope = scopes.get((row.dashboard_id, row.figures["version"]), UNKNOWN)
        left_out = scope not in ("", row.figures.get("scope", ""))
        told = {name: value for name, value in row.figures.items() if name != "scope"}
        hidden: dict[str, Any] = {"figures": [], "pinned": None, "left_out": True}
        row.figures = {**told, **hidden} if left_out else told
    return found


def decision_of(user: User, dashboard: Dashboard, pk: int) -> Decision:
    return first_or_404(decisions_of(user, dashboard).filter(pk=pk))


def views_of(user: User, dashboard: Dashboard) -> QuerySet[ViewEvent]:
    """A person's own views, latest first."""
    views = ViewEvent.objects.filter(user=user, dashboard=dashboard)
    return views.select_related("version").defer("version__document")


def days_kept() -> int:
    return int(settings.VIEW_DAYS)


def reviews_due(user: User) -> QuerySet[Dashboard]:
    """The person's dashboards whose review is over its day."""
    if not user.is_ace:
        return Dashboard.objects.none()
    rows = Dashboard.objects.filter(owner=user, review_due__lt=site_today())
    return rows.exclude(status__in=Dashboard.OVER).order_by("review_due")


@dataclass(frozen=True)
class Use:
    """What a card of the portfolio says: reach of the last thirty days, and the last review."""

    counts: Counts | None
    verdict: str
    reviewed_on: date | None


def uses_of(dashboards: Iterable[Dashboard]) -> dict[int, Use]:
    """Of each dashboard, in two queries."""
    rows = list(dashboards)
    totals = totals_of(rows, last_days())
    latest = Review.objects.filter(dashboard=OuterRef("dashboard")).values("pk")[:1]
    last = Review.objects.filter(
        dashboard__in=[row.pk for row in rows], pk=Subquery(latest)
    ).defer("figures")  # fmt: skip
    reviews = {review.dashboard_id: review for review in last}
    return {
        row.pk: Use(
            totals.get(row.pk),
            str(review.get_verdict_display()) if (review := reviews.get(row.pk)) else "",
            review.held_on if review else None,
        )
        for row in rows
    }
