"""MariaDB as a source; ``bin/test-engines`` brings the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pymysql
import pytest
import sqlalchemy as sa

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from kpis.engine.cut import Cut, cut_down
from kpis.engine.definition import Aggregate, Definition
from kpis.engine.query import Query, Table
from kpis.engine.run import run as run_query
from kpis.sandbox.databases import extract_from, knock_at, look_at, survey_of
from kpis.sandbox.limits import Limits
from kpis.sources.base import Caps, ClockChanges
from kpis.sources.databases.base import Place
from kpis.sources.databases.registry import database_of
from kpis.sources.marks import After

pytestmark = pytest.mark.xdist_group("mysql")

LIMITS = Limits(seconds=30)
ORDERS = {"schema": "shop", "table": "orders"}
TABLE = """
CREATE TABLE shop.orders AS SELECT
  CAST(seq AS SIGNED) AS id, CONCAT('a"b,', seq, '\\n') AS words,
  CAST(seq / 3 AS DECIMAL(12, 4)) AS price,
  DATE('2025-03-01') + INTERVAL seq % 60 DAY AS day,
  TIMESTAMP('2025-03-29 12:00:00') + INTERVAL seq * 10 MINUTE AS clock,
  IF(seq % 10 = 0, NULL, seq * 1e0) AS gaps, IF(seq % 2 = 0, '\\\\N', '') AS odd,
  IF(seq % 2 = 0, 'p1', 'P1 ') AS code, UNHEX('00') AS raw
