"""The key of the period that a row belongs to, as SQL.

Literals in here come from the calendar: the clock's changes become the branches of a CASE, which is
exact in every database and costs no zone arithmetic per row.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from kpis.engine.constructs import PART, WRITTEN, Construct, Element
from kpis.engine.periods import Calendar, ordinal


class PeriodKey(Construct):
    """The key of the period that holds a stamp (see ``periods.Slot``; on DuckDB its ordinal).

    ``start`` and ``end`` bound the stamps that can occur, aware: the clock's changes between them
    become the branches of a CASE, which is exact everywhere and costs no zone arithmetic per row.
    """

    type = sa.types.NullType()
    _cache_key_traversal = (
        ("column", PART), ("grain", WRITTEN), ("calendar", WRITTEN), ("offset", WRITTEN),
        ("changes", WRITTEN), ("exceptions", WRITTEN),
    )  # fmt: skip

    def __init__(
        self, column: Element, grain: str, calendar: Calendar, start: datetime, end: datetime
    ) -> None:
        self.column = column
        self.grain = grain
        self.calendar = calendar
        changes = calendar.changes(start, end)
        self.offset = calendar.offset(start)
        self.changes = tuple((_naive(change.at), change.after) for change in changes)
        self.exceptions = tuple(
            (_naive(begin), _naive(finish), key)
            for begin, finish, key in calendar.exceptions(start, end, grain)
        )

    def branches(self, stamp: str, says: Any, mark: Any = "'{}'".format) -> str:
        """A CASE over the stretches of constant offset; ``says`` writes seconds as SQL.

        ``mark`` writes the stamps that it compares with.
        """
        if not self.changes:
            return str(says(self.offset))
        offset, whens = self.offset, []
        for at, after in self.changes:
            whens.append(f"WHEN {stamp} < {mark(at.isoformat(sep=' '))} THEN {says(offset)}")
            offset = after
        return f"CASE {' '.join(whens)} ELSE {says(offset)} END"

    def otherwise(self, stamp: str, key: str, literal: Any, mark: Any = "'{}'".format) -> str:
        """The plain key, save in the exceptional stretches."""
        if not self.exceptions:
            return key
        whens = " ".join(
            f"WHEN {stamp} >= {mark(begin.isoformat(sep=' '))} AND {stamp} < "
            f"{mark(finish.isoformat(sep=' '))} THEN {literal(exception)}"
            for begin, finish, exception in self.exceptions
        )
        return f"CASE {whens} ELSE {key} END"

    @property
    def whole_hours(self) -> bool:
        """Whether the local clock always shows the same minutes as UTC."""
        return all(s % 3600 == 0 for s in (self.offset, *(after for _, after in self.changes)))


class DayKey(Construct):
    """The key of the period that holds a date, which is local already."""

    type = sa.types.NullType()
    _cache_key_traversal = (("column", PART), ("grain", WRITTEN), ("calendar", WRITTEN))

    def __init__(self, column: Element, grain: str, calendar: Calendar) -> None:
        self.column = column
        self.grain = grain
        self.calendar = calendar


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


@compiles(PeriodKey, "duckdb")
def _period_duckdb(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    # Whole microseconds are half the price of adding intervals, and a tenth of AT TIME ZONE.
    stamp = compiler.process(element.column, **kw)
    grain, calendar = element.grain, element.calendar
    if grain == "hour" and element.whole_hours:
        return element.otherwise(stamp, f"date_trunc('hour', {stamp})", stamp_literal)
    shift = element.branches(stamp, lambda seconds: f"{seconds * 1_000_000}")
    local = f"make_timestamp(epoch_us({stamp}) + {shift})"
    if grain == "hour":
        key = f"make_timestamp(epoch_us(date_trunc('hour', {local})) - {shift})"
        return element.otherwise(stamp, key, stamp_literal)
    key = _number_duckdb(f"CAST({local} AS DATE)", grain, calendar)
    return element.otherwise(stamp, key, lambda k: f"{ordinal(k, grain, calendar)}")


@compiles(DayKey, "duckdb")
def _day_duckdb(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return _number_duckdb(f"CAST({column} AS DATE)", element.grain, element.calendar)


def _number_duckdb(day: str, grain: str, calendar: Calendar) -> str:
    """The period's ordinal: DuckDB groups by small integers faster than by stamps."""
    match grain:
        case "day":
            return f"({day} - DATE '0001-01-01')"
        case "week":
            return f"(({day} - DATE '0001-01-01' - {calendar.week_start}) // 7)"
        case "month":
            return f"(year({day}) * 12 + month({day}) - 1)"
        case _ if later := calendar.later(grain):
            months = 3 if grain == "quarter" else 12
            return f"((year({day}) * 12 + month({day}) - 1 - {later}) // {months})"
        case "quarter":
            return f"(year({day}) * 4 + quarter({day}) - 1)"
        case _:
            return f"year({day})"


