"""Holding a review: the figures propose, a person decides, and it stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.models import Dashboard
from dashboards.content.services.locking import locked_under_way
from dashboards.usage.models import Review
from dashboards.usage.selectors.reviews import look_of
from personas.permissions import require_ace

FARTHEST = timedelta(days=731)


def hold_review(
    *,
    actor: User,
    dashboard: Dashboard,
    verdict: str,
    reason: str = "",
    next_due: date | None = None,
) -> Review:
    """Record a verdict beside the one proposed; another one than that needs a reason.

    The next review is due when the actor says, or 30, 60 and 90 days after the launch and then
    every 90 days. A verdict of stop retires nothing by itself.
    """
    require_ace(actor)
    today = site_today()
    with transaction.atomic():
        row = locked_under_way(dashboard)
        if row.reviews.filter(held_on=today).exists():
            raise Conflict(_("A review was held today already."))
        look = look_of(row)
        next_due = next_due or look.next_due
        if not today < next_due <= today + FARTHEST:
            raise Invalid(_("Choose a day after today, within two years."), field="next_due")
        if verdict != look.proposal.verdict and not reason.strip():
            raise Invalid(_("The figures propose another verdict: say why."), field="reason")
        review = Review(
            dashboard=row, verdict=verdict, proposed=look.proposal.verdict, by=actor,
            figures=look.to_json(), reason=reason.strip(), held_on=today, next_due=next_due,
        )  # fmt: skip
        review.full_clean()
        review.save()
        row.review_due = next_due
        row.save(update_fields=["review_due", "updated_at"])
        record(
            actor=actor, action="dashboard.review", target=row, verdict=verdict,
            proposed=review.proposed, next_due=next_due.isoformat(),
        )  # fmt: skip
    return review
