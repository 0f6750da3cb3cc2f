"""What people decide because of a dashboard, with the figures of that moment."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import is_ahead, site_today
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from dashboards.content.key_figures import key_figures
from dashboards.content.models import Dashboard, Version
from dashboards.content.pinning import pin_of
from dashboards.content.selectors import document_of, launched_to, released_of
from dashboards.content.services.locking import locked_under_way
from dashboards.content.sources import pinned
from dashboards.permissions import require_under_way
from dashboards.usage.models import Decision
from dashboards.usage.permissions import require_conclusion
from kpis.scopes import scope_of


def log_decision(
    *,
    actor: User,
    dashboard: Dashboard,
    text: str,
    made_on: date | None = None,
    tile: str = "",
    filters: str = "",
    kpi_version: int | None = None,
) -> Decision:
    """Write down a decision; the key figures of the released version are kept beside it.

    So is the figure behind a ``tile``, where one is named, under the filters of an address.
    """
    if not launched_to(actor).filter(pk=dashboard.pk).exists():
        raise NotVisible("")
    require_under_way(dashboard)
    released = released_of(dashboard)
    if released is None:
        raise Conflict(_("There are no figures to decide by yet: no version is released."))
    made_on = made_on or site_today()
    if is_ahead(made_on):
        raise Invalid(_("This day has not come yet."), field="made_on")
    decision = Decision(
        dashboard=dashboard, text=text.strip(), made_on=made_on, by=actor,
        figures=figures_now(released, actor),
    )  # fmt: skip
    if tile:
        decision.figures["pinned"] = pin_of(released, tile, filters, kpi_version, reader=actor)
    with transaction.atomic():
        locked_under_way(dashboard)
        decision.full_clean()
        decision.save()
        record(actor=actor, action="decision.log", target=dashboard, decision=decision.pk)
    return decision


def figures_now(version: Version, reader: User) -> dict[str, Any]:
    """``{version, scope, at, figures: [{name, value, target, status}]}``, as printed.

    ``scope`` says whose rows they are, as the reader sees them. With a figure that was pinned
    there is also ``pinned``, see ``content.pinning``.
    """
    shown = key_figures({version.dashboard_id: version}, reader=reader)[version.dashboard_id]
    return {
        "version": version.number,
        "scope": scope_of(reader, pinned(document_of(version).kpi_versions)),
        "at": timezone.now().isoformat(timespec="seconds"),
        "figures": [
            {
                "name": figure.name,
                "value": str(figure.view.value),
                "target": figure.view.target,
                "status": figure.view.status or "none",
                "status_word": figure.view.status_word,
            }
            for figure in shown
        ],
    }


def conclude_decision(*, actor: User, decision: Decision, outcome: str) -> Decision:
    """Say what came of it; said again, it replaces what was said before."""
    require_conclusion(actor, decision)
    with transaction.atomic():
        locked_under_way(decision.dashboard)
        row = Decision.objects.select_for_update().get(pk=decision.pk)
        row.outcome, row.outcome_at, row.outcome_by = outcome.strip(), timezone.now(), actor
        if not row.outcome:
            raise Invalid(_("Say what came of it."), field="outcome")
        row.full_clean()
        row.save(update_fields=["outcome", "outcome_at", "outcome_by", "updated_at"])
        record(actor=actor, action="decision.outcome", target=row.dashboard, decision=row.pk)
    return row
