"""What people see: the rooms keep their own tables, Django finds them here."""

from dashboards.content.models import Dashboard, Tile, Version
from dashboards.lifecycle.models import Feature, GateReview, Launch
from dashboards.reports.models import ReportRun, Subscription

__all__ = [
    "Dashboard",
    "Feature",
    "GateReview",
    "Launch",
    "ReportRun",
    "Subscription",
    "Tile",
    "Version",
]
