"""Which SQL may be typed over a database: one query over tables and views, in its own dialect.

The gate keeps mistakes and mischief out; what a parser may overlook, a role that can only read
has to hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp, tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType
from sqlglot.tokens import Tokenizer

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sandbox.functions import FUNCTIONS
from kpis.sandbox.gate import is_part, passed, refuse, start_of
from kpis.sandbox.gate import place as position
from kpis.sources.databases.base import Database

SYSTEM = frozenset(
    (
        *("pg_catalog", "information_schema", "pg_toast", "mysql", "performance_schema"),
        *("sys", "system", "temp"),
    )
)
#: no names, whatever they say
TEXTS = frozenset((TokenType.STRING, TokenType.NUMBER))
RESERVED = frozenset(word for phrase in Tokenizer.KEYWORDS for word in phrase.split())
PREFIXES = ("pg_", "sqlite_", "duckdb_", "pragma_")


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
        schema, catalog = node.text("db"), node.text("catalog")
        system = schema.casefold() in SYSTEM or node.name.casefold().startswith(PREFIXES)
        if catalog or system:
            why = _("the tables of the system and of other databases cannot be read here")
            raise refuse(sql, start_of(node), why)
        if not schema and is_part(node):
            return None
        if "/" in node.name or "\\" in node.name:
            raise refuse(sql, start_of(node), _("files cannot be read here"))
        return ".".join(part for part in (schema, node.name) if part)


def gate(sql: str, database: Database) -> str:
    """The query as it may be sent, or Invalid with the place that is in the way."""
    return passed(sql, Outside(database)).sql


#: a name as databases put it into their refusals: in quotes, or after what it is
_NAMED = re.compile(
    r"""["`'“]([^"`'”]{1,120})["`'”]|(?:column|table|relation|function|near)s?:?\s+([\w.]+)"""
)


def located(error: Invalid, sql: str, database: Database) -> Invalid:
    """A refusal of the database itself with the place of the first name in it that was typed.

    The text that was sent is not the one that was typed, so places in it say nothing; the
    refusal stays as it is where it names nothing that stands in the query.
    """
    if not sql or error.field != "sql" or error.details.get("line"):
        return error
    try:
        tokens = tokenize(sql, dialect=database.grammar)
    except SqlglotError:
        return error
    starts: dict[str, int] = {}
    for token in tokens:
        if token.token_type not in TEXTS:
            starts.setdefault(token.text.casefold(), token.start)
    for quoted, plain in _NAMED.findall(str(error.message)):
        start = starts.get((quoted or plain).rpartition(".")[2].casefold())
        if start is not None:
            line, column = position(sql, start)
            said = _("Line %(line)s, column %(column)s: %(why)s", line=line, column=column,
                     why=error.message)  # fmt: skip
            return Invalid(said, field="sql", line=line, column=column)
    return error


def written(database: Database, schema: str, name: str, *, home: str = "") -> str:
    """A table as a query names it: without the schema where that is ``home`` or the usual one."""
    parts = (schema, name) if schema not in ("", home, database.default_schema) else (name,)
    named = (exp.to_identifier(part, quoted=not _is_plain(part)) for part in parts)
    return ".".join(part.sql(dialect=database.grammar) for part in named)


def _is_plain(name: str) -> bool:
    return bool(re.fullmatch("[a-z_][a-z0-9_]*", name)) and name.upper() not in RESERVED
