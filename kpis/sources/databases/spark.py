"""Apache Spark over Spark Connect: tables and views of its catalog, copied or asked live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from kpis.sources.databases import connect, rows
from kpis.sources.databases.base import (
    CONNECT_SECONDS,
    RELATIONS_SHOWN,
    Attribute,
    Database,
    Place,
    Relation,
)

_WHOLE = ("tinyint", "smallint", "int", "bigint")


def url_of(place: Place) -> str:
    """Where Spark is and how to get in; what people typed is no setting of its own."""
    settings = {"user_id": place.user}
    if place.tls != "off":
        settings["use_ssl"] = "true"
    if place.password:
        settings["token"] = place.password
    host = f"[{place.address}]" if ":" in place.address else place.address
    told = ";".join(f"{name}={quote(value, safe='')}" for name, value in settings.items())
    return f"sc://{host}:{place.port}/;{told}"


class Spark(Database):
    """Spark Connect does not tell what a role may do, so nobody types SQL: tables and views."""

    kind = "spark"
    label = "Apache Spark (Connect)"
    default_port = 15002
    default_schema = "default"
    grammar = "spark"
    is_live = True
    takes_sql = False

    def engine(self, place: Place, *, seconds: float, pool: int = 1) -> sa.Engine:
        options: list[tuple[str, Any]] = []
        if place.tls != "off":
            options.append(("grpc.ssl_target_name_override", place.host))
        url = url_of(place)
        return sa.create_engine(
            "spark+connect://",
            creator=lambda: connect.connect(url, seconds, options),
            poolclass=QueuePool,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            pool_recycle=600,
        )

    def check_rights(self, connection: sa.Connection) -> None:
        """Only what the portal writes is sent: a SELECT over one table or view."""

    def relations(self, connection: sa.Connection) -> list[Relation]:
        found: list[Relation] = []
        for (schema,) in connection.exec_driver_sql("SHOW DATABASES").all():
            tables = connection.exec_driver_sql(f"SHOW TABLES IN {self.quoted(schema)}").all()
            views = connection.exec_driver_sql(f"SHOW VIEWS IN {self.quoted(schema)}").all()
            named = {row[1] for row in views}
            found += [
                Relation(schema, name, "view" if name in named else "table")
                for _schema, name, temporary in tables
                if not temporary
            ]
        return sorted(found, key=lambda r: (r.schema, r.name))[:RELATIONS_SHOWN]

    def attributes(self, connection: sa.Connection, query: str) -> list[Attribute]:
        cursor = connection.exec_driver_sql(f"SELECT * FROM ({query}) AS q LIMIT 0").cursor
        return [self._attribute(column[0], str(column[1])) for column in cursor.description or ()]

    def _attribute(self, name: str, native: str) -> Attribute:
        column = f"q.{self.quoted(name)}"
        if native in _WHOLE:
            return Attribute(name, native, "integer", f"CAST({column} AS BIGINT)")
        if native in ("double", "float") or native.startswith("decimal"):
            return Attribute(name, native, "number", f"CAST({column} AS DOUBLE)")
        if native in ("boolean", "date"):
            return Attribute(name, native, native, column)
        if native == "timestamp":
            return Attribute(name, native, "timestamp", f"CAST({column} AS TIMESTAMP_NTZ)")
        if native == "timestamp_ntz":
            return Attribute(name, native, "timestamp", column, naive=True)
        if native == "string" or native.startswith(("varchar", "char")):
            return Attribute(name, native, "text", f"CAST({column} AS STRING)")
        return Attribute(name, native, "", column)

    def spelled(self, value: int | float | date | datetime) -> str:
        text = super().spelled(value)
        return text.replace("TIMESTAMP ", "TIMESTAMP_NTZ ", 1)

    def copy(
        self, connection: sa.Connection, query: str, attributes: Sequence[Attribute], out: IO[bytes]
    ) -> None:
        rows.written(self.rows(connection, query), [a.type for a in attributes], out)

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def is_slow(self, error: Exception, text: str) -> bool:
        return "INTERRUPT" in text.upper() or "OPERATION_CANCELED" in text

    def is_away(self, error: Exception, text: str) -> bool:
        return super().is_away(error, text) or "UNAVAILABLE" in text
