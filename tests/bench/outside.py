"""Data where it lies: live figures against bare SQL, and a copy of ten million rows."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import sqlalchemy as sa

from kpis.engine.query import SQL_TYPES, Table
from kpis.sandbox.databases import extract_from
from kpis.sandbox.limits import Limits
from kpis.sources.base import Caps
from kpis.sources.databases.base import Place
from kpis.sources.databases.registry import database_of
from tests.bench import million, querying
from tests.bench.rows import Row, at_most
from tests.fixtures.stack import ROOT
from tests.harness import postgres

TYPES = {
    "number": "integer", "opened_at": "timestamp", "closed_at": "timestamp", "priority": "text",
    "category": "text", "team": "text", "made_sla": "boolean", "hours": "number", "hops": "integer",
}  # fmt: skip
TICKETS = f"""
CREATE UNLOGGED TABLE tickets AS
SELECT i AS number, opened_at,
  CASE WHEN i % 50 <> 0 THEN opened_at + (20 + i * 7919 % 4000) * INTERVAL '1 minute' END
    AS closed_at,
  'P' || (1 + i * 31 % 4) AS priority, 'Category ' || (1 + i * 37 % 6) AS category,
  'Team ' || (1 + i * 41 % 12) AS team, i % 7 <> 0 AS made_sla,
  (i * 7907 % 10000) / 100.0::double precision AS hours, i * 43 % 5 AS hops
FROM (
  SELECT i, TIMESTAMP '2024-10-01 06:00:00' + i * INTERVAL '63 seconds' AS opened_at
  FROM generate_series(0::bigint, {million.ROWS - 1}) AS s(i)
) AS t
"""
LONG, SHORT = 10_000_000, 1_000_000
MANY = """
CREATE UNLOGGED TABLE many AS
SELECT i AS number, TIMESTAMP '2024-10-01 06:00:00' + i * INTERVAL '6 seconds' AS opened_at,
  'P' || (1 + i % 4) AS priority, 'Team ' || (1 + i * 41 % 1200) AS team, i % 7 <> 0 AS made_sla,
  (i * 7907 % 10000) / 100.0::double precision AS hours
FROM generate_series(1::bigint, {rows}) AS s(i)
"""
READER = (
    "CREATE ROLE reader LOGIN",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
)
MB = 1_024.0


def rows() -> Iterator[Row]:
    yield from live()
    yield from copied()


def live() -> Iterator[Row]:
    """Eight queries over a table of PostgreSQL."""
    with served(TICKETS, "ANALYZE tickets") as place:
        engine = database_of(place.kind).engine(place, seconds=300)
        with engine.connect() as connection:
            columns = [sa.column(name, SQL_TYPES[kind]()) for name, kind in TYPES.items()]
            source = sa.text("SELECT * FROM tickets").columns(*columns).subquery("rows")
            table = Table(source, TYPES, querying.AS_OF)
            name = "eight live queries over 1,000,000 rows of PostgreSQL"
            yield from querying.measure(connection, table, name, times=1.3, turns=5)
        engine.dispose()


def copied() -> Iterator[Row]:
    """Rows of PostgreSQL into Parquet, in the child that does it, each size in a process."""
    found = {}
    for count in (SHORT, LONG):
        with served(MANY.format(rows=count)) as place:
            command = [sys.executable, "-m", "tests.bench.outside", json.dumps(place.to_json())]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
            found[count] = json.loads(done.stdout)
    few, many = found[SHORT], found[LONG]
    yield at_most("extract of 10,000,000 rows, memory", many["memory"], "MB", 1_024)
    yield Row("extract of 10,000,000 rows", many["seconds"], "s")
    ratio = many["seconds"] / few["seconds"]
    yield Row("extract of ten times the rows", ratio, "times", goal="≤ 12 times", met=ratio <= 12)


def extract(place: Place) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        began = time.perf_counter()
        extract_from(
            place, {"schema": "public", "table": "many"}, Path(folder) / "many.parquet",
            caps=Caps(bytes=4_000_000_000, rows=20_000_000),
            limits=Limits(seconds=900, memory_mb=1_024),
        )  # fmt: skip
        seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MB
    return {"seconds": seconds, "memory": memory}


@contextmanager
def served(*statements: str) -> Iterator[Place]:
    """A server with what the statements make."""
    with postgres():
        url = os.environ["ACE_TEST_POSTGRES_URL"]
        connection = psycopg2.connect(url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in (*statements, *READER):
                cursor.execute(statement)
        connection.close()
        parts = urlsplit(url)
        yield Place(
            "postgresql", parts.hostname or "", parts.port or 5432, "127.0.0.1",
            parts.path.strip("/"), "reader", "", "off",
        )  # fmt: skip


if __name__ == "__main__":
    told: dict[str, Any] = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(extract(Place.from_json(told))))
