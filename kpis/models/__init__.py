"""What we measure."""

from kpis.models.annotation import Annotation
from kpis.models.arriving import Mode
from kpis.models.calendar import WorkCalendar
from kpis.models.checks import QualityCheck
from kpis.models.dataset import Dataset, DatasetInput, Load, Upload
from kpis.models.kpi import (
    KPI,
    KPIDriver,
    KPIPart,
    KPIVersion,
    StepMetric,
    Target,
    Verification,
)
from kpis.models.measurement import Measurement, Refresh
from kpis.models.policy import RowPolicy, RowRule
from kpis.models.source import DataSource

__all__ = [
    "KPI",
    "Annotation",
    "DataSource",
    "Dataset",
    "DatasetInput",
    "KPIDriver",
    "KPIPart",
    "KPIVersion",
    "Load",
    "Measurement",
    "Mode",
    "QualityCheck",
    "Refresh",
    "RowPolicy",
    "RowRule",
    "StepMetric",
    "Target",
    "Upload",
    "Verification",
    "WorkCalendar",
]
