"""A source bears so many loads at once; what is more waits for it, and loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from kpis.models import Dataset, DataSource, Load
from kpis.services import extracting
from kpis.services.sourced import create_from_source
from kpis.services.sources import change_source, create_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(settings: Any, tmp_path: Path, owner: User) -> Iterator[DataSource]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.SOURCE_FILES_DIR = str(tmp_path / "set-aside")
    path = Path(settings.SOURCE_FILES_DIR) / "desk.sqlite"
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE events (id INTEGER, team TEXT)")
        connection.execute("INSERT INTO events VALUES (1, 'A'), (2, 'B')")
    connection.close()
    yield create_source(actor=owner, name="Desk", kind="sqlite", file=path.name)
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


def load_of(owner: User, source: DataSource, name: str) -> Load:
    """A load that waits for a worker."""
    dataset = create_from_source(
        actor=owner, source=source, name=name, schema="main", table="events"
    )
    return Load.objects.select_related("job").get(dataset=dataset)


def both(
    monkeypatch: pytest.MonkeyPatch, owner: User, first: Load, second: Load
) -> tuple[str, str]:
    """How each ends, where the second begins while the first reads its source."""
    ends: list[str] = []
    extract = extracting._extract

    def reads(run: jobs.Run, dataset: Dataset, *rest: Any) -> Any:
        if dataset == first.dataset:
            assert second.job is not None
            ends.append(jobs.run(second.job.pk))
        return extract(run, dataset, *rest)

    monkeypatch.setattr(extracting, "_extract", reads)
    assert first.job is not None
    ends.insert(0, jobs.run(first.job.pk))
    return ends[0], ends[1]


def test_load_waits_for_its_source_and_is_due_when_that_is_free(
    monkeypatch: pytest.MonkeyPatch, owner: User, source: DataSource, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.SOURCE_AT_ONCE = 1
    first, second = load_of(owner, source, "One"), load_of(owner, source, "Two")
    with django_capture_on_commit_callbacks(execute=True):
        ends = both(monkeypatch, owner, first, second)
        assert second.job is not None
        second.job.refresh_from_db()
        assert second.job.note == "Waits for its source: 1 of 1 busy"
    second.refresh_from_db()
    second.job.refresh_from_db()

    assert ends == ("done", "queued")
    assert (second.state, second.error, second.job.attempts) == ("staged", "", 0)
    assert list(Job.objects.due(timezone.now())) == [second.job]
    assert jobs.run(second.job.pk) == "done"
    assert [row.rows for row in Load.objects.order_by("pk")] == [2, 2]


@pytest.mark.parametrize(
    ("operator", "own", "ends"),
    [(2, None, "done"), (1, 2, "done"), (2, 1, "queued"), (1, None, "queued")],
)
def test_source_says_how_many_or_else_the_operator(
    monkeypatch: pytest.MonkeyPatch, owner: User, source: DataSource, settings: Any,
    operator: int, own: int | None, ends: str,
) -> None:  # fmt: skip
    settings.SOURCE_AT_ONCE = operator
    change_source(actor=owner, source=source, at_once=own)
    first, second = load_of(owner, source, "One"), load_of(owner, source, "Two")

    assert both(monkeypatch, owner, first, second) == ("done", ends)


def test_other_source_has_places_of_its_own(
    monkeypatch: pytest.MonkeyPatch, owner: User, source: DataSource, settings: Any
) -> None:
    settings.SOURCE_AT_ONCE = 1
    other = create_source(actor=owner, name="Other", kind="sqlite", file=source.file)
    first, second = load_of(owner, source, "One"), load_of(owner, other, "Two")

    assert both(monkeypatch, owner, first, second) == ("done", "done")


@pytest.mark.postgresql
def test_no_two_loads_count_at_the_same_time(owner: User, source: DataSource) -> None:
    """SQLite has one writer; PostgreSQL has to be told."""
    load = load_of(owner, source, "One")
    assert load.job is not None
    with CaptureQueriesContext(connection) as queries:
        assert jobs.run(load.job.pk) == "done"
    asked = [query["sql"] for query in queries]
    locks = [n for n, sql in enumerate(asked) if "kpis_datasource" in sql and "FOR UPDATE" in sql]
    counts = [n for n, sql in enumerate(asked) if "COUNT(*)" in sql and '"place" = ' in sql]

    assert locks[0] < counts[0]
