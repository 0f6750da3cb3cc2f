"""DuckDB in memory over exactly the given Parquet files, and nothing else.

Open it after the process has forked. Every SQLAlchemy connection is a cursor of its own; its
transactions are read-only and its statements single SELECTs. What that leaves open, writing over a
file that may be read, the file's own mode has to forbid.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa
from duckdb_engine import ConnectionWrapper, Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.pool import QueuePool

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.stopping import stopped_after

#: how long a statement may run whose connection says nothing else
SECONDS = 30.0

_GLOB = frozenset("*?[]{}")
_WRITES = frozenset(
    (
        *("alter", "analyze", "attach", "call", "checkpoint", "comment", "copy", "create"),
        *("delete", "detach", "drop", "execute", "export", "import", "insert", "install", "load"),
        *("merge", "pragma", "prepare", "reset", "set", "truncate", "update", "use", "vacuum"),
    )
)

_TYPES = {
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID"), "text"),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), "number"),
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


class ReadOnlyDialect(Dialect):
    """duckdb-engine's dialect, restricted to reading."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction that cannot write to the database in memory."""
        dbapi_connection.execute("BEGIN TRANSACTION READ ONLY")

    def do_execute(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        """Run a single SELECT; raise ``Invalid`` on anything else.

        It ends after the connection's execution option ``seconds``; see ``stopped_after``.
        """
        check_statement(statement)
        options = context.execution_options if context is not None else {}
        with stopped_after(cursor, options.get("seconds", SECONDS)):
            cursor.execute(statement, parameters)


registry.register("duckdb.readonly", __name__, ReadOnlyDialect.__name__)


@lru_cache(maxsize=512)
def check_statement(sql: str) -> None:
    """Raise ``Invalid`` unless ``sql`` is one SELECT without a word that writes.

    DuckDB reports ``WITH a AS (COPY …) SELECT 1`` as a SELECT, so the words are looked at too.
    Names that happen to be such a word are quoted by the engine and pass.
    """
    tokens = duckdb.tokenize(sql)
    starts = [start for start, _ in tokens] + [len(sql)]
    words = [
        sql[start:end].strip().lower()
        for (start, kind), end in zip(tokens, starts[1:], strict=True)
        if kind in (duckdb.token_type.keyword, duckdb.token_type.identifier)
    ]
    if not words or words[0] not in ("select", "with", "from"):
        raise Invalid(_("Only a SELECT may run here."))
    if _WRITES.intersection(words) or len(duckdb.extract_statements(sql)) != 1:
        raise Invalid(_("Only a single SELECT that writes nothing may run here."))


def open_loads(
    files: Mapping[str, Path], *, threads: int = 2, memory_mb: int = 512, connections: int = 8
) -> sa.Engine:
    """An engine whose views are the Parquet files, each under its name in ``files``.

    Dispose of it to free the memory. Raises ``FileNotFoundError`` for a file that is not there.
    """
    paths = {name: str(path.resolve(strict=True)) for name, path in files.items()}
    for path in paths.values():
        if _GLOB.intersection(path):
            raise ValueError(f"a load's path is no pattern: {path}")
    root = duckdb.connect(":memory:")
    for setting in _settings(list(paths.values()), threads, memory_mb):
        root.execute(setting)
    for name, path in paths.items():
        root.execute(f"CREATE VIEW {_name(name)} AS SELECT * FROM read_parquet({_text(path)})")
    engine = sa.create_engine(
        "duckdb+readonly://",
        creator=lambda: ConnectionWrapper(root.cursor()),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
    )
    sa.event.listen(engine, "engine_disposed", lambda _: root.close())
    return engine


def _settings(paths: list[str], threads: int, memory_mb: int) -> list[str]:
    """One by one and in this order: each closes what the ones before it needed open."""
    allowed = ", ".join(_text(path) for path in paths)
    return [
        f"SET threads = {threads:d}",
        f"SET memory_limit = '{memory_mb:d}MB'",
        "SET temp_directory = ''",
        "SET TimeZone = 'UTC'",
        "SET python_enable_replacements = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        f"SET allowed_paths = [{allowed}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def types_of(connection: sa.Connection, name: str) -> dict[str, str]:
    """The columns of a view with their types as ``checks.TYPES`` names them.

    Columns of other types (lists, structures, blobs) are left out: no measure can read them.
    """
    columns = sa.text(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = :name ORDER BY ordinal_position"
    )
    found = {}
    for column, data_type in connection.execute(columns, {"name": name}):
        kind = type_name(data_type)
        if kind is not None:
            found[column] = kind
    return found


def type_name(data_type: str) -> str | None:
    """The engine's name of a DuckDB type, None where it has none."""
    base = data_type.split("(")[0].strip().upper()
    return None if data_type.endswith("]") else _TYPES.get(base)
