"""What people see: the rooms keep their own tables, Django finds them here."""

from dashboards.content.models import Dashboard, Tile, Version
from dashboards.lifecycle.models import Feature, GateReview, Launch
from dashboards.reports.models import ReportRun, Subscription
from dashboards.usage.models import Decision, Review, ViewEvent

__all__ = [
    "Dashboard",
    "Decision",
    "Feature",
    "GateReview",
    "Launch",
    "ReportRun",
    "Review",
    "Subscription",
    "Tile",
    "Version",
    "ViewEvent",
]
