"""A figure that a gate was decided by, kept as it was."""

from __future__ import annotations

from typing import Any, TypedDict

from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.models import Dashboard, Version
from dashboards.content.pinning import pin_of
from dashboards.content.sources import pinned
from dashboards.lifecycle.evidence import evidence_of
from dashboards.lifecycle.standing import FIRST, LAST
from kpis.scopes import scope_of


class Figure(TypedDict, total=False):
    """The figure behind a tile, under the filters of an address; of a table that of one KPI."""

    tile: str
    filters: str
    kpi_version: int | None


def pinned_at(
    actor: User,
    dashboard: Dashboard,
    stage: int,
    tile: str = "",
    filters: str = "",
    kpi_version: int | None = None,
) -> dict[str, Any]:
    """What is kept: ``content.pinning.pin_of`` with the ``version`` that shows it, ``at`` what
    moment, and the ``scope`` of the rows behind it; nothing where no tile is named.

    Raises ``Invalid`` where there is no such figure.
    """
    if not tile:
        return {}
    version = evidence_of(dashboard).looked_at(stage) if FIRST <= stage <= LAST else None
    if version is None:
        raise Invalid(_("There is no version yet whose figures could be kept."), field="tile")
    found = pin_of(version, tile, filters, kpi_version, reader=actor)
    return {
        **found,
        "version": version.number,
        "at": timezone.now().isoformat(timespec="seconds"),
        "scope": scope_of(actor, pinned([found["version_id"]])),
    }


def require_shown_by(kept: dict[str, Any], version: Version | None) -> None:
    """Raises ``Conflict`` where the gate is about another version by now."""
    if kept and (version is None or kept["version"] != version.number):
        raise Conflict(_("Another version is in work since. Look at its figure again."),
                       field="tile")  # fmt: skip
