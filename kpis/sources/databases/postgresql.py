"""PostgreSQL, and what speaks its language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errors
from sqlalchemy.pool import QueuePool

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.databases.base import (
    CONNECT_SECONDS,
    RELATIONS_SHOWN,
    Attribute,
    Database,
    Place,
    Relation,
)

SSL = {
    "verify": {"sslmode": "verify-full", "sslrootcert": "system"},
    "require": {"sslmode": "require"},
    "off": {"sslmode": "disable"},
}
#: nothing of the machine's own settings decides where and as whom to connect
NOTHING_ELSE = {
    "passfile": "/nonexistent/pgpass",
    "gssencmode": "disable",
    "channel_binding": "prefer",
}
SYSTEM = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"

ROLE = """
SELECT current_user, current_database(), rolsuper, rolcreaterole, rolcreatedb, rolreplication,
       EXISTS (
         SELECT FROM pg_roles g
         WHERE g.rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_read_server_files',
                             'pg_execute_server_program', 'pg_signal_backend', 'pg_checkpoint',
                             'pg_maintain')
           AND pg_has_role(current_user, g.oid, 'MEMBER')),
       has_database_privilege(current_database(), 'CREATE')
FROM pg_roles WHERE rolname = current_user
"""
SCHEMA = f"""
SELECT n.nspname FROM pg_namespace n
WHERE {SYSTEM} AND has_schema_privilege(n.oid, 'CREATE') ORDER BY 1 LIMIT 1
"""
WRITABLE = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {SYSTEM} AND CASE
    WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE, UPDATE')
    WHEN c.relkind IN ('r', 'p', 'v', 'f', 'm') THEN
      has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
      OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES')
    ELSE false END
ORDER BY 1, 2 LIMIT 1
"""
RELATIONS = f"""
SELECT n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
       CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::bigint END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {SYSTEM} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1, 2 LIMIT {RELATIONS_SHOWN}
"""
READER = """CREATE ROLE ace_reader LOGIN PASSWORD '…';
GRANT CONNECT ON DATABASE %(database)s TO ace_reader;
GRANT USAGE ON SCHEMA public TO ace_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ace_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ace_reader;"""
NO_CREATE = """REVOKE CREATE ON SCHEMA %(schema)s FROM PUBLIC;
REVOKE CREATE ON SCHEMA %(schema)s FROM %(role)s;"""

#: how a server turns somebody away while connecting, where it gives no code
NOT_LET_IN = (
    *("authentication failed", "is not permitted to log in", "no pg_hba.conf entry"),
    "does not exist",
)

_WHOLE = ("smallint", "integer", "bigint", "oid")
_NUMBERS = ("numeric", "real", "double precision")
_TEXTS = ("text", "character varying", "character", "uuid", "name", "citext", "json", "jsonb",
          "time without time zone", "time with time zone", "inet", "cidr", "macaddr", "xml",
          "money", "interval")  # fmt: skip


