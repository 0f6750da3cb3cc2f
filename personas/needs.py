"""What waits for the owner of personas and blueprints."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.needs import AT_MOST, Need, beginning_of
from personas.models import Blueprint, BlueprintVersion, Persona


def reviews_due(user: User) -> list[Need]:
    """Personas and blueprints whose day to look again is over."""
    if not user.is_ace:
        return []
    today = site_today()
    personas = Persona.objects.filter(owner=user, review_due__lt=today)
    personas = personas.exclude(state=Persona.State.RETIRED)
    blueprints = Blueprint.objects.filter(owner=user, review_due__lt=today, archived_at=None)
    return [
        Need(kind, str(row), row.get_absolute_url(), beginning_of(row.review_due), tone="watch")
        for kind, rows in (
            (_("Persona to review"), personas.order_by("review_due", "pk")),
            (_("Blueprint to review"), blueprints.order_by("review_due", "pk")),
        )
        for row in rows[:AT_MOST]
        if row.review_due is not None
    ]


def drafts_of(user: User) -> list[Need]:
    """Blueprints that the person has begun and not published."""
    if not user.is_ace:
        return []
    rows = BlueprintVersion.objects.filter(
        state=BlueprintVersion.State.DRAFT, blueprint__owner=user, blueprint__archived_at=None
    )
    return [
        Need(_("Blueprint in draft"), row.blueprint.scenario, row.blueprint.get_absolute_url(),
             row.updated_at)
        for row in rows.select_related("blueprint").order_by("updated_at", "pk")[:AT_MOST]
    ]  # fmt: skip
