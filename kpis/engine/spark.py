"""The engine's constructs in Spark's words. Stamps are TIMESTAMP_NTZ in UTC."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from kpis.engine.constructs import Contains, EqualsAny, Quantile, SecondsBetween
from kpis.engine.keys import DayKey, PeriodKey


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
    key = _cut(f"timestampadd(SECOND, {shift}, {stamp})", element.grain, element.week_start)
    if element.grain == "hour":
        key = f"timestampadd(SECOND, -({shift}), {key})"
    return element.otherwise(stamp, key, _literal)


@compiles(DayKey, "spark")
def _day(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    column = f"CAST({compiler.process(element.column, **kw)} AS TIMESTAMP_NTZ)"
    return _cut(column, element.grain, element.week_start)


def _cut(local: str, grain: str, week_start: int) -> str:
    if grain == "week" and week_start:
        moved = f"timestampadd(DAY, -{week_start}, {local})"
        return f"timestampadd(DAY, {week_start}, {_cut(moved, grain, 0)})"
    return f"CAST(date_trunc('{grain.upper()}', {local}) AS TIMESTAMP_NTZ)"


def _literal(key: Any) -> str:
    spelled = key.isoformat(sep=" ") if hasattr(key, "hour") else f"{key} 00:00:00"
    return f"TIMESTAMP_NTZ '{spelled}'"
