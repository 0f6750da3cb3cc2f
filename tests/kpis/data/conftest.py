"""Files, datasets that are live, and a way to do what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from kpis.models import KPI, Dataset, KPIVersion, Upload
from kpis.services import datasets, uploads
from tests.fixtures.eventlog import event_log
from tests.fixtures.world import World

LAST_EVENT = (
    "SELECT * FROM incidents\n"
    "QUALIFY row_number() OVER (PARTITION BY number ORDER BY _row DESC) = 1"
)


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    yield
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


def csv_file(text: str | bytes, name: str = "incidents.csv") -> SimpleUploadedFile:
    content = text.encode() if isinstance(text, str) else text
    return SimpleUploadedFile(name, content, content_type="text/csv")


def sent(actor: User, text: str | bytes, name: str = "incidents.csv") -> Upload:
    return uploads.take_upload(actor=actor, file=csv_file(text, name))


def work() -> list[str]:
    """Do every job that waits, and those that they leave; how each ended."""
    ended = []
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        ended.append(jobs.run(job.pk))
    return ended


def loaded(actor: User, text: str | bytes = "", **answers: Any) -> Dataset:
    """A dataset "Incidents" whose first load is live."""
    upload = sent(actor, text or event_log())
    dataset = datasets.create_dataset(
        actor=actor, upload=upload, name=answers.pop("name", "Incidents"), **answers
    )
    work()
    dataset.refresh_from_db()
    return dataset


def replaced(actor: User, dataset: Dataset, text: str, **answers: Any) -> Dataset:
    datasets.add_load(actor=actor, dataset=dataset, upload=sent(actor, text), **answers)
    work()
    dataset.refresh_from_db()
    return dataset


def prepared(actor: User, name: str = "Last events", sql: str = LAST_EVENT) -> Dataset:
    dataset = datasets.create_prepared(actor=actor, name=name, sql=sql)
    work()
    dataset.refresh_from_db()
    return dataset


@pytest.fixture
def incidents(owner: User) -> Dataset:
    return loaded(owner)


@pytest.fixture
def publish(world: World, owner: User) -> Callable[..., KPIVersion]:
    """A published KPI over a dataset, as it lies in the table."""

    def put(dataset: Dataset, definition: dict[str, Any], name: str = "SLA met") -> KPIVersion:
        kpi = KPI.objects.create(
            slug=name.lower().replace(" ", "-"), name=name, question=world.question,
            category="quality", owner=owner,
        )  # fmt: skip
        return KPIVersion.objects.create(
            kpi=kpi, number=1, state=KPIVersion.State.PUBLISHED, dataset=dataset,
            definition=definition, sha256="0" * 64, author=owner,
        )  # fmt: skip

    return put


SLA = {
    "measure": {"share": {"of": {"column": "made_sla", "op": "=", "value": True}}},
    "time_column": "opened_at",
}
