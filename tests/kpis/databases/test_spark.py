"""Spark as a source: a cluster of two workers, which ``bin/test-engines`` brings."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from ace_portal.lib.errors import Invalid
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.run import run
from kpis.sandbox.databases import query_of
from kpis.sources.base import Caps
from kpis.sources.databases.base import Place, Relation
from kpis.sources.databases.looking import knock, look, survey
from kpis.sources.databases.registry import database_of
from kpis.sources.databases.rows import extract
from kpis.sources.marks import After
from tests.engines import SPARK_FOLDER

SPARK = database_of("spark")
MADE = """
CREATE TABLE default.orders USING parquet AS SELECT
  id, concat('a"b,', id, char(10)) AS words, CAST(id / 3 AS DECIMAL(12, 4)) AS price,
  id % 2 = 0 AS paid, timestampadd(MINUTE, id * 10, TIMESTAMP_NTZ '2025-03-29 12:00:00') AS clock,
  timestampadd(MINUTE, id * 10, TIMESTAMP '2025-03-29 12:00:00 UTC') AS seen, array(id) AS list
FROM range(1, 1001)
"""


@pytest.fixture(scope="module")
def place() -> Place:
    sys.path.append(str(SPARK_FOLDER))
    port = urlsplit(os.environ["ACE_TEST_SPARK_URL"]).port or 0
    place = Place("spark", "127.0.0.1", port, "127.0.0.1", user="ace", tls="off")
    with SPARK.reading(place, seconds=60) as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS default.orders")
        connection.exec_driver_sql(MADE)
    return place


def test_tables_and_rows_of_a_cluster(place: Place, tmp_path: Path) -> None:
    assert knock(SPARK, place, seconds=60) == [Relation("default", "orders", "table")]
    query = query_of(SPARK, {"schema": "default", "table": "orders"})
    seen = look(SPARK, place, query, seconds=60, rows=3)
    assert (len(seen.rows), [a.name for a in seen.attributes if not a.type]) == (3, ["list"])
    target = tmp_path / "rows.parquet"
    report = extract(
        SPARK, place, query, target, caps=Caps(), seconds=60, time_zone="Europe/Berlin"
    )
    assert report.rows == 1000
    found = duckdb.connect().execute(
        f"SELECT min(seen), min(clock), count(*) FILTER (paid) FROM read_parquet('{target}')"
    )
    assert found.fetchone() == (
        datetime(2025, 3, 29, 12, 10), datetime(2025, 3, 29, 11, 10), 500,
    )  # fmt: skip


def test_only_what_is_newer(place: Place, tmp_path: Path) -> None:
    query = query_of(SPARK, {"schema": "default", "table": "orders"})
    types = {c.name: c.type for c in survey(SPARK, place, query, seconds=60).columns}
    noon = "2025-04-04 12:00:00"
    for column, kind, bound in (("id", "integer", 900), ("seen", "timestamp", noon)):
        report = extract(
            SPARK, place, query, tmp_path / f"{column}.parquet", caps=Caps(), seconds=60,
            after=After(column, kind, bound, types),
        )  # fmt: skip
        assert (report.rows, report.read_after) == ({"id": 100, "seen": 136}[column], bound)


def test_figures_are_computed_by_the_cluster(place: Place) -> None:
    query = query_of(SPARK, {"schema": "default", "table": "orders"})
    found = survey(SPARK, place, query, seconds=60)
    assert found.rows == 1000
    types = {c.name: c.type for c in found.columns}
    definition = parse_definition(
        {"measure": {"agg": "quantile", "q": 0.5, "column": "price"}, "time_column": "seen"}
    )
    with SPARK.reading(place, seconds=60) as connection:
        result = run(connection, Table.named("orders", types), definition, Query())
    assert result.total.value == pytest.approx(500.5 / 3, abs=1e-4)


def test_typed_sql_is_refused() -> None:
    with pytest.raises(Invalid, match="choose a table"):
        query_of(SPARK, {"sql": "SELECT 1"})
