"""What a person may read of KPIs and data."""

from kpis.selectors.data import dataset_for, datasets_for
from kpis.selectors.kpis import kpi_for, kpis_for

__all__ = ["dataset_for", "datasets_for", "kpi_for", "kpis_for"]
