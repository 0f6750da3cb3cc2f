"""What SQL dialects say differently, each said exactly or refused.

Stamps are TIMESTAMP without zone, in UTC (text in ISO form on SQLite). Values are always bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _

DIALECTS = (
    "duckdb", "postgresql", "sqlite", "mysql", "spark", "databricks", "clickhousedb", "trino",
    "snowflake", "bigquery",
)  # fmt: skip
#: without a quantile of their own: row numbers give it exactly
RANKED = ("sqlite", "mysql", "trino", "bigquery")
#: where rows cannot be joined with windows that are spelled out beside the query
NO_WINDOWS = ("clickhousedb", "snowflake", "bigquery")
Element = ColumnElement[Any]
#: how a construct holds what its SQL is made of: an expression, or a value that is written out
PART, WRITTEN = InternalTraversal.dp_clauseelement, InternalTraversal.dp_plain_obj
ONE: Element = sa.literal_column("1", sa.Integer())
ZERO: Element = sa.literal_column("0", sa.Integer())


def check_dialect(dialect: Dialect) -> None:
    """Raise ``Invalid`` on a database that has no exact form of what the engine computes."""
    if dialect.name not in DIALECTS:
        raise Invalid(
            _(
                "Figures cannot be computed exactly inside %(database)s; extract it instead.",
                database=dialect.name,
            )
        )


def check_windows(dialect: Dialect) -> None:
    """Raise ``Invalid`` where figures of many overlapping periods cannot be computed from rows."""
    if dialect.name in NO_WINDOWS:
        raise Invalid(
            _(
                "A moving or cumulative figure of this kind cannot be computed exactly inside "
                "%(database)s; extract it instead.",
                database=dialect.name,
            )
        )


class _StampText(TypeDecorator[datetime]):
    """A stamp as SQLite has it."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else stamp_text(value)


def stamp_type() -> TypeEngine[Any]:
    """A naive UTC stamp as a bound value, for ``>=`` and ``<`` alone.

    On SQLite it is the shortest text of its instant, which sorts before every longer spelling of
    the same instant; so both comparisons are right however a writer pads its fractions.
    """
    return sa.DateTime().with_variant(_StampText(), "sqlite")


def stamp_text(value: datetime) -> str:
    """ISO text without trailing zeros of the fraction."""
    text = value.isoformat(sep=" ")
    return text.rstrip("0") if "." in text else text


class Construct(ColumnElement[Any]):
    """An expression that is compiled per dialect, and refused where it has no exact form.

    A statement is compiled once for all that differ in bound values alone. So each class names in
    ``_cache_key_traversal`` every attribute that it has, each a ``PART`` or ``WRITTEN``: one that
    is left out would give a question the SQL of another.
    """

    _cache_key_traversal: Any = ()


class SecondsBetween(Construct):
    """Seconds from one stamp or date to another, to the microsecond."""

    type = sa.Double()
    _cache_key_traversal = (("start", PART), ("end", PART), ("dates", WRITTEN))

    def __init__(self, start: Element, end: Element, *, dates: bool) -> None:
        self.start = start
        self.end = end
        self.dates = dates


class Quantile(Construct):
    """The exact quantile by linear interpolation between closest ranks, nulls left out."""

    type = sa.Double()
    _cache_key_traversal = (("column", PART), ("q", WRITTEN))

    def __init__(self, column: Element, q: float) -> None:
        self.column = column
        self.q = q


class WholePart(Construct):
    """The whole part of a number that is not negative, where quantiles are made of row numbers."""

    type = sa.BigInteger()
    _cache_key_traversal = (("number", PART),)

    def __init__(self, number: Element) -> None:
        self.number = number


class EqualsAny(Construct):
    """Whether a column equals any of the values, bound as one array."""

    type = sa.Boolean()
    _cache_key_traversal = (("column", PART), ("array", PART), ("expanded", PART))

    def __init__(self, column: Element, values: Sequence[Any], item: TypeEngine[Any]) -> None:
        self.column = column
        self.array: Element = sa.bindparam(None, list(values), type_=sa.ARRAY(item), unique=True)
        self.expanded = column.in_(sa.bindparam(None, list(values), item, True, expanding=True))


class Contains(Construct):
    """Whether a text holds another, letter by letter (case counts, no wildcards)."""

    type = sa.Boolean()
    _cache_key_traversal = (("column", PART), ("part", PART))

    def __init__(self, column: Element, part: Element) -> None:
        self.column = column
        self.part = part


@compiles(Construct)
def _refuse(element: Construct, compiler: SQLCompiler, **kw: Any) -> str:
    check_dialect(compiler.dialect)
    raise NotImplementedError(type(element).__name__)


@compiles(SecondsBetween, "duckdb")
def _seconds_duckdb(element: SecondsBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = compiler.process(element.start, **kw), compiler.process(element.end, **kw)
    if element.dates:
        return f"(CAST({end} - {start} AS DOUBLE) * 86400)"
    return f"((epoch_us({end}) - epoch_us({start})) / 1e6)"


@compiles(SecondsBetween, "postgresql")
def _seconds_postgresql(element: SecondsBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = compiler.process(element.start, **kw), compiler.process(element.end, **kw)
    if element.dates:
        return f"(CAST({end} - {start} AS DOUBLE PRECISION) * 86400)"
    return f"CAST(EXTRACT(EPOCH FROM {end} - {start}) AS DOUBLE PRECISION)"


@compiles(SecondsBetween, "sqlite")
def _seconds_sqlite(element: SecondsBetween, compiler: SQLCompiler, **kw: Any) -> str:
    # Whole seconds and fractions apart: julianday() alone is good to a tenth of a millisecond.
    start, end = compiler.process(element.start, **kw), compiler.process(element.end, **kw)
    whole = f"(CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER))"
    fraction = (
        f"(CAST('0' || substr({end}, 20) AS REAL) - CAST('0' || substr({start}, 20) AS REAL))"
    )
    return f"({whole} + {fraction})"


@compiles(Quantile, "duckdb")
def _quantile_duckdb(element: Quantile, compiler: SQLCompiler, **kw: Any) -> str:
    return f"quantile_cont(CAST({compiler.process(element.column, **kw)} AS DOUBLE), {element.q!r})"


@compiles(Quantile, "postgresql")
def _quantile_postgresql(element: Quantile, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return (
        f"percentile_cont({element.q!r}) WITHIN GROUP (ORDER BY CAST({column} AS DOUBLE PRECISION))"
    )


@compiles(WholePart, "sqlite")
def _whole_sqlite(element: WholePart, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.number, **kw)} AS INTEGER)"


@compiles(EqualsAny, "duckdb")
@compiles(EqualsAny, "postgresql")
def _any(element: EqualsAny, compiler: SQLCompiler, **kw: Any) -> str:
    column, array = compiler.process(element.column, **kw), compiler.process(element.array, **kw)
    return f"({column} = ANY({array}))"


@compiles(EqualsAny, "sqlite")
def _any_sqlite(element: EqualsAny, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.expanded, **kw)})"


@compiles(Contains, "duckdb")
@compiles(Contains, "postgresql")
def _contains(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, part = compiler.process(element.column, **kw), compiler.process(element.part, **kw)
    return f"(strpos({column}, {part}) > 0)"


@compiles(Contains, "sqlite")
def _contains_sqlite(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, part = compiler.process(element.column, **kw), compiler.process(element.part, **kw)
    return f"(instr({column}, {part}) > 0)"
