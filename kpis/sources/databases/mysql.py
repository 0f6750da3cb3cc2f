"""MySQL and MariaDB."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import IO, Any

import pymysql
import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from sqlalchemy.pool import QueuePool

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.databases import rows
from kpis.sources.databases.base import (
    CONNECT_SECONDS,
    RELATIONS_SHOWN,
    Attribute,
    Database,
    Place,
    Relation,
)

#: what a grant may say of a role that only reads
READING = frozenset(("USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"))
GRANT = re.compile(r"GRANT (?P<rights>.+?) ON (?P<where>.+?) TO ", re.IGNORECASE)
SESSION = (
    "SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES', "
    "time_zone = '+00:00'"
)
RELATIONS = f"""
SELECT table_schema, table_name, CASE WHEN table_type = 'VIEW' THEN 'view' ELSE 'table' END,
       table_rows
FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
ORDER BY 1, 2 LIMIT {RELATIONS_SHOWN}
"""
READER = """CREATE USER ace_reader@'%%' IDENTIFIED BY '…';
GRANT SELECT, SHOW VIEW ON %(database)s.* TO ace_reader@'%%';"""
WRONG_PASSWORD = (1044, 1045, 1698)
TOO_LONG = (1969, 3024, 1317)
AWAY = (2003, 2006, 2013, 2055)
BINARY = 63  # the collation of bytes

_WHOLE = (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG,
          FIELD_TYPE.INT24, FIELD_TYPE.YEAR)  # fmt: skip
_NUMBERS = (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE)
_TEXTS = (FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.ENUM,
          FIELD_TYPE.SET, FIELD_TYPE.BLOB, FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB,
          FIELD_TYPE.LONG_BLOB, FIELD_TYPE.JSON, FIELD_TYPE.TIME)  # fmt: skip


class MySQL(Database):
    """Names are quoted the ANSI way; a TIMESTAMP comes in UTC, a DATETIME as it is."""

    kind = "mysql"
    label = "MySQL or MariaDB"
    default_port = 3306
    grammar = "mysql"
    functions = frozenset(
        (
            *("date_format", "str_to_date", "from_unixtime", "unix_timestamp", "timestampdiff"),
            *("timestampadd", "substring_index", "char_length", "makedate", "period_diff"),
            *("to_days", "from_days", "json_extract", "json_unquote", "json_value", "elt"),
            *("field", "find_in_set"),
        )
    )
    is_live = True

    def engine(self, place: Place, *, seconds: float, pool: int = 1) -> sa.Engine:
        def connect() -> Any:
            line = socket.create_connection((place.address, place.port), timeout=CONNECT_SECONDS)
            connection = pymysql.connect(
                host=place.host,
                port=place.port,
                user=place.user,
                password=place.password,
                database=place.database or None,
                charset="utf8mb4",
                local_infile=False,
                read_timeout=seconds + 5,
                init_command=SESSION,
                defer_connect=True,
                **_tls(place.tls),
            )
            connection.connect(line)
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
                cursor.execute(_limit(connection.get_server_info(), seconds))
            return connection

        engine = sa.create_engine(
            "mysql+pymysql://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            pool_pre_ping=True,
            pool_recycle=600,
        )
        sa.event.listen(engine, "connect", _compare_bytes)
        return engine

    def check_rights(self, connection: sa.Connection) -> None:
        role, database = connection.exec_driver_sql("SELECT current_user(), database()").one()
        for (grant,) in connection.exec_driver_sql("SHOW GRANTS"):
            found = GRANT.match(grant)
            rights = found["rights"] if found else grant
            columns = re.sub(r"\([^)]*\)", "", rights)
            beyond = {right.strip().upper() for right in columns.split(",")} - READING
            if beyond or "WITH GRANT OPTION" in grant.upper():
                named = self.quoted(database) if database else "your_database"
                raise Invalid(
                    _(
                        "The role “%(role)s” may do more than read: %(why)s. "
                        "Use one that may only read.",
                        role=role,
                        why=", ".join(sorted(beyond)).lower() or "grant",
                    ),
                    field="user",
                    statement=READER % {"database": named},
                )

    def relations(self, connection: sa.Connection) -> list[Relation]:
        return [Relation(*row) for row in connection.exec_driver_sql(RELATIONS)]

    def attributes(self, connection: sa.Connection, query: str) -> list[Attribute]:
        raw = connection.connection.cursor()
        try:
            raw.execute(f"SELECT * FROM ({query}) AS q LIMIT 0")
            return [self._attribute(field) for field in raw._result.fields]
        except pymysql.MySQLError as error:
            raise sa.exc.DBAPIError.instance(query, None, error, pymysql.MySQLError) from error
        finally:
            raw.close()

    def _attribute(self, field: Any) -> Attribute:
        name, code, charset = field.name, field.type_code, field.charsetnr
        column = f"q.{self.quoted(name)}"
        native = next((k for k, v in vars(FIELD_TYPE).items() if v == code), "?").lower()
        if code == FIELD_TYPE.TINY and field.length == 1:
            return Attribute(name, "boolean", "boolean", f"({column} <> 0)")
        if code == FIELD_TYPE.BIT and field.length == 1:
            return Attribute(name, "bit", "boolean", f"({column} + 0 <> 0)")
        if code in _WHOLE:
            return Attribute(name, native, "integer", f"CAST({column} AS SIGNED)")
        if code in _NUMBERS:
            return Attribute(name, native, "number", f"({column} + 0e0)")
        if code in (FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE):
            return Attribute(name, native, "date", column)
        if code in (FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP):
            naive = code == FIELD_TYPE.DATETIME
            return Attribute(name, native, "timestamp", column, naive=naive)
        if code == FIELD_TYPE.JSON or (code in _TEXTS and charset != BINARY):
            return Attribute(name, native, "text", f"CAST({column} AS CHAR)")
        if code == FIELD_TYPE.TIME:
            return Attribute(name, native, "text", f"CAST({column} AS CHAR)")
        return Attribute(name, native, "", column)

    def rows(self, connection: sa.Connection, query: str) -> Iterator[Sequence[Any]]:
        cursor = connection.connection.cursor(pymysql.cursors.SSCursor)
        try:
            cursor.execute(query)
            while found := cursor.fetchmany(1_000):
                yield from found
        except pymysql.MySQLError as error:
            raise sa.exc.DBAPIError.instance(query, None, error, pymysql.MySQLError) from error
        finally:
            cursor.close()

    def copy(
        self, connection: sa.Connection, query: str, attributes: Sequence[Attribute], out: IO[bytes]
    ) -> None:
        rows.written(self.rows(connection, query), [a.type for a in attributes], out)

    def is_refusal(self, error: Exception, text: str) -> bool:
        return _code(error) in WRONG_PASSWORD

    def is_slow(self, error: Exception, text: str) -> bool:
        return _code(error) in TOO_LONG

    def is_away(self, error: Exception, text: str) -> bool:
        return super().is_away(error, text) or _code(error) in AWAY


def _code(error: Exception) -> int:
    origin = getattr(error, "orig", error)
    first = origin.args[0] if origin is not None and origin.args else 0
    return first if isinstance(first, int) else 0


def _limit(server: str, seconds: float) -> str:
    """How this server says how long a statement may take."""
    if "mariadb" in server.lower():
        return f"SET SESSION max_statement_time = {seconds:g}"
    return f"SET SESSION max_execution_time = {int(seconds * 1000)}"


def _compare_bytes(connection: Any, _record: Any) -> None:
    """After SQLAlchemy has named the letters, which sets the usual collation."""
    with connection.cursor() as cursor:
        server = connection.get_server_info()
        cursor.execute(f"SET SESSION collation_connection = {exact_collation(server)}")


def exact_collation(server: str) -> str:
    """The collation by which texts are the same that have the same bytes, spaces at the end too.

    A text that is cast has the connection's; by the usual one “north” would be “NORTH ”, and who
    sees the rows of the one would see those of the other.
    """
    if "mariadb" in server.lower():
        return "utf8mb4_nopad_bin"
    version = tuple(int(part) for part in re.findall(r"\d+", server)[:3])
    return "utf8mb4_0900_bin" if version >= (8, 0, 17) else "utf8mb4_bin"


def _tls(tls: str) -> dict[str, Any]:
    if tls == "off":
        return {"ssl_disabled": True}
    context = ssl.create_default_context()
    if tls == "require":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return {"ssl": context}
