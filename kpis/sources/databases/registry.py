"""The kinds of database that can be a source."""

from __future__ import annotations

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.databases.base import Database
from kpis.sources.databases.files import DuckDB, SQLite
from kpis.sources.databases.mysql import MySQL
from kpis.sources.databases.postgresql import PostgreSQL
from kpis.sources.databases.spark import Spark

DATABASES: dict[str, Database] = {
    adapter.kind: adapter for adapter in (PostgreSQL(), MySQL(), SQLite(), DuckDB(), Spark())
}


def database_of(kind: str) -> Database:
    """The adapter of that kind."""
    if kind not in DATABASES:
        raise Invalid(
            _(
                "Databases of the kind “%(kind)s” cannot be read. Known: %(known)s.",
                kind=kind,
                known=", ".join(sorted(DATABASES)),
            ),
            field="kind",
        )
    return DATABASES[kind]
