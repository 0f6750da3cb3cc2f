"""Working time from one stamp to another, as SQL in closed form.

W(t) is the working time from the beginning of the year 1 until t; a duration is the difference of
two. A minute counts when the local clock shows a working one: so an hour that occurs twice counts
twice, and one that is skipped not at all. On a stretch without a change of the clocks and outside
holidays W is weeks × the hours of a week + a line with corners in the rest of the week; what the
stretches before it add or take away is a constant of each stretch. All of it is whole ticks of a
microsecond, with no rounding before the last division.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from kpis.engine.constructs import PART, WRITTEN, Construct, Element
from kpis.engine.hours import DAY, WEEK, WorkingHours
from kpis.engine.periods import Calendar

SECOND = 1_000_000
EPOCH = 62_135_596_800 * SECOND  # from 1 January of the year 1 to that of 1970
#: clocks that change outside these years change nothing: such stamps are markers, not times
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_ZERO = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Until ``end`` (naive UTC, None for the last): local is UTC + ``offset`` ticks.

    W is the plain line + ``added``; in a holiday it is ``fixed``.
    """

    end: datetime | None
    offset: int
    added: int
    fixed: int | None


def stretches(hours: WorkingHours, first: datetime, last: datetime) -> tuple[Stretch, ...]:
    """The stretches that stamps from ``first`` to ``last`` (aware) fall into; W has no jumps."""
    calendar = Calendar.of(hours.zone)
    first, last = max(first, FIRST), min(max(first, last), LAST)
    spans = []
    begin, offset = _naive(first), calendar.offset(first)
    for change in calendar.changes(first, last):
        spans.append((begin, _naive(change.at), offset))
        begin, offset = _naive(change.at), change.after
    spans.append((begin, _naive(last) + _ONE_DAY, offset))
    found: list[Stretch] = []
    reached = _worked(hours, *spans[0][::2])
    for low, high, seconds in spans:
        for start, end, holiday in _parted(hours, low, high, seconds):
            plain = _worked(hours, start, seconds)
            found.append(
                Stretch(end, seconds * SECOND, reached - plain, reached if holiday else None)
            )
            if not holiday:
                reached += _worked(hours, end, seconds) - plain
    # What comes after is open and no holiday: a missing stamp falls there, too.
    final = (
        found[-1]
        if found[-1].fixed is None
        else Stretch(None, offset * SECOND, reached - _worked(hours, high, offset), None)
    )
    return (*found[: len(found) - (found[-1].fixed is None)], replace(final, end=None))


def _parted(
    hours: WorkingHours, low: datetime, high: datetime, seconds: int
) -> list[tuple[datetime, datetime, bool]]:
    """A stretch of one offset cut at its holidays: (from, until, whether it is one)."""
    shift = timedelta(seconds=seconds)
    parts = []
    for day in hours.holidays:
        start = max(low, datetime(day.year, day.month, day.day) - shift)
        end = min(high, datetime(day.year, day.month, day.day) + _ONE_DAY - shift)
        if start >= end or not hours.works_on(day):
            continue
        if low < start:
            parts.append((low, start, False))
        parts.append((start, end, True))
        low = end
    if low < high or not parts:
        parts.append((low, high, False))
    return parts


