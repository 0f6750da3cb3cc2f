"""The constructs for databases that differ only in words: one way to say each, many tongues.

A ``Speech`` holds the words; what is made of them is here once. Stamps have no zone and are in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from kpis.engine.constructs import (
    Contains,
    EqualsAny,
    Quantile,
    SecondsBetween,
    WholePart,
)
from kpis.engine.hours import DAY
from kpis.engine.keys import DayKey, PeriodKey
from kpis.engine.periods import Calendar
from kpis.engine.working import EPOCH, Spoken, WorkingSeconds, plain_mark, spoken

FIRST_STAMP, FIRST_DAY = "1970-01-01 00:00:00", "1970-01-01"


@dataclass(frozen=True, slots=True)
class Speech:
    """How a database says the arithmetic of times, SQL in and SQL out.

    ``micros`` and ``days`` are whole numbers between two stamps or two dates; ``seconds`` makes a
    double of whole microseconds; ``cut`` goes back to the beginning of an hour, day, week (Monday),
    month, quarter or year; ``mark`` is what a stamp or date is compared with.
    """

    micros: Callable[[str, str], str]
    days: Callable[[str, str], str]
    seconds: Callable[[str], str]
    divide: Callable[[str, int], str]
    rest: Callable[[str, int], str]
    add: Callable[[str, str, str], str]  # unit, how many, stamp
    cut: Callable[[str, str], str]  # grain, stamp
    as_stamp: Callable[[str], str]  # of a date
    stamp: Callable[[str], str]  # a literal
    contains: Callable[[str, str], str]
    day: Callable[[str], str] = "DATE '{}'".format  # a literal
    mark: Callable[[str], str] = plain_mark
    quantile: Callable[[str, float], str] | None = None  # None: by row numbers

    @property
    def ticks(self) -> Spoken:
        """The arithmetic of working time, in microseconds since the year 1."""
        return Spoken(
            stamp_ticks=lambda c: f"({self.micros(self.stamp(FIRST_STAMP), c)} + {EPOCH})",
            date_ticks=lambda c: f"({self.days(self.day(FIRST_DAY), c)} * {DAY} + {EPOCH})",
            divide=self.divide,
            rest=self.rest,
            seconds=self.seconds,
            mark=self.mark,
        )


#: dialect → its words; filled by the modules of the dialects
SPEECHES: dict[str, Speech] = {}


def speaks(name: str, speech: Speech) -> None:
    """Have the constructs compiled for a dialect."""
    SPEECHES[name] = speech
    for construct, compiled in _COMPILED.items():
        compiles(construct, name)(compiled)
    if speech.quantile is not None:
        compiles(Quantile, name)(_quantile)


def _speech(compiler: SQLCompiler) -> Speech:
    return SPEECHES[compiler.dialect.name]


def _working(element: WorkingSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    return spoken(element, compiler, _speech(compiler).ticks, **kw)


def _seconds(element: SecondsBetween, compiler: SQLCompiler, **kw: Any) -> str:
    way = _speech(compiler)
    start, end = compiler.process(element.start, **kw), compiler.process(element.end, **kw)
    if element.dates:
        return way.seconds(f"{way.days(start, end)} * {DAY}")
    return way.seconds(way.micros(start, end))


def _quantile(element: Quantile, compiler: SQLCompiler, **kw: Any) -> str:
    quantile = _speech(compiler).quantile
    if quantile is None:
        raise NotImplementedError(compiler.dialect.name)
    return quantile(compiler.process(element.column, **kw), element.q)


def _any(element: EqualsAny, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.expanded, **kw)})"


def _whole(element: WholePart, compiler: SQLCompiler, **kw: Any) -> str:
    return f"FLOOR({compiler.process(element.number, **kw)})"  # a cast would round


def _contains(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, part = compiler.process(element.column, **kw), compiler.process(element.part, **kw)
    return f"({_speech(compiler).contains(column, part)} > 0)"


def _period(element: PeriodKey, compiler: SQLCompiler, **kw: Any) -> str:
    way = _speech(compiler)
    stamp = compiler.process(element.column, **kw)
    shift = element.branches(stamp, str, way.mark)
    key = _cut(way, way.add("SECOND", shift, stamp), element.grain, element.calendar)
    if element.grain == "hour":
        key = way.add("SECOND", f"-({shift})", key)
    return element.otherwise(stamp, key, lambda at: way.stamp(_spelled(at)), way.mark)


def _day(element: DayKey, compiler: SQLCompiler, **kw: Any) -> str:
    way = _speech(compiler)
    column = way.as_stamp(compiler.process(element.column, **kw))
    return _cut(way, column, element.grain, element.calendar)


def _cut(way: Speech, local: str, grain: str, calendar: Calendar) -> str:
    """Moved until the calendar’s week or year begins where the plain one does, cut, moved back."""
    unit, by = "MONTH", 0
    if grain == "week":
        unit, by = "DAY", calendar.week_start
    elif grain in ("quarter", "year"):
        by = calendar.later(grain)
    if not by:
        return way.cut(grain, local)
    return way.add(unit, str(by), way.cut(grain, way.add(unit, str(-by), local)))


def _spelled(key: date | datetime) -> str:
    return key.isoformat(sep=" ") if isinstance(key, datetime) else f"{key} 00:00:00"


_COMPILED: dict[Any, Any] = {
    WorkingSeconds: _working, SecondsBetween: _seconds, EqualsAny: _any, WholePart: _whole,
    Contains: _contains, PeriodKey: _period, DayKey: _day,
}  # fmt: skip