class PostgreSQL(Database):
    kind = "postgresql"
    label = "PostgreSQL"
    default_port = 5432
    default_schema = "public"
    grammar = "postgres"
    functions = frozenset(
        (
            *("to_char", "to_date", "to_timestamp", "date_bin", "date_part", "age", "initcap"),
            *("overlay", "btrim", "octet_length", "char_length", "character_length", "format"),
            *("split_part", "string_to_array", "array_length", "jsonb_extract_path_text"),
            *("json_extract_path_text", "every", "num_nonnulls", "width_bucket"),
        )
    )
    is_live = True

    def engine(self, place: Place, *, seconds: float, pool: int = 1) -> sa.Engine:
        def connect() -> Any:
            return psycopg2.connect(
                host=place.host,
                hostaddr=place.address,
                port=place.port,
                dbname=place.database,
                user=place.user,
                password=place.password,
                connect_timeout=CONNECT_SECONDS,
                application_name="ACE Portal",
                options=(
                    f"-c statement_timeout={int(seconds * 1000)}"
                    " -c default_transaction_read_only=on -c TimeZone=UTC"
                    " -c DateStyle=ISO -c IntervalStyle=iso_8601"
                    " -c extra_float_digits=1 -c lock_timeout=5000"
                ),
                **SSL[place.tls],
                **NOTHING_ELSE,
            )

        return sa.create_engine(
            "postgresql+psycopg2://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            pool_pre_ping=True,
            pool_recycle=600,
        )

    def check_rights(self, connection: sa.Connection) -> None:
        role, database, *powers = connection.exec_driver_sql(ROLE).one()
        names = {"role": self.quoted(role), "database": self.quoted(database)}
        if any(powers):
            raise _too_strong(role, _("it administers the server or the database"), READER % names)
        schema = connection.exec_driver_sql(SCHEMA).scalar()
        if schema is not None:
            raise _too_strong(
                role,
                _("it can create tables in the schema “%(name)s”", name=schema),
                NO_CREATE % {**names, "schema": self.quoted(schema)},
            )
        writable = connection.exec_driver_sql(WRITABLE).one_or_none()
        if writable is not None:
            raise _too_strong(
                role,
                _("it can change “%(name)s”", name=".".join(writable)),
                READER % names,
            )

    def relations(self, connection: sa.Connection) -> list[Relation]:
        return [Relation(*row) for row in connection.exec_driver_sql(RELATIONS)]

    def attributes(self, connection: sa.Connection, query: str) -> list[Attribute]:
        cursor = connection.connection.cursor()
        try:
            cursor.execute(f"SELECT * FROM ({query}) AS q LIMIT 0")
            described: list[tuple[str, Any]] = [
                (column[0], column[1]) for column in cursor.description or ()
            ]
            wanted = sorted({oid for _name, oid in described})
            cursor.execute(
                "SELECT t.oid, format_type(t.oid, NULL), t.typtype FROM pg_type t "
                "WHERE t.oid = ANY(%s::oid[])",
                (wanted,),
            )
            types = {oid: (native, kind) for oid, native, kind in cursor.fetchall()}
        except psycopg2.Error as error:
            raise sa.exc.DBAPIError.instance(query, None, error, psycopg2.Error) from error
        finally:
            cursor.close()
        return [self._attribute(name, *types.get(oid, ("unknown", "b"))) for name, oid in described]

    def _attribute(self, name: str, native: str, kind: str) -> Attribute:
        column = f"q.{self.quoted(name)}"
        if native in _WHOLE:
            return Attribute(name, native, "integer", f"{column}::bigint")
        if native in _NUMBERS:
            return Attribute(name, native, "number", f"{column}::double precision")
        if native == "boolean":
            return Attribute(name, native, "boolean", column)
        if native == "date":
            return Attribute(name, native, "date", column)
        if native == "timestamp with time zone":
            return Attribute(name, native, "timestamp", f"({column} AT TIME ZONE 'UTC')")
        if native == "timestamp without time zone":
            return Attribute(name, native, "timestamp", column, naive=True)
        if native in _TEXTS or kind == "e":
            return Attribute(name, native, "text", f"{column}::text")
        return Attribute(name, native, "", column)

    def exceeds(self, attribute: Attribute, value: int | float | date | datetime) -> str:
        # The column as it is, so that an index serves.
        column = f"q.{self.quoted(attribute.name)}"
        if isinstance(value, datetime) and not attribute.naive:
            stamp = value.isoformat(sep=" ", timespec="microseconds")
            return f"{column} > TIMESTAMPTZ '{stamp}+00'"
        if attribute.type == "number":
            column = attribute.sql
        return f"{column} > {self.spelled(value)}"

    def copy(
        self, connection: sa.Connection, query: str, attributes: Sequence[Attribute], out: IO[bytes]
    ) -> None:
        cursor = connection.connection.cursor()
        try:
            cursor.copy_expert(
                f"COPY ({query}) TO STDOUT WITH (FORMAT csv, NULL '\\N', ENCODING 'UTF8')", out
            )
        except psycopg2.Error as error:
            raise sa.exc.DBAPIError.instance(query, None, error, psycopg2.Error) from error
        finally:
            cursor.close()

    def is_refusal(self, error: Exception, text: str) -> bool:
        code = getattr(getattr(error, "orig", None), "pgcode", None)
        if code is None:  # a connection that was not made has no code
            return any(why in text for why in NOT_LET_IN)
        return str(code).startswith("28")

    def is_slow(self, error: Exception, text: str) -> bool:
        return isinstance(getattr(error, "orig", None), errors.QueryCanceled)

    def is_away(self, error: Exception, text: str) -> bool:
        origin = getattr(error, "orig", None)
        return super().is_away(error, text) or (
            isinstance(origin, psycopg2.OperationalError) and origin.pgcode is None
        )


def _too_strong(role: str, why: str, statement: str) -> Invalid:
    return Invalid(
        _(
            "The role “%(role)s” may do more than read: %(why)s. Use one that may only read.",
            role=role,
            why=why,
        ),
        field="user",
        statement=statement,
    )
