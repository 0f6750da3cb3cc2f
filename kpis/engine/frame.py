"""The time of a query: its range, its periods, what lies inside the data, what is cut off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.constructs import Element
from kpis.engine.definition import Definition
from kpis.engine.keys import DayKey, PeriodKey
from kpis.engine.periods import Calendar, Slot, from_ordinal, local_ends, slots_between
from kpis.engine.query import Query, Table, is_level
from kpis.engine.result import Period
from kpis.engine.where import bound

MAX_POINTS = 50_000
# Dates beyond are markers ("never"), not times; they would stretch every axis by millennia.
TICK = timedelta(microseconds=1)
EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

Key = date | datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last stamp of the data, both included, in UTC."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The resolved time of one query; questions about the same time share one.

    ``start`` and ``end`` (UTC) bound the rows that count, None where open; ``slots`` are the
    periods to answer; ``known`` is the stretch that the data speaks of, None when it is empty.
    Rows at ``ceiling`` and later came after the data was looked at: they do not count, and no
    period is cut by that.
    """

    calendar: Calendar
    grain: str | None
    start: datetime | None
    end: datetime | None
    slots: tuple[Slot, ...]
    known: Span | None
    as_of: datetime | None
    timeless: bool = False
    ceiling: datetime | None = None

    def knows(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether ``[start, end)`` touches what the data covers, and what of it is counted."""
        if self.timeless:
            return True
        if self.known is None or (start is not None and self.end is not None and start >= self.end):
            return False
        return (end is None or end > self.known.first) and (
            start is None or start <= self.known.last
        )

    def period(self, slot: Slot) -> Period:
        """A slot as the period of a point; partial when not all of it is there to count."""
        partial = (
            (self.as_of is not None and slot.start <= self.as_of < slot.end)
            or (self.start is not None and slot.start < self.start)
            or (self.end is not None and slot.start < self.end < slot.end)
        )
        start, end = local_ends(self.calendar, slot)
        return Period(start, end, self.grain or "", partial, self.calendar.fiscal_start)

    @property
    def stop(self) -> datetime | None:
        """Where rows end to count: with the range, or with what was looked at."""
        if self.end is None or self.ceiling is None:
            return self.end or self.ceiling
        return min(self.end, self.ceiling)

    def inside(self, column: Element, kind: str) -> list[Element]:
        """The conditions that keep the rows of the range."""
        conditions: list[Element] = [column.is_not(None)]
        if self.start is not None:
            conditions.append(column >= self.edge(self.start, kind))
        if self.stop is not None:
            conditions.append(column < self.edge(self.stop, kind))
        return conditions

    def edge(self, moment: datetime, kind: str) -> Element:
        """A bound of the range in a column's own kind; a day that is cut counts whole."""
        if kind == "timestamp":
            return bound(moment)
        return sa.literal(self.edge_day(moment), sa.Date())

    def edge_day(self, moment: datetime) -> date:
        """The first local day that lies wholly after a bound, or begins with it."""
        local = moment.astimezone(self.calendar.zone)
        day = local.date()
        if self.calendar.midnight(day) < moment:
            day += timedelta(days=1)
        return day

    def key(self, column: Element, kind: str) -> Element:
        """The key of a row's period."""
        if self.grain is None or self.known is None:
            return sa.null()
        if kind == "date":
            return DayKey(column, self.grain, self.calendar)
        first = max(self.known.first, self.slots[0].start if self.slots else EARLIEST)
        last = min(self.known.last, self.end or LATEST)
        return PeriodKey(column, self.grain, self.calendar, first, max(first, last))


def frame_of(
    query: Query, definition: Definition, calendar: Calendar, span: Span | None, table: Table
) -> Frame:
    """Resolve a query's time; raises ``Invalid`` when it asks for too many periods."""
    as_of = table.known_until(calendar)
    # Filters and dimensions do not touch time.
    plain = replace(query, by=(), where=None)
    level, timeless = is_level(definition), not definition.timed
    ceiling = _ceiling(definition, table)
    return _frame(plain, calendar, span, as_of, ceiling, level=level, timeless=timeless)


@lru_cache(maxsize=128)
def _frame(
    query: Query, calendar: Calendar, span: Span | None, as_of: datetime | None,
    ceiling: datetime | None, *, level: bool, timeless: bool,
) -> Frame:  # fmt: skip
    start = calendar.midnight(query.start) if query.start else None
    end = calendar.midnight(query.end) if query.end else None
    if query.until is not None:
        until = query.until.astimezone(UTC)
        end = until if end is None else min(end, until)
    if span is not None and span.first < EARLIEST:
        start = max(start or EARLIEST, EARLIEST)
    if span is not None and span.last >= LATEST:
        end = min(end or LATEST, LATEST)
    known = span
    if span is not None and level and as_of is not None:
        # A level is known until the data's as-of, whether or not anything moved.
        known = Span(span.first, max(span.last, as_of))
    # The range of the periods to show: that of the query, not its cut.
    last = calendar.midnight(query.end) if query.end else end
    slots = _slots(query, calendar, start, last, known)
    return Frame(calendar, query.grain, start, end, slots, known, as_of, timeless, ceiling)


def _ceiling(definition: Definition, table: Table) -> datetime | None:
    """Just after the last moment of what was looked at; None where rows do not grow."""
    zone = Calendar.of(definition.time_zone)
    names = [name for name in definition.time_columns if name in table.ceilings]
    if not names:
        return None
    tops = [table.ceilings[name] for name in names if table.ceilings[name] is not None]
    return max((as_aware(top, zone) + TICK for top in tops), default=EARLIEST)


def _slots(
    query: Query,
    calendar: Calendar,
    start: datetime | None,
    end: datetime | None,
    known: Span | None,
) -> tuple[Slot, ...]:
    if query.grain is None:
        return ()
    if start is None:
        start = None if known is None else max(known.first, EARLIEST)
    if end is None:
        end = None if known is None else min(known.last + TICK, LATEST)
    if start is None or end is None:
        return ()
    slots = slots_between(calendar, start, end, query.grain, MAX_POINTS + 1)
    check_size(len(slots))
    return slots


def check_size(points: int) -> None:
    """Raise ``Invalid`` for an answer that nobody could read and no page could carry."""
    if points > MAX_POINTS:
        raise Invalid(
            _(
                "The answer would have more than %(n)s figures; "
                "choose a coarser grain, a shorter range or fewer dimensions.",
                n=f"{MAX_POINTS:,}",
            ),
            field="grain",
        )


def ends_of(
    connection: Connection, table: Table, names: Iterable[str]
) -> dict[str, tuple[Any, Any]]:
    """The least and the greatest value of columns that have any, in at most one query."""
    wanted = sorted(set(names))
    ends = {name: table.ends[name] for name in wanted if name in table.ends}
    if len(ends) < len(wanted):
        ends = _ends(connection, table, wanted)
    return {name: pair for name, pair in ends.items() if pair[0] is not None}


def span_of(definition: Definition, ends: Mapping[str, tuple[Any, Any]]) -> Span | None:
    """The span of the data by the time columns of a definition."""
    zone = Calendar.of(definition.time_zone)
    pairs = [ends[name] for name in definition.time_columns if name in ends]
    if not pairs:
        return None
    first = min(as_aware(low, zone) for low, _ in pairs)
    return Span(first, max(as_aware(high, zone) for _, high in pairs))


def _ends(connection: Connection, table: Table, names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    columns = [_seen(table, name) for name in names]
    both = [end for c in columns for end in (sa.func.min(c), sa.func.max(c))]
    row = connection.execute(sa.select(*both).select_from(table.source)).one()
    return {name: (row[2 * i], row[2 * i + 1]) for i, name in enumerate(names)}


def _seen(table: Table, name: str) -> Element:
    """A column without the values that came after the table was looked at."""
    column: Element = table.source.c[name]
    if name not in table.ceilings:
        return column
    top = table.ceilings[name]
    if top is None:
        return sa.null()
    last = as_aware(top, Calendar.of("UTC"))
    if table.types[name] == "timestamp":
        return sa.case((column < bound(last + TICK), column))
    day = sa.literal(last.date() + timedelta(days=1), sa.Date())
    return sa.case((column < day, column))


def as_aware(value: Any, calendar: Calendar) -> datetime:
    """What a driver returned for a stamp (naive UTC) or a date (local), as an instant in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return calendar.midnight(value)


def as_key(value: Any, grain: str, calendar: Calendar) -> Key:
    """What a driver returned for a period's key, as ``periods.Slot.key`` has it."""
    if isinstance(value, int):
        return from_ordinal(value, grain, calendar)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if grain != "hour" and isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
