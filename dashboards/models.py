"""What people see: the rooms keep their own tables, Django finds them here."""

from dashboards.content.models import Dashboard, Picture, Save, Tile, Version
from dashboards.embedding.models import Embed, EmbedDay
from dashboards.lifecycle.models import Feature, GateReview, Launch
from dashboards.prototypes.models import Pilot, Walkthrough
from dashboards.reading.models import SavedView
from dashboards.reports.models import ReportRun, Subscription
from dashboards.usage.models import Decision, Review, ViewEvent
from dashboards.validation.models import (
    Reconciliation,
    SusAnswer,
    Task,
    TaskResult,
    ValidationRun,
)

__all__ = [
    "Dashboard",
    "Decision",
    "Embed",
    "EmbedDay",
    "Feature",
    "GateReview",
    "Launch",
    "Picture",
    "Pilot",
    "Reconciliation",
    "ReportRun",
    "Review",
    "Save",
    "SavedView",
    "Subscription",
    "SusAnswer",
    "Task",
    "TaskResult",
    "Tile",
    "ValidationRun",
    "Version",
    "ViewEvent",
    "Walkthrough",
]
