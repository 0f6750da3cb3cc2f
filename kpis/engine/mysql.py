"""The engine's constructs in MySQL's and MariaDB's words.

Stamps are DATETIME in UTC, texts compare byte by byte: ``sources.databases.mysql`` sees to both.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from kpis.engine.constructs import Contains, EqualsAny, SecondsBetween, WholePart
from kpis.engine.hours import DAY
from kpis.engine.keys import DayKey, PeriodKey, stamp_literal
from kpis.engine.periods import Calendar
from kpis.engine.working import EPOCH, Spoken, WorkingSeconds, spoken

BYTES = "COLLATE utf8mb4_bin"
_TICKS = Spoken(
    stamp_ticks=lambda c: f"(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {c}) + {EPOCH})",
    date_ticks=lambda c: f"(DATEDIFF({c}, '0001-01-01') * {DAY})",
    divide=lambda text, by: f"({text} DIV {by})",
    rest=lambda text, by: f"MOD({text}, {by})",
    seconds=lambda text: f"(({text}) / 1e6)",
)


@compiles(WorkingSeconds, "mysql")
def _working(element: WorkingSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    return spoken(element, compiler, _TICKS, **kw)


@compiles(SecondsBetween, "mysql")
def _seconds(element: SecondsBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = compiler.process(element.start, **kw), compiler.process(element.end, **kw)
    if element.dates:
        return f"(DATEDIFF({end}, {start}) * 86400e0)"
    return f"(TIMESTAMPDIFF(MICROSECOND, {start}, {end}) / 1e6)"


@compiles(EqualsAny, "mysql")
def _any(element: EqualsAny, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.expanded, **kw)})"


@compiles(WholePart, "mysql")
def _whole(element: WholePart, compiler: SQLCompiler, **kw: Any) -> str:
    # A cast would round.
    return f"FLOOR({compiler.process(element.number, **kw)})"


@compiles(Contains, "mysql")
def _contains(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, part = (
        f"CONVERT({compiler.process(side, **kw)} USING utf8mb4) {BYTES}"
        for side in (element.column, element.part)
    )
    return f"(LOCATE({part}, {column}) > 0)"


@compiles(PeriodKey, "mysql")
def _period(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, str)
    key = _cut(f"TIMESTAMPADD(SECOND, {shift}, {stamp})", element.grain, element.calendar)
    if element.grain == "hour":
        key = f"TIMESTAMPADD(SECOND, -({shift}), {key})"
    return element.otherwise(stamp, key, stamp_literal)


@compiles(DayKey, "mysql")
def _day(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    return _cut(compiler.process(element.column, **kw), element.grain, element.calendar)


def _cut(local: str, grain: str, calendar: Calendar) -> str:
    if grain in ("quarter", "year") and (later := calendar.later(grain)):
        cut = _plain(f"({local} - INTERVAL {later} MONTH)", grain, calendar.week_start)
        return f"({cut} + INTERVAL {later} MONTH)"
    return _plain(local, grain, calendar.week_start)


def _plain(local: str, grain: str, week_start: int) -> str:
    match grain:
        case "hour":
            return f"TIMESTAMP(DATE({local}), MAKETIME(HOUR({local}), 0, 0))"
        case "day":
            return f"DATE({local})"
        case "week":
            back = f"MOD(WEEKDAY({local}) - {week_start} + 7, 7)"
            return f"(DATE({local}) - INTERVAL {back} DAY)"
        case "month":
            return f"(DATE({local}) - INTERVAL (DAYOFMONTH({local}) - 1) DAY)"
        case "quarter":
            return f"(MAKEDATE(YEAR({local}), 1) + INTERVAL (QUARTER({local}) - 1) QUARTER)"
        case _:
            return f"MAKEDATE(YEAR({local}), 1)"
