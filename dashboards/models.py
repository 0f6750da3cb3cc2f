"""What people see: the rooms keep their own tables, Django finds them here."""

from dashboards.content.models import Dashboard, Tile, Version
from dashboards.lifecycle.models import Launch
from dashboards.prototypes.models import Pilot, Walkthrough
from dashboards.reports.models import ReportRun, Subscription
from dashboards.validation.models import (
    Reconciliation,
    SusAnswer,
    Task,
    TaskResult,
    ValidationRun,
)

__all__ = [
    "Dashboard",
    "Launch",
    "Pilot",
    "Reconciliation",
    "ReportRun",
    "Subscription",
    "SusAnswer",
    "Task",
    "TaskResult",
    "Tile",
    "ValidationRun",
    "Version",
    "Walkthrough",
]
