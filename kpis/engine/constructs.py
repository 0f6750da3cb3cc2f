"""What SQL dialects say differently, each said exactly or refused.

Stamps are TIMESTAMP without zone, in UTC (text in ISO form on SQLite). Literals inside these
constructs come from the calendar; values that people typed are always bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from ace_portal.lib.errors import Invalid
from kpis.engine.periods import Calendar, ordinal

DIALECTS = ("duckdb", "postgresql", "sqlite")
Element = ColumnElement[Any]
ONE: Element = sa.literal_column("1", sa.Integer())
ZERO: Element = sa.literal_column("0", sa.Integer())


def check_dialect(dialect: Dialect) -> None:
    """Raise ``Invalid`` on a database that has no exact form of what the engine computes."""
    if dialect.name not in DIALECTS:
        raise Invalid(
            f"Figures cannot be computed exactly inside {dialect.name}; extract it instead."
        )


class Stamp(TypeDecorator[datetime]):
    """A naive UTC stamp as a bound value, for ``>=`` and ``<`` alone.

    On SQLite it is the shortest text of its instant, which sorts before every longer spelling of
    the same instant; so both comparisons are right however a writer pads its fractions.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.String() if dialect.name == "sqlite" else sa.DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return stamp_text(value)


def stamp_text(value: datetime) -> str:
    """ISO text without trailing zeros of the fraction."""
    text = value.isoformat(sep=" ")
    return text.rstrip("0") if "." in text else text


class _Construct(ColumnElement[Any]):
    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Looked up on each class itself: what a construct holds is no cache key.
        cls.inherit_cache = False
        super().__init_subclass__(**kwargs)


class PeriodKey(_Construct):
    """The key of the period that holds a stamp (see ``periods.Slot``; on DuckDB its ordinal).

    ``start`` and ``end`` bound the stamps that can occur, aware: the clock's changes between them
    become the branches of a CASE, which is exact everywhere and costs no zone arithmetic per row.
    """

    type = sa.types.NullType()

    def __init__(
        self, column: Element, grain: str, calendar: Calendar, start: datetime, end: datetime
    ) -> None:
        self.column = column
        self.grain = grain
        self.week_start = calendar.week_start
        changes = calendar.changes(start, end)
        self.offset = calendar.offset(start)
        self.changes = tuple((_naive(change.at), change.after) for change in changes)
        self.exceptions = tuple(
            (_naive(begin), _naive(finish), key)
            for begin, finish, key in calendar.exceptions(start, end, grain)
        )

    def branches(self, stamp: str, says: Any) -> str:
        """A CASE over the stretches of constant offset; ``says`` writes seconds as SQL."""
        if not self.changes:
            return str(says(self.offset))
        offset, whens = self.offset, []
        for at, after in self.changes:
            whens.append(f"WHEN {stamp} < '{at.isoformat(sep=' ')}' THEN {says(offset)}")
            offset = after
        return f"CASE {' '.join(whens)} ELSE {says(offset)} END"

    def otherwise(self, stamp: str, key: str, literal: Any) -> str:
        """The plain key, save in the exceptional stretches."""
        if not self.exceptions:
            return key
        whens = " ".join(
            f"WHEN {stamp} >= '{begin.isoformat(sep=' ')}' AND {stamp} < "
            f"'{finish.isoformat(sep=' ')}' THEN {literal(exception)}"
            for begin, finish, exception in self.exceptions
        )
        return f"CASE {whens} ELSE {key} END"

    @property
    def whole_hours(self) -> bool:
        """Whether the local clock always shows the same minutes as UTC."""
        return all(s % 3600 == 0 for s in (self.offset, *(after for _, after in self.changes)))


class DayKey(_Construct):
    """The key of the period that holds a date, which is local already."""

    type = sa.types.NullType()

    def __init__(self, column: Element, grain: str, week_start: int) -> None:
        self.column = column
        self.grain = grain
        self.week_start = week_start


class SecondsBetween(_Construct):
    """Seconds from one stamp or date to another, to the microsecond."""

    type = sa.Double()

    def __init__(self, start: Element, end: Element, *, dates: bool) -> None:
        self.start = start
        self.end = end
        self.dates = dates


class Quantile(_Construct):
    """The exact quantile by linear interpolation between closest ranks, nulls left out."""

    type = sa.Double()

    def __init__(self, column: Element, q: float) -> None:
        self.column = column
        self.q = q


class EqualsAny(_Construct):
    """Whether a column equals any of the values, bound as one array."""

    type = sa.Boolean()

    def __init__(self, column: Element, values: Sequence[Any], item: TypeEngine[Any]) -> None:
        self.column = column
        self.array: Element = sa.bindparam(None, list(values), type_=sa.ARRAY(item), unique=True)
        self.expanded = column.in_(sa.bindparam(None, list(values), item, True, expanding=True))