def _worked(hours: WorkingHours, moment: datetime, seconds: int) -> int:
    local = moment + timedelta(seconds=seconds) - _ZERO
    return hours.worked(local // timedelta(microseconds=1))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


class WorkingSeconds(Construct):
    """Working seconds from one stamp or local date to another, to the microsecond.

    ``ends`` bound the stamps that occur, aware; dates have no clock that could change.
    """

    type = sa.Double()
    _cache_key_traversal = (
        ("start", PART), ("end", PART), ("hours", WRITTEN), ("dates", WRITTEN),
        ("stretches", WRITTEN),
    )  # fmt: skip

    def __init__(
        self,
        start: Element,
        end: Element,
        hours: WorkingHours,
        ends: tuple[datetime, datetime],
        *,
        dates: bool,
    ) -> None:
        self.start = start
        self.end = end
        self.hours = hours
        self.dates = dates
        local = WorkingHours(hours.name, "UTC", hours.week, hours.holidays)
        self.stretches = stretches(local if dates else hours, *ends)


def plain_mark(text: str) -> str:
    """A stamp or date to compare with, where the database finds its type out."""
    return f"'{text}'"


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a dialect says the arithmetic of whole numbers; ``ticks`` are since the year 1."""

    stamp_ticks: Callable[[str], str]
    date_ticks: Callable[[str], str]
    divide: Callable[[str, int], str]
    rest: Callable[[str, int], str]
    seconds: Callable[[str], str]
    mark: Callable[[str], str] = plain_mark


def spoken(element: WorkingSeconds, compiler: SQLCompiler, way: Spoken, **kw: Any) -> str:
    """The SQL of working seconds."""
    start, end = (compiler.process(part, **kw) for part in (element.start, element.end))
    return way.seconds(f"{_until(element, end, way)} - {_until(element, start, way)}")


def _until(element: WorkingSeconds, stamp: str, way: Spoken) -> str:
    """W of a stamp, in ticks; null for null."""
    parts = element.stretches

    def by_stretch(values: Sequence[str]) -> str:
        """One value per stretch, as a tree of comparisons; neighbours that agree are one."""
        kept = [n for n, value in enumerate(values) if values[n + 1 : n + 2] != [value]]
        marks = [way.mark(_end(parts[n].end, dates=element.dates)) for n in kept[:-1]]
        return _tree(stamp, marks, [values[n] for n in kept])

    ticks = (way.date_ticks if element.dates else way.stamp_ticks)(stamp)
    offsets = by_stretch([str(part.offset) for part in parts])
    local = ticks if offsets == "0" else f"({ticks} + {offsets})"
    line = _line(element.hours, way.rest(local, WEEK))
    out = f"({way.divide(local, WEEK)} * {element.hours.in_week} + {line})"
    added = by_stretch([str(part.added) for part in parts])
    if added != "0":
        out = f"({out} + {added})"
    fixed = ["NULL" if part.fixed is None else str(part.fixed) for part in parts]
    if any(value != "NULL" for value in fixed):
        # A missing stamp comes out of the tree as null, and so does the line.
        out = f"COALESCE({by_stretch(fixed)}, {out})"
    return out


def _end(end: datetime | None, *, dates: bool) -> str:
    if end is None:
        raise ValueError("the last stretch has no end")
    return end.date().isoformat() if dates else end.isoformat(sep=" ")


def _line(hours: WorkingHours, rest: str) -> str:
    """Working ticks since the week began, of ``rest`` ticks of it."""
    marks: list[str] = []
    values: list[str] = []
    before = 0
    for low, high in hours.stretches():
        if low:
            marks.append(str(low))
            values.append(str(before))
        values.append(f"({rest} - {low - before})")
        marks.append(str(high))
        before += high - low
    values.append(str(before))
    if marks[-1] == str(WEEK):
        marks, values = marks[:-1], values[:-1]
    return _tree(rest, marks, values)


def _tree(subject: str, marks: Sequence[str], values: Sequence[str]) -> str:
    """``values[n]`` below ``marks[n]``, the last one above all of them; by halving."""
    if not marks:
        return values[0]
    middle = len(marks) // 2
    below = _tree(subject, marks[:middle], values[: middle + 1])
    above = _tree(subject, marks[middle + 1 :], values[middle + 1 :])
    return f"CASE WHEN {subject} < {marks[middle]} THEN {below} ELSE {above} END"


_DUCKDB = Spoken(
    stamp_ticks=lambda c: f"(epoch_us({c}) + {EPOCH})",
    date_ticks=lambda c: f"(CAST(CAST({c} AS DATE) - DATE '0001-01-01' AS BIGINT) * {DAY})",
    divide=lambda text, by: f"({text} // {by})",
    rest=lambda text, by: f"mod({text}, {by})",
    seconds=lambda text: f"(({text}) / 1e6)",
)
_POSTGRESQL = Spoken(
    stamp_ticks=lambda c: f"(CAST(EXTRACT(EPOCH FROM {c}) * 1000000 AS BIGINT) + {EPOCH})",
    date_ticks=lambda c: f"(CAST({c} - DATE '0001-01-01' AS BIGINT) * {DAY})",
    divide=lambda text, by: f"({text} / {by})",
    rest=lambda text, by: f"mod({text}, {by})",
    seconds=lambda text: f"(CAST({text} AS DOUBLE PRECISION) / 1e6)",
)
_SQLITE = Spoken(
    # Whole seconds and fractions apart: julianday() alone is good to a tenth of a millisecond.
    stamp_ticks=lambda c: (
        f"(CAST(strftime('%s', {c}) AS INTEGER) * 1000000 + {EPOCH}"
        f" + CAST(round(CAST('0' || substr({c}, 20) AS REAL) * 1000000) AS INTEGER))"
    ),
    date_ticks=lambda c: f"(CAST(strftime('%s', {c}) AS INTEGER) * 1000000 + {EPOCH})",
    divide=lambda text, by: f"({text} / {by})",
    rest=lambda text, by: f"({text} % {by})",
    seconds=lambda text: f"(({text}) / 1e6)",
)


@compiles(WorkingSeconds, "duckdb")
def _working_duckdb(element: WorkingSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    return spoken(element, compiler, _DUCKDB, **kw)


@compiles(WorkingSeconds, "postgresql")
def _working_postgresql(element: WorkingSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    return spoken(element, compiler, _POSTGRESQL, **kw)


@compiles(WorkingSeconds, "sqlite")
def _working_sqlite(element: WorkingSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    return spoken(element, compiler, _SQLITE, **kw)
