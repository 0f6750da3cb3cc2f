"""Which SQL typed by a person may run: one query over named tables, made of known pieces.

What runs is never the text that was typed but what its parsed form says, without comments, and
that again has to pass. The gate keeps mistakes and mischief out; the child's limits hold what a
parser might overlook.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import capitalised, pattern
from ace_portal.lib.words import sentence as _
from kpis.sandbox.functions import FUNCTIONS, WHY_NOT

LONGEST = 50_000
DIALECT = "duckdb"
logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its doubts become our refusals

# Query structure, operators and literals; everything that is not here is refused.
_PIECES = """
    Select From Join Where Group Having Order Ordered Limit Offset Qualify Window WindowSpec With
    CTE Subquery Table TableAlias Alias Column Identifier Star Literal Null Boolean Paren Tuple
    Distinct Filter Union Except Intersect SetOperation Values Exists In Between Like ILike
    SimilarTo Escape Is Not Neg And Or Xor EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Add Sub Mul
    Div IntDiv Mod Pow DPipe SafeDPipe Case If Cast TryCast DataType DataTypeParam Interval
    IntervalSpan Var Extract Coalesce WithinGroup IgnoreNulls RespectNulls Cube Rollup GroupingSets
    Any All AtTimeZone Collate
"""
PIECES = frozenset(_PIECES.split())
NAMED_PIECES = {
    "TableSample": _("samples are drawn anew each time: the same data must give the same figures"),
    "Lateral": _("LATERAL is not available here"),
    "Unnest": _("table functions are not available here"),
    "Pivot": _("PIVOT is not available here: write one column per value with CASE"),
    "Placeholder": _("placeholders have no value here: write the value itself"),
    "Parameter": _("placeholders have no value here: write the value itself"),
}


@dataclass(frozen=True, slots=True)
class Gated:
    """SQL that may run in the child."""

    sql: str
    tables: tuple[str, ...]  # the inputs that it reads


class Rules(Protocol):
    """What may be said, and in which dialect."""

    @property
    def dialect(self) -> str:
        """sqlglot's name of the dialect."""

    @property
    def functions(self) -> frozenset[str]:
        """The functions that may be called, in small letters."""

    def table(self, node: exp.Table, sql: str) -> str | None:
        """The input that a table stands for, None for a part of the query; refuses others."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The rules of SQL over datasets: DuckDB's dialect, tables by their name alone."""

    known: dict[str, str]
    dialect: str = DIALECT
    functions: frozenset[str] = FUNCTIONS

    def table(self, node: exp.Table, sql: str) -> str | None:
        name, start = node.name, start_of(node)
        if node.args.get("db") or node.args.get("catalog"):
            why = _("write the table's name alone, without the part before “%(name)s”", name=name)
            raise refuse(sql, start, why)
        if is_part(node):
            return None
        if folded(name) not in self.known:
            tables = ", ".join(sorted(self.known.values())) or _("none")
            why = _(
                "there is no table “%(name)s”. Tables here: %(tables)s", name=name, tables=tables
            )
            raise refuse(sql, start, why)
        return self.known[folded(name)]


def gate(sql: str, tables: Sequence[str]) -> Gated:
    """A query over datasets in its own words, or Invalid with the place that is in the way."""
    return passed(sql, Inputs({folded(name): name for name in tables}))


def passed(sql: str, rules: Rules) -> Gated:
    """The query as its parsed form says it, which passes again; Invalid where it does not."""
    tree = _parse(sql, rules.dialect)
    used = _check(tree, sql, rules)
    try:
        written = tree.sql(dialect=rules.dialect, comments=False)
    except RecursionError as error:
        raise _too_deep() from error
    again = _parse(written, rules.dialect)
    _check(again, written, rules)
    return Gated(written, tuple(sorted(used)))


def _too_deep() -> Invalid:
    return Invalid(_("The query is nested too deeply."), field="sql")


def parsed(sql: str) -> exp.Query:
    """A query over datasets that has passed, as it is read."""
    return _parse(sql, DIALECT)


