"""What a person may read of KPIs and data."""

from kpis.selectors.data import dataset_for, datasets_for
from kpis.selectors.history import (
    last_good,
    measurements_of,
    reformulated,
    refreshes_of,
    reported,
    reported_before,
    restatements_of,
)
from kpis.selectors.kpis import (
    catalogue_for,
    draft_of,
    driver_of,
    kpi_for,
    kpis_for,
    may_see_values,
    owners_for,
    published_kpis,
    published_of,
    step_metric_of,
    valued_kpis,
    versions_of,
)
from kpis.selectors.usual import last_look, unusual_of

__all__ = [
    "catalogue_for",
    "dataset_for",
    "datasets_for",
    "draft_of",
    "driver_of",
    "kpi_for",
    "kpis_for",
    "last_good",
    "last_look",
    "may_see_values",
    "measurements_of",
    "owners_for",
    "published_kpis",
    "published_of",
    "reformulated",
    "refreshes_of",
    "reported",
    "reported_before",
    "restatements_of",
    "step_metric_of",
    "unusual_of",
    "valued_kpis",
    "versions_of",
]
