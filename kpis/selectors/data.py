"""Which data a person may look at."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from kpis.engine.checks import GROUPABLE
from kpis.models import KPI, Dataset, KPIVersion, Load, Upload
from kpis.permissions import manages_data
from kpis.sources.base import ROW


def datasets_for(user: User) -> QuerySet[Dataset]:
    """All for ACE members who manage data; nobody else sees rows or their files."""
    datasets = Dataset.objects.select_related("owner", "source", "live__by", "live__upload", "held")
    return datasets if manages_data(user) else datasets.none()


def dataset_for(user: User, slug: str) -> Dataset:
    return first_or_404(datasets_for(user).filter(slug=slug))


def upload_for(user: User, pk: int) -> Upload:
    """One's own file; nobody looks at what another person has sent and not yet loaded."""
    uploads = Upload.objects.filter(by=user) if manages_data(user) else Upload.objects.none()
    return first_or_404(uploads.filter(pk=pk))


def loads_of(dataset: Dataset) -> QuerySet[Load]:
    """The loads of a dataset, newest first."""
    return dataset.loads.select_related("by", "job", "upload")


def last_checked(dataset: Dataset) -> Load | None:
    """The newest load that came as far as its checks."""
    return loads_of(dataset).exclude(checks=[]).first()


def load_of(dataset: Dataset, number: int) -> Load:
    return first_or_404(loads_of(dataset).filter(number=number))


def latest_loads(datasets: Iterable[Dataset]) -> dict[int, Load]:
    """The last attempt of each dataset, by the dataset's key, in one query."""
    newest = Load.objects.filter(dataset=OuterRef("dataset")).order_by("-number").values("number")
    loads = Load.objects.filter(
        dataset__in=[dataset.pk for dataset in datasets], number=Subquery(newest[:1])
    )
    return {load.dataset_id: load for load in loads.select_related("job")}


def inputs_of(dataset: Dataset) -> QuerySet[Dataset]:
    return Dataset.objects.filter(output_links__dataset=dataset).select_related("live")


def behind_of(dataset: Dataset) -> QuerySet[Dataset]:
    """What a dataset is made from that has newer rows held back."""
    return inputs_of(dataset).filter(behind=True)


def outputs_of(dataset: Dataset) -> QuerySet[Dataset]:
    return Dataset.objects.filter(input_links__source=dataset).select_related("live")


def published_on(dataset: Dataset) -> QuerySet[KPIVersion]:
    """The versions in force whose figures come from a dataset."""
    versions = KPIVersion.objects.filter(dataset=dataset, state=KPIVersion.State.PUBLISHED)
    return versions.select_related("kpi")


def kpis_on(dataset: Dataset) -> QuerySet[KPI]:
    """The KPIs with a draft or a version in force over a dataset."""
    used = [KPIVersion.State.DRAFT, KPIVersion.State.PUBLISHED]
    return KPI.objects.filter(versions__dataset=dataset, versions__state__in=used).distinct()


def limiting_columns(dataset: Dataset) -> list[str]:
    """The columns that can say who sees which rows."""
    types = dataset.live.types if dataset.live is not None else {}
    return [name for name, kind in types.items() if kind in GROUPABLE and name != ROW]


def tables_for(user: User) -> dict[str, Dataset]:
    """What SQL may read, by the name that it has there."""
    return {dataset.table_name: dataset for dataset in datasets_for(user)}
