"""What we measure."""

from kpis.models.arriving import Mode
from kpis.models.checks import QualityCheck
from kpis.models.dataset import Dataset, DatasetInput, Load, Upload
from kpis.models.kpi import KPI, KPIVersion, StepMetric, Target
from kpis.models.measurement import Measurement, Refresh

__all__ = [
    "KPI",
    "Dataset",
    "DatasetInput",
    "KPIVersion",
    "Load",
    "Measurement",
    "Mode",
    "QualityCheck",
    "Refresh",
    "StepMetric",
    "Target",
    "Upload",
]
