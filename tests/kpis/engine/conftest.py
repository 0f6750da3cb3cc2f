"""The same rows in every database that the engine speaks to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from kpis.engine.duck import open_loads
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.result import Result
from kpis.engine.run import run
from kpis.sources.databases import connect
from kpis.sources.databases.mysql import SESSION
from tests.engines import SPARK_FOLDER
from tests.fixtures.parquet import Rows, write_parquet

POSTGRES = os.environ.get("ACE_TEST_POSTGRES_URL", "")
#: ``bin/test-engines`` asks these instead of those that every test run has
ENGINES = tuple(filter(None, os.environ.get("ACE_TEST_ENGINES", "").split(",")))
DATABASES = ENGINES or ("duckdb", "sqlite", *(("postgresql",) if POSTGRES else ()))

COLUMN_TYPES = {
    "text": sa.String().with_variant(sa.Text(), "mysql"),
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "boolean": sa.Boolean(),
    "date": sa.Date(),
    "timestamp": sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql"),
}
EXACT_TEXT = "utf8mb4_nopad_bin"
SPARK_TYPES = {
    "text": "STRING",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
}


@dataclass
class Store:
    """One kind of database, and a way to put rows into it."""

    name: str
    folder: Path
    engine: sa.Engine | None = None
    loads: int = 0

    @contextmanager
    def load(
        self, types: Mapping[str, str], rows: Rows, as_of: datetime | None = None
    ) -> Iterator[tuple[sa.Connection, Table]]:
        """A connection and the table with these rows, gone afterwards."""
        table = Table.named("load", types, as_of=as_of)
        if self.engine is None:
            self.loads += 1
            path = self.folder / f"{self.loads}.parquet"
            write_parquet(path, types, rows)
            engine = open_loads({"load": path}, threads=1)
            with engine.connect() as connection:
                yield connection, table
            engine.dispose()
            return
        if self.name == "spark":
            with self.engine.connect() as connection:
                connection.exec_driver_sql(spark_view(types, rows))
                yield connection, table
            return
        made = sa.Table(
            "load",
            sa.MetaData(),
            *(sa.Column(name, COLUMN_TYPES[kind]) for name, kind in types.items()),
            prefixes=["TEMPORARY"],
        )
        with self.engine.connect() as connection:
            made.create(connection)
            if rows:
                blank = dict.fromkeys(types)
                connection.execute(made.insert(), [blank | dict(row) for row in rows])
            # On PostgreSQL the table goes with the transaction, on SQLite with the connection.
            yield connection, table
            connection.rollback()

    def ask(
        self,
        types: Mapping[str, str],
        rows: Rows,
        definition: Mapping[str, Any],
        query: Query | None = None,
        as_of: datetime | None = None,
    ) -> Result:
        """The answer to one query over these rows."""
        with self.load(types, rows, as_of) as (connection, table):
            return run(connection, table, parse_definition(definition), query or Query())


@pytest.fixture(scope="session", params=DATABASES)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Each database in turn."""
    folder = tmp_path_factory.mktemp("loads")
    match request.param:
        case "duckdb":
            yield Store("duckdb", folder)
            return
        case "sqlite":
            engine = sa.create_engine("sqlite://", poolclass=sa.NullPool)
        case "mysql":
            engine = mysql_engine()
        case "spark":
            engine = spark_engine()
        case _:
            url = sa.make_url(POSTGRES.replace("postgres://", "postgresql://", 1))
            engine = sa.create_engine(url.set(drivername="postgresql+psycopg2"))
    yield Store(request.param, folder, engine)
    engine.dispose()


def spark_engine() -> sa.Engine:
    sys.path.append(str(SPARK_FOLDER))
    url = os.environ["ACE_TEST_SPARK_URL"]
    return sa.create_engine(
        "spark+connect://", creator=lambda: connect.connect(url, 60), poolclass=sa.StaticPool
    )


def spark_view(types: Mapping[str, str], rows: Rows) -> str:
    """The rows as a view of the session: Spark has no temporary tables."""
    columns = ", ".join(f"`{n.replace('`', '``')}`" for n in types)
    cells = ", ".join(f"CAST({{}} AS {SPARK_TYPES[kind]})" for kind in types.values())
    blank = dict.fromkeys(types)
    lines = [cells.format(*map(_spark_literal, (blank | dict(row)).values())) for row in rows]
    nothing = cells.format(*("NULL" for _kind in types))
    values = ", ".join(f"({line})" for line in lines) or f"({nothing})"
    where = "" if lines else " WHERE false"
    return (
        f"CREATE OR REPLACE TEMPORARY VIEW load AS SELECT * FROM VALUES {values} AS t({columns})"
        f"{where}"
    )


def _spark_literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return f"'{value!r}'"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def mysql_engine() -> sa.Engine:
    """MariaDB with the session that the portal's own connections have."""
    root = sa.create_engine(os.environ["ACE_TEST_MARIADB_URL"])
    name = f"engine_{os.getpid()}"
    with root.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE IF NOT EXISTS {name} COLLATE {EXACT_TEXT}")
    root.dispose()
    engine = sa.create_engine(os.environ["ACE_TEST_MARIADB_URL"] + name, poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", lambda raw, _: raw.cursor().execute(SESSION), insert=True)
    return engine


@pytest.fixture
def duck(tmp_path: Path) -> Store:
    """DuckDB alone, for what does not depend on the database."""
    return Store("duckdb", tmp_path)
