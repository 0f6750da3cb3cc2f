"""What a change touches, in the words of a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ace_portal.lib.saying import all_said
from kpis.account import drift_lines
from kpis.impact import Impact


def effects_of(impact: Impact | None) -> dict[str, Any]:
    """The context of ``kpis/_impact.html``."""
    if impact is None:
        return {}
    groups = [
        (_("Datasets made from it"), impact.datasets),
        (_("KPIs"), impact.kpis),
        (_("Charts"), impact.charts),
        (_("Dashboards"), impact.dashboards),
    ]
    drift = drift_lines(all_said(impact.drift.to_json())) if impact.drift is not None else []
    return {
        "impact": impact,
        "drift": drift,
        "groups": [(label, items) for label, items in groups if items],
    }
