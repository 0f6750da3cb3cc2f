"""Which SQL may be typed over a database: one query over tables and views, in its own dialect.

The gate keeps mistakes and mischief out; what a parser may overlook, a role that can only read
has to hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from ace_portal.lib.words import sentence as _
from kpis.sandbox.functions import FUNCTIONS
from kpis.sandbox.gate import is_part, passed, refuse, start_of
from kpis.sources.databases.base import Database

SYSTEM = frozenset(
    (
        *("pg_catalog", "information_schema", "pg_toast", "mysql", "performance_schema"),
        *("sys", "system", "temp"),
    )
)
PREFIXES = ("pg_", "sqlite_", "duckdb_")


@dataclass(frozen=True, slots=True)
class Outside:
    """The rules of SQL over a database; which tables there are its role decides."""

    database: Database

    @property
    def dialect(self) -> str:
        return self.database.grammar

    @property
    def functions(self) -> frozenset[str]:
        return FUNCTIONS | self.database.functions

    def table(self, node: exp.Table, sql: str) -> str | None:
        if is_part(node):
            return None
        schema, catalog = node.text("db"), node.text("catalog")
        system = schema.casefold() in SYSTEM or node.name.casefold().startswith(PREFIXES)
        if catalog or system:
            why = _("the tables of the system and of other databases cannot be read here")
            raise refuse(sql, start_of(node), why)
        if "/" in node.name or "\\" in node.name:
            raise refuse(sql, start_of(node), _("files cannot be read here"))
        return ".".join(part for part in (schema, node.name) if part)


def gate(sql: str, database: Database) -> str:
    """The query as it may be sent, or Invalid with the place that is in the way."""
    return passed(sql, Outside(database)).sql
