"""The engine's constructs in Spark's words. Stamps are TIMESTAMP_NTZ in UTC."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from kpis.engine.constructs import Contains, EqualsAny, Quantile, SecondsBetween
from kpis.engine.hours import DAY
from kpis.engine.keys import DayKey, PeriodKey
from kpis.engine.periods import Calendar
from kpis.engine.working import EPOCH, Spoken, WorkingSeconds, spoken

_TICKS = Spoken(
    stamp_ticks=lambda c: (
        f"(timestampdiff(MICROSECOND, TIMESTAMP_NTZ '1970-01-01 00:00:00', {c}) + {EPOCH})"
    ),
    date_ticks=lambda c: f"(CAST(datediff({c}, DATE '0001-01-01') AS BIGINT) * {DAY})",
    divide=lambda text, by: f"({text} div {by})",
    rest=lambda text, by: f"({text} % {by})",
    seconds=lambda text: f"(({text}) / 1e6D)",
)


@compiles(WorkingSeconds, "spark")
def _working(element: WorkingSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    return spoken(element, compiler, _TICKS, **kw)


@compiles(SecondsBetween, "spark")
def _seconds(element: SecondsBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = compiler.process(element.start, **kw), compiler.process(element.end, **kw)
    if element.dates:
        return f"(CAST(datediff({end}, {start}) AS DOUBLE) * 86400)"
    return f"(timestampdiff(MICROSECOND, {start}, {end}) / 1e6D)"


@compiles(Quantile, "spark")
def _quantile(element: Quantile, compiler: SQLCompiler, **kw: Any) -> str:
    # "percentile" is the exact one, by linear interpolation; "approx_percentile" is not.
    return f"percentile(CAST({compiler.process(element.column, **kw)} AS DOUBLE), {element.q!r}D)"


@compiles(EqualsAny, "spark")
def _any(element: EqualsAny, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.expanded, **kw)})"


@compiles(Contains, "spark")
def _contains(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, part = compiler.process(element.column, **kw), compiler.process(element.part, **kw)
    return f"(instr({column}, {part}) > 0)"


@compiles(PeriodKey, "spark")
def _period(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, str)
    key = _cut(f"timestampadd(SECOND, {shift}, {stamp})", element.grain, element.calendar)
    if element.grain == "hour":
        key = f"timestampadd(SECOND, -({shift}), {key})"
    return element.otherwise(stamp, key, _literal)


@compiles(DayKey, "spark")
def _day(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = f"CAST({compiler.process(element.column, **kw)} AS TIMESTAMP_NTZ)"
    return _cut(column, element.grain, element.calendar)


def _cut(local: str, grain: str, calendar: Calendar) -> str:
    """Moved until the calendar’s week or year begins where the plain one does, cut, moved back."""
    unit, by = "MONTH", 0
    if grain == "week":
        unit, by = "DAY", calendar.week_start
    elif grain in ("quarter", "year"):
        by = calendar.later(grain)
    moved = f"timestampadd({unit}, -{by}, {local})" if by else local
    cut = f"CAST(date_trunc('{grain.upper()}', {moved}) AS TIMESTAMP_NTZ)"
    return f"timestampadd({unit}, {by}, {cut})" if by else cut


def _literal(key: Any) -> str:
    spelled = key.isoformat(sep=" ") if hasattr(key, "hour") else f"{key} 00:00:00"
    return f"TIMESTAMP_NTZ '{spelled}'"
