"""Spark's own wire protocol, Spark Connect, as the database interface that SQLAlchemy speaks to.

Values travel as named parameters beside the statement; Spark puts them in as literals of its own.
``pyspark[connect]`` is an extra: without it Spark is no source.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import compiler
from sqlalchemy.types import TypeEngine

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _

apilevel, threadsafety, paramstyle = "2.0", 1, "named"


class Error(Exception):
    """What Spark refused or failed at."""


class OperationalError(Error):
    """Nobody answers, or the time is over."""


def connect(url: str, seconds: float, options: Sequence[tuple[str, Any]] = ()) -> Connection:
    """A session of its own on the server; ``options`` are those of the gRPC channel."""
    try:
        sql = importlib.import_module("pyspark.sql.connect.session")
        client = importlib.import_module("pyspark.sql.connect.client")
    except ImportError as error:
        raise Invalid(
            _("Spark needs the package pyspark[connect] on the portal's machine."), field="kind"
        ) from error
    try:
        channel = client.DefaultChannelBuilder(url, channelOptions=list(options))
        session = sql.SparkSession.builder.channelBuilder(channel).create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
    except Exception as error:  # noqa: BLE001  Spark's and gRPC's have no base in common
        raise OperationalError(_first_line(error)) from None
    return Connection(session, seconds)


class Connection:
    """One session; nothing is ever written, so there is nothing to commit."""

    def __init__(self, session: Any, seconds: float) -> None:
        self.session = session
        self.seconds = seconds

    def cursor(self) -> Cursor:
        return Cursor(self)

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None:
        self.session.stop()


class Cursor:
    """One statement and its rows."""

    arraysize = 1_000
    rowcount = -1
    lastrowid = None

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: list[tuple[Any, ...]] | None = None
        self._rows: Iterator[Any] = iter(())

    def execute(
        self, statement: str, parameters: Mapping[str, Any] | None = None, *, stream: bool = False
    ) -> None:
        """Run it; after the connection's time its operations are interrupted at the server.

        With ``stream`` the rows come while they are read, and who reads them holds the clock.
        """
        session = self.connection.session
        timer = threading.Timer(self.connection.seconds, session.interruptAll)
        timer.daemon = True
        timer.start()
        try:
            frame = session.sql(statement, args=dict(parameters or {}))
            self.description = [
                (field.name, field.dataType.simpleString(), None, None, None, None, field.nullable)
                for field in frame.schema.fields
            ]
            rows = frame.toLocalIterator() if stream else frame.collect()
            self._rows = iter(rows if self.description else ())
        except Exception as error:  # noqa: BLE001  Spark's and gRPC's have no base in common
            kind = OperationalError if "INTERRUPT" in str(error).upper() else Error
            raise kind(_first_line(error)) from None
        finally:
            timer.cancel()

    def fetchone(self) -> Any:
        return next(self._told(), None)

    def fetchmany(self, size: int = 0) -> list[Any]:
        return list(islice(self._told(), size or self.arraysize))

    def fetchall(self) -> list[Any]:
        return list(self._told())

    def _told(self) -> Iterator[Any]:
        try:
            yield from (tuple(row) for row in self._rows)
        except Exception as error:  # noqa: BLE001  Spark's and gRPC's have no base in common
            raise Error(_first_line(error)) from None

    def close(self) -> None:
        self._rows = iter(())


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "Spark failed")


class _Stamp(sa.DateTime):
    """A stamp without zone: as text, since Spark's literal of it would be one with a zone."""

    def bind_processor(self, dialect: Any) -> Any:
        def written(value: datetime | None) -> str | None:
            return None if value is None else value.isoformat(sep=" ")

        return written

    def bind_expression(self, bindvalue: Any) -> Any:
        return sa.func.to_timestamp_ntz(bindvalue)


class _Types(compiler.GenericTypeCompiler):
    def visit_VARCHAR(self, type_: TypeEngine[Any], **kw: Any) -> str:  # noqa: N802
        return "STRING"

    visit_TEXT = visit_VARCHAR  # noqa: N815
    visit_CHAR = visit_VARCHAR  # noqa: N815

    def visit_DATETIME(self, type_: TypeEngine[Any], **kw: Any) -> str:  # noqa: N802
        return "TIMESTAMP_NTZ"

    visit_TIMESTAMP = visit_DATETIME  # noqa: N815


class _Names(compiler.IdentifierPreparer):
    def __init__(self, dialect: Any) -> None:
        super().__init__(dialect, initial_quote="`", escape_quote="`")

    def _requires_quotes(self, value: str) -> bool:
        return True


class SparkDialect(DefaultDialect):
    """Spark's SQL as SQLAlchemy writes it: names in backticks, values as named parameters."""

    name = "spark"
    driver = "connect"
    default_paramstyle = "named"
    supports_statement_cache = False
    supports_native_boolean = True
    supports_default_values = False
    insert_returning = False
    preparer: type[compiler.IdentifierPreparer] = _Names
    type_compiler_cls = _Types
    colspecs = {sa.DateTime: _Stamp}

    @classmethod
    def import_dbapi(cls) -> Any:
        return importlib.import_module(__name__)

    def do_ping(self, dbapi_connection: Any) -> bool:
        dbapi_connection.cursor().execute("SELECT 1")
        return True

    def initialize(self, connection: Any) -> None:
        """Nothing to find out."""

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        stream = context is not None and context.execution_options.get("stream_results")
        cursor.execute(statement, parameters, stream=bool(stream))


registry.register("spark.connect", __name__, SparkDialect.__name__)
