"""What was pinned in decisions at gates, for who may see its rows today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ace_portal.accounts.models import User
from dashboards.content.sources import pinned
from dashboards.lifecycle.models import GateReview
from kpis.scopes import scopes_of

#: of a figure whose KPI is gone nobody can tell whose rows it is of
UNKNOWN = "unknown"


def pins_open_to(user: User, reviews: Iterable[GateReview]) -> list[GateReview]:
    """The decisions without figures of rows that are not the reader's today.

    ``pinned`` is told without its scope; what is hidden is ``{"left_out": True}``. One query, and
    those of the rows' policies, however many decisions there are; none where nothing is pinned.
    """
    found = list(reviews)
    wanted = {row.pk: row.pinned["version_id"] for row in found if row.pinned}
    known = {version.pk: version for version in pinned(wanted.values())} if wanted else {}
    sets = {pk: [known[version]] for pk, version in wanted.items() if version in known}
    scopes = scopes_of(user, sets) if sets else {}
    for row in found:
        if row.pk in wanted:
            scope = scopes.get(row.pk, UNKNOWN)
            hidden = scope not in ("", row.pinned.get("scope", ""))
            row.pinned = {"left_out": True} if hidden else told(row.pinned)
    return found


def told(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "scope"}
