"""Many rows at once are those that the models would write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ace_portal.lib.many import put_rows
from kpis.models import KPI, KPIVersion, Measurement, Refresh
from tests.fixtures.kpis import MakeKPI, run_jobs

pytestmark = pytest.mark.django_db

NAMES = (
    "version_id", "load_id", "refresh_id", "basis", "grain", "period_start", "period_end", "state",
    "value", "numerator", "rows", "partial", "created_at", "updated_at",
)  # fmt: skip
UNIQUE = ["version", "load", "basis", "grain", "period_start"]
NOW = datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=UTC)


@pytest.fixture
def version(make_kpi: MakeKPI) -> KPIVersion:
    kpi: KPI = make_kpi(publish=True)
    run_jobs()
    Measurement.objects.all().delete()
    return kpi.versions.get()


def row(version: KPIVersion, turn: int, value: Any) -> tuple[Any, ...]:
    refresh = Refresh.objects.get(version=version)
    start = NOW + timedelta(days=turn)
    return (
        version.pk, refresh.load_id, refresh.pk, "", "day", start, start + timedelta(days=1), "ok",
        value, None, turn, turn % 2 == 1, NOW, NOW,
    )  # fmt: skip


def put(rows: list[tuple[Any, ...]]) -> None:
    put_rows(Measurement, NAMES, rows, unique=UNIQUE, update=["value", "rows", "updated_at"])


def test_rows_read_back_as_they_were_told(version: KPIVersion) -> None:
    told = [row(version, 0, 0.1), row(version, 1, None), row(version, 2, 10**19)]
    put(told)

    assert list(Measurement.objects.values_list(*NAMES)) == told


def test_row_that_is_there_is_written_over_where_it_was_said(version: KPIVersion) -> None:
    put([row(version, 0, 1.0)])
    before = Measurement.objects.get()
    put([(*row(version, 0, 2.0)[:7], "no_data", *row(version, 0, 2.0)[8:])])
    after = Measurement.objects.get()

    assert (after.pk, after.value, after.state) == (before.pk, 2.0, "ok")


def test_many_rows_are_few_statements(version: KPIVersion) -> None:
    rows = [row(version, turn, 1.0) for turn in range(300)]
    with CaptureQueriesContext(connection) as queries:
        put(rows)

    most = connection.features.max_query_params or 20_000
    assert len(queries) == -(-300 // (most // len(NAMES)))
    assert Measurement.objects.count() == 300


def test_no_rows_are_no_statement(version: KPIVersion, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        put([])