class Contains(_Construct):
    """Whether a text holds another, letter by letter (case counts, no wildcards)."""

    type = sa.Boolean()

    def __init__(self, column: Element, part: Element) -> None:
        self.column = column
        self.part = part


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


@compiles(_Construct)
def _refuse(element: _Construct, compiler: SQLCompiler, **kw: Any) -> str:
    check_dialect(compiler.dialect)
    raise NotImplementedError(type(element).__name__)


@compiles(PeriodKey, "duckdb")
def _period_duckdb(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    # Whole microseconds are half the price of adding intervals, and a tenth of AT TIME ZONE.
    stamp = compiler.process(element.column, **kw)
    grain, week_start = element.grain, element.week_start
    if grain == "hour" and element.whole_hours:
        return element.otherwise(stamp, f"date_trunc('hour', {stamp})", _stamp_literal)
    shift = element.branches(stamp, lambda seconds: f"{seconds * 1_000_000}")
    local = f"make_timestamp(epoch_us({stamp}) + {shift})"
    if grain == "hour":
        key = f"make_timestamp(epoch_us(date_trunc('hour', {local})) - {shift})"
        return element.otherwise(stamp, key, _stamp_literal)
    key = _number_duckdb(f"CAST({local} AS DATE)", grain, week_start)
    return element.otherwise(stamp, key, lambda k: f"{ordinal(k, grain, week_start)}")


@compiles(DayKey, "duckdb")
def _day_duckdb(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return _number_duckdb(f"CAST({column} AS DATE)", element.grain, element.week_start)


def _number_duckdb(day: str, grain: str, week_start: int) -> str:
    """The period's ordinal: DuckDB groups by small integers faster than by stamps."""
    match grain:
        case "day":
            return f"({day} - DATE '0001-01-01')"
        case "week":
            return f"(({day} - DATE '0001-01-01' - {week_start}) // 7)"
        case "month":
            return f"(year({day}) * 12 + month({day}) - 1)"
        case "quarter":
            return f"(year({day}) * 4 + quarter({day}) - 1)"
        case _:
            return f"year({day})"


@compiles(PeriodKey, "postgresql")
def _period_postgresql(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, lambda seconds: f"INTERVAL '{seconds} seconds'")
    key = _cut(f"({stamp} + {shift})", element.grain, element.week_start)
    if element.grain == "hour":
        key = f"({key} - {shift})"
    return element.otherwise(stamp, key, _stamp_literal)


@compiles(PeriodKey, "sqlite")
def _period_sqlite(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, lambda seconds: f"'{seconds:+} seconds'")
    key = _cut_sqlite(stamp, element.grain, element.week_start, shift)
    if element.grain == "hour":
        back = element.branches(stamp, lambda seconds: f"'{-seconds:+} seconds'")
        key = f"datetime({key}, {back})"
    return element.otherwise(
        stamp, key, lambda k: f"'{k.isoformat(sep=' ') if isinstance(k, datetime) else k}'"
    )


@compiles(DayKey, "postgresql")
def _day_postgresql(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return _cut(f"CAST({column} AS TIMESTAMP)", element.grain, element.week_start)


@compiles(DayKey, "sqlite")
def _day_sqlite(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return _cut_sqlite(column, element.grain, element.week_start, "'+0 days'")


def _cut(local: str, grain: str, week_start: int) -> str:
    if grain == "week" and week_start:
        days = f"INTERVAL '{week_start} days'"
        return f"(date_trunc('week', {local} - {days}) + {days})"
    return f"date_trunc('{grain}', {local})"


def _cut_sqlite(stamp: str, grain: str, week_start: int, shift: str) -> str:
    match grain:
        case "hour":
            return f"strftime('%Y-%m-%d %H:00:00', {stamp}, {shift})"
        case "week":
            return f"date({stamp}, {shift}, '-6 days', 'weekday {(week_start + 1) % 7}')"
        case "quarter":
            month = f"CAST(strftime('%m', {stamp}, {shift}) AS INTEGER)"
            back = f"'-' || (({month} - 1) % 3) || ' months'"
            return f"date({stamp}, {shift}, 'start of month', {back})"
        case "day":
            return f"date({stamp}, {shift})"
        case _:
            return f"date({stamp}, {shift}, 'start of {grain}')"


def _stamp_literal(key: date | datetime) -> str:
    spelled = key.isoformat(sep=" ") if isinstance(key, datetime) else f"{key} 00:00:00"
    return f"TIMESTAMP '{spelled}'"


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
