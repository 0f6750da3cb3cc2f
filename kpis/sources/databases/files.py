"""Databases that are one file: SQLite and DuckDB, read where they lie, never changed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any
from urllib.parse import quote

import duckdb
import sqlalchemy as sa
from duckdb_engine import ConnectionWrapper
from sqlalchemy.pool import StaticPool

from kpis.sources.databases import rows
from kpis.sources.databases.base import (
    RELATIONS_SHOWN,
    Attribute,
    Database,
    Place,
    Relation,
    file_of,
)
from kpis.sources.guard import literal

#: what a connection that only reads asks SQLite for
READS = frozenset(
    (
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_PRAGMA,
    )
)
PRAGMAS = frozenset(("table_info", "table_xinfo", "read_uncommitted"))
STAMP = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T][0-9][0-9]:[0-9][0-9]*"
ZONED = ("*Z", "*[+-][0-9][0-9]:[0-9][0-9]")
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
STEPS = 100_000  # virtual instructions between two looks at the clock


class SQLite(Database):
    """SQLite types its values, not its columns: each column is looked through once."""

    kind = "sqlite"
    label = "SQLite"
    default_schema = "main"
    grammar = "sqlite"
    functions = frozenset(
        ("date", "time", "datetime", "julianday", "strftime", "unixepoch", "total", "typeof")
    )
    is_file = True

    def engine(self, place: Place, *, seconds: float, pool: int = 1) -> sa.Engine:
        path = file_of(place).absolute()

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False
            )
            connection.execute("PRAGMA query_only = ON")
            connection.set_authorizer(_may_read)
            end = time.monotonic() + seconds
            connection.set_progress_handler(lambda: int(time.monotonic() > end), STEPS)
            return connection

        return sa.create_engine("sqlite://", creator=connect, poolclass=StaticPool)

    def check_rights(self, connection: sa.Connection) -> None:
        """The file is opened for reading alone: no right could write it."""

    def relations(self, connection: sa.Connection) -> list[Relation]:
        found = connection.exec_driver_sql(
            "SELECT 'main', name, type FROM sqlite_master WHERE type IN ('table', 'view') "
            f"AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT {RELATIONS_SHOWN}"
        )
        return [Relation(*row) for row in found]

    def attributes(self, connection: sa.Connection, query: str) -> list[Attribute]:
        cursor = connection.exec_driver_sql(f"SELECT * FROM ({query}) AS q LIMIT 0")
        names = list(cursor.keys())
        facts = ", ".join(self._facts(name) for name in names)
        row = connection.exec_driver_sql(f"SELECT {facts} FROM ({query}) AS q").one()
        return [
            self._attribute(name, *row[7 * place : 7 * place + 7])
            for place, name in enumerate(names)
        ]

    def _facts(self, name: str) -> str:
        column = f"q.{self.quoted(name)}"
        zoned = " OR ".join(f"{column} GLOB '{ending}'" for ending in ZONED)
        return ", ".join(
            f"coalesce(sum({condition}), 0)"
            for condition in (
                f"typeof({column}) = 'integer'",
                f"typeof({column}) = 'real'",
                f"typeof({column}) = 'text'",
                f"typeof({column}) = 'blob'",
                f"typeof({column}) = 'text' AND {column} GLOB '{STAMP}' AND NOT ({zoned})",
                f"typeof({column}) = 'text' AND {column} GLOB '{STAMP}' AND ({zoned})",
                f"typeof({column}) = 'text' AND {column} GLOB '{DAY}'",
            )
        )

    def _attribute(
        self,
        name: str,
        whole: int,
        real: int,
        text: int,
        blob: int,
        naive: int,
        zoned: int,
        days: int,
    ) -> Attribute:
        """The type that all values of a column have, by how many there are of each."""
        column = f"q.{self.quoted(name)}"
        if blob:
            return Attribute(name, "blob", "", column)
        if text and not whole and not real and text in (naive, zoned, days):
            if text == days:
                return Attribute(name, "text", "date", column)
            return Attribute(name, "text", "timestamp", column, naive=text == naive)
        if text or not (whole or real):
            return Attribute(name, "text", "text", f"CAST({column} AS TEXT)")
        if real:
            return Attribute(name, "real", "number", f"CAST({column} AS REAL)")
        return Attribute(name, "integer", "integer", column)

    def exceeds(self, attribute: Attribute, value: int | float | date | datetime) -> str:
        """Stamps are texts, spelled in more than one way: whole seconds first, then fractions."""
        column = attribute.sql
        if not isinstance(value, datetime):
            spelled = f"'{value}'" if isinstance(value, date) else repr(value)
            return f"{column} > {spelled}"
        whole = f"CAST(strftime('%s', {column}) AS INTEGER)"
        fraction = f"CAST('0' || substr({column}, 20) AS REAL)"
        seconds = f"CAST(strftime('%s', '{value:%Y-%m-%d %H:%M:%S}') AS INTEGER)"
        rest = f"CAST('0.{value:%f}' AS REAL)"
        return f"({whole} > {seconds} OR ({whole} = {seconds} AND {fraction} > {rest}))"

    def copy(
        self, connection: sa.Connection, query: str, attributes: Sequence[Attribute], out: IO[bytes]
    ) -> None:
        rows.written(self.rows(connection, query), [a.type for a in attributes], out)

    def is_slow(self, error: Exception, text: str) -> bool:
        return "interrupted" in text


def _may_read(action: int, first: str | None, *others: Any) -> int:
    """SQLite asks before each thing that a statement would do."""
    if action == sqlite3.SQLITE_PRAGMA and first not in PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and others[0] in ("load_extension", "writefile"):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in READS else sqlite3.SQLITE_DENY


_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
          "UINTEGER", "UBIGINT", "UHUGEINT")  # fmt: skip


class DuckDB(Database):
    """A DuckDB file, attached for reading to a database that may touch nothing else."""

    kind = "duckdb"
    label = "DuckDB"
    default_schema = "main"
    grammar = "duckdb"
    is_file = True

    def engine(self, place: Place, *, seconds: float, pool: int = 1) -> sa.Engine:
        path = file_of(place).absolute()
        root = duckdb.connect(":memory:")
        for statement in (
            "SET threads = 2",
            "SET temp_directory = ''",
            "SET TimeZone = 'UTC'",
            "SET python_enable_replacements = false",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET allow_community_extensions = false",
            f"ATTACH {literal(str(path))} AS source (READ_ONLY)",
            "USE source",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            root.execute(statement)
        return sa.create_engine(
            "duckdb://", creator=lambda: ConnectionWrapper(root), poolclass=StaticPool
        )

    def check_rights(self, connection: sa.Connection) -> None:
        """The file is attached for reading alone: no right could write it."""

    def relations(self, connection: sa.Connection) -> list[Relation]:
        found = connection.exec_driver_sql(
            "SELECT schema_name, table_name, 'table', estimated_size FROM duckdb_tables() "
            "WHERE database_name = 'source' AND NOT internal UNION ALL "
            "SELECT schema_name, view_name, 'view', NULL FROM duckdb_views() "
            f"WHERE database_name = 'source' AND NOT internal ORDER BY 1, 2 LIMIT {RELATIONS_SHOWN}"
        )
        return [Relation(*row) for row in found]

    def attributes(self, connection: sa.Connection, query: str) -> list[Attribute]:
        described = connection.exec_driver_sql(f"DESCRIBE SELECT * FROM ({query}) AS q").all()
        return [self._attribute(str(row[0]), str(row[1])) for row in described]

    def _attribute(self, name: str, native: str) -> Attribute:
        column = f"q.{self.quoted(name)}"
        if native in _WHOLE:
            return Attribute(name, native, "integer", f"CAST({column} AS BIGINT)")
        if native in ("DOUBLE", "FLOAT") or native.startswith("DECIMAL"):
            return Attribute(name, native, "number", f"CAST({column} AS DOUBLE)")
        if native in ("BOOLEAN", "DATE"):
            return Attribute(name, native, native.lower(), column)
        if native == "TIMESTAMP WITH TIME ZONE":
            return Attribute(name, native, "timestamp", f"({column} AT TIME ZONE 'UTC')")
        if native.startswith("TIMESTAMP"):
            return Attribute(name, native, "timestamp", f"CAST({column} AS TIMESTAMP)", naive=True)
        if native in ("VARCHAR", "UUID", "TIME", "INTERVAL", "JSON") or native.startswith("ENUM"):
            return Attribute(name, native, "text", f"CAST({column} AS VARCHAR)")
        return Attribute(name, native, "", column)

    def copy(
        self, connection: sa.Connection, query: str, attributes: Sequence[Attribute], out: IO[bytes]
    ) -> None:
        rows.written(self.rows(connection, query), [a.type for a in attributes], out)