FROM shop.numbers
"""


def run(*statements: str) -> None:
    url = sa.make_url(os.environ["ACE_TEST_MARIADB_URL"])
    with (
        pymysql.connect(
            host=url.host, port=url.port or 3306, user=url.username, autocommit=True
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    url = sa.make_url(os.environ["ACE_TEST_MARIADB_URL"])
    numbers = ", ".join(f"({n})" for n in range(1, 1_001))
    run(
        "CREATE DATABASE shop", "CREATE TABLE shop.numbers (seq INT)",
        f"INSERT INTO shop.numbers VALUES {numbers}", TABLE, "DROP TABLE shop.numbers",
        "ALTER TABLE shop.orders ADD COLUMN seen TIMESTAMP NULL, ADD COLUMN paid TINYINT(1)",
        "SET time_zone = '+00:00'", "UPDATE shop.orders SET paid = id % 2 = 0, seen = clock",
        "CREATE USER reader@'%' IDENTIFIED BY 'secret'", "GRANT SELECT ON shop.* TO reader@'%'",
    )  # fmt: skip
    yield Place(
        "mysql", "127.0.0.1", url.port or 3306, "127.0.0.1", "shop", "reader", "secret", "off"
    )
    run("DROP USER reader@'%'", "DROP DATABASE shop")


def test_every_type_arrives_as_it_is(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "rows.parquet"
    report = extract_from(
        place, ORDERS, target, caps=Caps(), limits=LIMITS, time_zone="Europe/Berlin"
    )
    assert {c.name: c.type for c in report.columns} == {
        "id": "integer", "words": "text", "price": "number", "day": "date", "clock": "timestamp",
        "gaps": "number", "odd": "text", "code": "text", "seen": "timestamp", "paid": "boolean",
        "_row": "integer",
    }  # fmt: skip
    assert report.clock_changes == {"clock": ClockChanges(moved_forward=6, taken_as_first=0)}
    found = duckdb.connect().execute(
        "SELECT count(*), count(gaps), min(seen), min(clock), count(*) FILTER (odd = '\\N'), "
        f"count(*) FILTER (paid), count(DISTINCT code) FROM read_parquet('{target}')"
    )
    assert found.fetchone() == (
        1000, 900, datetime(2025, 3, 29, 12, 10), datetime(2025, 3, 29, 11, 10), 500, 500, 2,
    )  # fmt: skip
    target.chmod(0o600)


def test_tables_rows_and_survey(place: Place) -> None:
    assert [(r.schema, r.name, r.kind) for r in knock_at(place)] == [("shop", "orders", "table")]
    look = look_at(place, {"sql": "SELECT id, words FROM orders WHERE id < 3 ORDER BY id"}, rows=1)
    assert look.rows == ((1, 'a"b,1\n'),)
    found = survey_of(place, ORDERS, LIMITS)
    assert (found.rows, {c.name: c.max for c in found.columns}["id"]) == (1000, 1000)


@pytest.mark.parametrize(("value", "rows"), [("p1", 500), ("P1 ", 500), ("P1", 0), ("þ1", 0)])
def test_reader_of_one_text_sees_no_row_of_one_that_is_alike(
    place: Place, value: str, rows: int
) -> None:
    """By the usual collation they are the same, and a space at the end is none."""
    database, types = database_of("mysql"), {"code": "text"}
    with database.reading(place, seconds=10) as connection:
        query = "SELECT code FROM shop.orders"
        text = sa.text(database.selected(query, database.attributes(connection, query)))
        table = Table(text.columns(sa.column("code", sa.String())).subquery("rows"), types)
        counted, split = Definition(Aggregate("count")), Query(by=("code",))
        total = run_query(connection, cut_down(table, Cut("code", (value,))), counted, Query())
        parts = run_query(
            connection, table, Definition(Aggregate("count"), dimensions=("code",)), split
        )

    assert total.total.rows == rows
    assert {point.segment[0]: point.figure.rows for point in parts} == {"p1": 500, "P1 ": 500}


@pytest.mark.parametrize("right", ["INSERT", "FILE", "CREATE", "UPDATE (id)"])
def test_role_that_can_do_more_than_read_is_refused(place: Place, right: str) -> None:
    where = {"FILE": "*.*", "UPDATE (id)": "shop.orders"}.get(right, "shop.*")
    run(f"GRANT {right} ON {where} TO reader@'%'")
    try:
        with pytest.raises(Invalid, match="may do more than read") as refused:
            knock_at(place)
    finally:
        run(f"REVOKE {right} ON {where} FROM reader@'%'")
    assert "GRANT SELECT" in refused.value.details["statement"]


@pytest.mark.parametrize("sql", [
    "SELECT LOAD_FILE('/etc/passwd') FROM orders", "SELECT * FROM mysql.user",
    "SELECT SLEEP(60) FROM orders", "SELECT * FROM orders INTO OUTFILE '/tmp/x'",
    "SELECT /*! * FROM orders; DELETE */ FROM orders",
])  # fmt: skip
def test_what_is_no_plain_query_is_refused(place: Place, sql: str) -> None:
    with pytest.raises(PortalError):
        look_at(place, {"sql": sql})


def test_wrong_ways_in_are_told_apart(place: Place) -> None:
    with pytest.raises(Invalid) as wrong:
        knock_at(replace(place, password="no"))
    assert wrong.value.field == "password"
    with pytest.raises(Temporary):
        knock_at(replace(place, port=1))


def test_server_is_connected_to_at_the_address_that_was_judged(place: Place) -> None:
    assert [row.name for row in knock_at(replace(place, host="gone.invalid"))] == ["orders"]


def test_slow_query_is_stopped(place: Place, tmp_path: Path) -> None:
    slow = {"sql": "SELECT COUNT(*) AS n FROM orders a, orders b, orders c, orders d"}
    with pytest.raises(PortalError):
        extract_from(place, slow, tmp_path / "x", caps=Caps(), limits=Limits(seconds=1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("column", "kind", "bound"),
    [("id", "integer", 900), ("gaps", "number", 900.0), ("day", "date", "2025-04-01"),
     ("clock", "timestamp", "2025-04-04 06:00:00"), ("seen", "timestamp", "2025-04-04 06:00:00")],
)  # fmt: skip
def test_only_what_is_newer(
    place: Place, tmp_path: Path, column: str, kind: str, bound: Any
) -> None:
    whole = extract_from(place, ORDERS, tmp_path / "all.parquet", caps=Caps(), limits=LIMITS)
    types = {c.name: c.type for c in whole.columns}
    after = After(column, kind, bound, types)
    report = extract_from(
        place, ORDERS, tmp_path / "new.parquet", caps=Caps(), limits=LIMITS, after=after
    )
    kept = f"read_parquet('{tmp_path / 'all.parquet'}') WHERE {column} > "
    spelled = f"CAST('{bound}' AS {kind})" if isinstance(bound, str) else str(bound)
    found = duckdb.connect().execute(f"SELECT count(*) FROM {kept}{spelled}").fetchone()
    (beyond,) = found or (0,)
    assert (report.rows, report.read_after) == (beyond, bound)
    assert 0 < beyond < whole.rows