def place(sql: str, start: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in the text."""
    return sql.count("\n", 0, start) + 1, start - sql.rfind("\n", 0, start)


def refuse(sql: str, start: int | None, why: str, *, end: str = ".") -> Invalid:
    """The refusal with its place; ``why`` goes on in the middle of a sentence."""
    why = pattern("%(why)s%(end)s", why=why, end=end)
    if start is None:
        return Invalid(capitalised(why), field="sql")
    line, column = place(sql, start)
    return Invalid(
        _("Line %(line)s, column %(column)s: %(why)s", line=line, column=column, why=why),
        field="sql",
        line=line,
        column=column,
    )


def _parse(sql: str, dialect: str) -> exp.Query:
    if not sql.strip():
        raise Invalid(_("Write a query first."), field="sql")
    if len(sql) > LONGEST:
        raise Invalid(
            _(
                "The query has %(n)s characters; at most %(most)s are allowed.",
                n=f"{len(sql):,}",
                most=f"{LONGEST:,}",
            ),
            field="sql",
        )
    try:
        statements = [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree is not None]
    except RecursionError as error:
        raise _too_deep() from error
    except SqlglotError as error:
        raise _unreadable(error) from error
    if not statements:
        raise Invalid(_("Write a query first."), field="sql")
    if len(statements) > 1:
        raise Invalid(
            _(
                "Write one query; these are %(n)s statements. Remove all but one.",
                n=len(statements),
            ),
            field="sql",
        )
    tree = statements[0]
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery):
        first = (sql.split() or [""])[0].upper()
        raise Invalid(
            _(
                "Only a query that reads is allowed: begin with SELECT or WITH, not %(word)s.",
                word=first[:30],
            ),
            field="sql",
        )
    return tree


def _unreadable(error: SqlglotError) -> Invalid:
    found = getattr(error, "errors", None) or [{}]
    line, column = found[0].get("line"), found[0].get("col")
    if not line:
        return Invalid(
            _("The query cannot be read as SQL. Check quotes and brackets."), field="sql"
        )
    near = found[0].get("highlight") or ""
    what = str(found[0].get("description") or "").rstrip(".") or _("unexpected text")
    start = max(int(column) - len(near) + 1, 1)
    return Invalid(
        _(
            "Line %(line)s, column %(column)s: the query cannot be read near “%(near)s” "
            "(%(what)s).",
            line=line,
            column=start,
            near=near[:40],
            what=what,
        ),
        field="sql",
        line=line,
        column=start,
    )


def _check(tree: exp.Query, sql: str, rules: Rules) -> set[str]:
    """Refuse the first piece that is not allowed; return the inputs that are read."""
    used = set()
    for node in tree.walk():
        if isinstance(node, exp.Table):
            name = _table(node, sql, rules)
            if name is not None:
                used.add(name)
        elif type(node).__name__ in PIECES:
            continue
        elif isinstance(node, exp.Func):
            _function(node, sql, rules)
        else:
            kind = type(node).__name__
            why = NAMED_PIECES.get(kind) or _("%(word)s is not available here", word=kind.upper())
            raise refuse(sql, start_of(node), why)
    return used


def _function(node: exp.Func, sql: str, rules: Rules) -> None:
    start, end = node.meta.get("start"), node.meta.get("end")
    name = str(node.name) if isinstance(node, exp.Anonymous) else node.sql_name()
    if start is not None and end is not None:
        name = sql[start : end + 1].strip('"')
    name = name.lower()
    if name not in rules.functions:
        why = WHY_NOT.get(name) or _("it is unknown or not available here")
        why = _("the function “%(name)s” cannot be used: %(why)s", name=name, why=why)
        raise refuse(sql, start_of(node), why)


def _table(node: exp.Table, sql: str, rules: Rules) -> str | None:
    """The input that the table stands for, or None for a part of the query itself."""
    if not isinstance(node.this, exp.Identifier):
        called = node.this.sql(dialect=rules.dialect)[:40] if node.this is not None else "this"
        why = _("“%(name)s” is a table function, which is not available", name=called)
        raise refuse(sql, start_of(node), why)
    return rules.table(node, sql)


def folded(name: str) -> str:
    """A name as DuckDB compares it: only the letters A to Z lose their case."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in name)


def is_part(node: exp.Table) -> bool:
    """Whether a table's name is that of a WITH part which this place can see."""
    return folded(node.name) in _visible_parts(node)


def _visible_parts(node: exp.Expr) -> set[str]:
    """Names of the WITH parts that this place can see, by SQL's scoping."""
    names: set[str] = set()
    child: exp.Expr = node
    while (parent := child.parent) is not None:
        if isinstance(parent, exp.With):
            parts = parent.expressions
            at = next(i for i, part in enumerate(parts) if part is child)
            names |= {folded(part.alias) for part in parts[: at + bool(parent.recursive)]}
        else:
            with_ = _with_of(parent)
            if with_ is not None and with_ is not child:
                names |= {folded(part.alias) for part in with_.expressions}
        child = parent
    return names


def _with_of(node: exp.Expr) -> exp.With | None:
    found = node.args.get("with_") or node.args.get("with")
    return found if isinstance(found, exp.With) else None


def start_of(node: exp.Expr) -> int | None:
    return next(_starts(node), None)


def _starts(node: exp.Expr) -> Iterator[int]:
    for part in node.walk(bfs=False):
        start = part.meta.get("start")
        if isinstance(start, int):
            yield start