@compiles(PeriodKey, "postgresql")
def _period_postgresql(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, lambda seconds: f"INTERVAL '{seconds} seconds'")
    key = _cut(f"({stamp} + {shift})", element.grain, element.calendar)
    if element.grain == "hour":
        key = f"({key} - {shift})"
    return element.otherwise(stamp, key, stamp_literal)


@compiles(PeriodKey, "sqlite")
def _period_sqlite(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, lambda seconds: f"'{seconds:+} seconds'")
    key = _cut_sqlite(stamp, element.grain, element.calendar, shift)
    if element.grain == "hour":
        back = element.branches(stamp, lambda seconds: f"'{-seconds:+} seconds'")
        key = f"datetime({key}, {back})"
    return element.otherwise(
        stamp, key, lambda k: f"'{k.isoformat(sep=' ') if isinstance(k, datetime) else k}'"
    )


@compiles(DayKey, "postgresql")
def _day_postgresql(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return _cut(f"CAST({column} AS TIMESTAMP)", element.grain, element.calendar)


@compiles(DayKey, "sqlite")
def _day_sqlite(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return _cut_sqlite(column, element.grain, element.calendar, "'+0 days'")


def _cut(local: str, grain: str, calendar: Calendar) -> str:
    back = ""
    if grain == "week" and calendar.week_start:
        back = f"INTERVAL '{calendar.week_start} days'"
    elif grain in ("quarter", "year") and (later := calendar.later(grain)):
        # The last of a month goes back to the last of a shorter one, which is cut off all the same.
        back = f"INTERVAL '{later} months'"
    if back:
        return f"(date_trunc('{grain}', {local} - {back}) + {back})"
    return f"date_trunc('{grain}', {local})"


def _cut_sqlite(stamp: str, grain: str, calendar: Calendar, shift: str) -> str:
    match grain:
        case "hour":
            return f"strftime('%Y-%m-%d %H:00:00', {stamp}, {shift})"
        case "week":
            first = (calendar.week_start + 1) % 7
            return f"date({stamp}, {shift}, '-6 days', 'weekday {first}')"
        case "quarter":
            month = f"CAST(strftime('%m', {stamp}, {shift}) AS INTEGER)"
            back = f"'-' || (({month} + {11 - calendar.later(grain)}) % 3) || ' months'"
            return f"date({stamp}, {shift}, 'start of month', {back})"
        case "year" if later := calendar.later(grain):
            moved = f"'-{later} months', 'start of year', '+{later} months'"
            return f"date({stamp}, {shift}, 'start of month', {moved})"
        case "day":
            return f"date({stamp}, {shift})"
        case _:
            return f"date({stamp}, {shift}, 'start of {grain}')"


def stamp_literal(key: date | datetime) -> str:
    """A period's first moment, as SQL."""
    spelled = key.isoformat(sep=" ") if isinstance(key, datetime) else f"{key} 00:00:00"
    return f"TIMESTAMP '{spelled}'"
