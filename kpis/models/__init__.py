"""What we measure."""

from kpis.models.dataset import Dataset, DatasetInput, Load, Upload
from kpis.models.kpi import KPI, KPIVersion, StepMetric, Target
from kpis.models.measurement import Measurement, Refresh
from kpis.models.source import DataSource

__all__ = [
    "KPI",
    "DataSource",
    "Dataset",
    "DatasetInput",
    "KPIVersion",
    "Load",
    "Measurement",
    "Refresh",
    "StepMetric",
    "Target",
    "Upload",
]
