"""What a change touches, in the words of a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ace_portal.lib.saying import all_said
from kpis.account import drift_lines
from kpis.impact import Impact

#: so many of a kind are folded away
MANY = 8


def effects_of(impact: Impact | None) -> dict[str, Any]:
    """The context of ``kpis/_impact.html``."""
    if impact is None:
        return {}
    groups: list[dict[str, Any]] = [
        {"label": _("Datasets made from it"), "items": impact.datasets, "why": True},
        {"label": _("KPIs"), "items": impact.kpis, "why": True},
        {"label": _("Charts"), "items": impact.charts},  # their KPI has said why
        {"label": _("Dashboards"), "items": impact.dashboards},
    ]
    drift = drift_lines(all_said(impact.drift.to_json())) if impact.drift is not None else []
    return {
        "impact": impact,
        "drift": drift,
        "groups": [
            {**group, "many": len(group["items"]) > MANY} for group in groups if group["items"]
        ],
    }
