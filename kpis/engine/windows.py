"""Which rows a figure is of, where it is of more rows than those of its own period.

A window is computed from its rows and never from the figures of its periods. What adds up (counts,
sums, least and greatest values, and quotients of them) is gathered per period and put together;
anything else (quantiles, different values) joins every row with every window that it lies in.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.constructs import Element, stamp_type
from kpis.engine.definition import Aggregate, Definition, Net, Ratio, Window
from kpis.engine.folding import Queue, Row
from kpis.engine.frame import EARLIEST, MAX_POINTS, Frame, Key, check_size
from kpis.engine.periods import Calendar, Slot, slot_day, slots_between
from kpis.engine.query import Query
from kpis.engine.result import Period

MOST_JOINED = 2_000
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows of one figure: ``[start, end)`` in UTC, None where open; ``key`` as in ``Slot``."""

    key: Key
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """How the rows of a query are read.

    ``frame`` chooses and keys the rows. With ``folded`` its slots are put together for each reach,
    with ``joined`` each row is joined with every reach that it lies in.
    """

    reaches: tuple[Reach, ...]
    frame: Frame
    folded: bool = False
    joined: bool = False

    def join(self, source: sa.FromClause, column: Element, kind: str) -> tuple[Any, Element]:
        """The rows with their windows, and what then stands for the period."""
        edge = sa.Date() if kind == "date" else stamp_type()
        shape: list[Element] = [
            sa.column("turn", sa.Integer()),
            sa.column("low", edge),
            sa.column("high", edge),
        ]
        rows = [
            (turn, self._edge(reach.start, kind, EARLIEST), self._edge(reach.end, kind, None))
            for turn, reach in enumerate(self.reaches)
        ]
        windows = sa.values(*shape).data(rows).cte("windows")
        inside = sa.and_(column >= windows.c.low, column < windows.c.high)
        return source.join(windows, inside), windows.c.turn

    def _edge(self, moment: datetime | None, kind: str, otherwise: datetime | None) -> Any:
        moment = moment or otherwise
        assert moment is not None
        if kind == "date":
            return self.frame.edge_day(moment)
        return moment.astimezone(UTC).replace(tzinfo=None)

    def folds(
        self, rows: Mapping[tuple[Key, Any], Row], segments: Iterable[Any], rules: Mapping[str, str]
    ) -> dict[tuple[Key, Any], Row]:
        """The rows of the periods, by key and segment, put together for each reach."""
        slots = self.frame.slots
        starts = [slot.start for slot in slots]
        out: dict[tuple[Key, Any], Row] = {}
        for segment in segments:
            queue, first, last = Queue(rules), 0, 0
            for reach in self.reaches:
                low = 0 if reach.start is None else bisect_left(starts, reach.start)
                high = len(slots) if reach.end is None else bisect_left(starts, reach.end)
                while last < high:
                    queue.push(rows.get((slots[last].key, segment)))
                    last += 1
                while first < min(low, last):
                    queue.pop()
                    first += 1
                found = queue.value()
                if found is not None:
                    out[reach.key, segment] = found
        return out


def view_of(definition: Definition, query: Query, frame: Frame) -> View:
    """How a query's rows are read; raises ``Invalid`` where a window asks for too much."""
    window = definition.measure
    if not isinstance(window, Window):
        return _plain(frame)
    reaches = _reaches(definition, window, query, frame)
    starts = [reach.start for reach in reaches]
    first = None if not starts or None in starts else min(s for s in starts if s is not None)
    if first is None and frame.known is not None and frame.known.first < EARLIEST:
        first = EARLIEST
    wide = replace(frame, start=first)
    if query.grain is None:
        return View(reaches, replace(wide, end=reaches[0].end))
    if frame.known is None:
        return View(reaches, wide)
    if _adds_up(definition) and (grain := _grain_of(query.grain, reaches, frame.calendar)):
        low = max(first or frame.known.first, frame.known.first)
        high = max((r.end for r in reaches if r.end is not None), default=low)
        slots = slots_between(frame.calendar, low, high, grain, MAX_POINTS + 1)
        check_size(len(slots))
        return View(reaches, replace(wide, grain=grain, slots=slots), folded=True)
    if isinstance(definition.basic, Net) or len(reaches) > MOST_JOINED:
        raise Invalid(
            _(
                "This is more than can be computed from rows (%(n)s moving or cumulative figures); "
                "choose a coarser grain or a shorter range.",
                n=f"{MOST_JOINED:,}",
            ),
            field="grain",
        )
    return View(reaches, wide, joined=bool(reaches))


def period_of(definition: Definition, frame: Frame, slot: Slot, reach: Reach) -> Period:
    """A slot as the period of a point.

    A window does not end where the range begins. One that moves is partial, too, while it reaches
    back to periods before the data.
    """
    window = definition.measure
    if not isinstance(window, Window):
        return frame.period(slot)
    period = replace(frame, start=None).period(slot)
    if window.periods is None or frame.known is None or reach.start is None:
        return period
    begins = frame.calendar.slot(frame.known.first, definition.grain).start
    return replace(period, partial=period.partial or reach.start < begins)


@lru_cache(maxsize=128)
def _plain(frame: Frame) -> View:
    """Each period is of its own rows."""
    if frame.grain is None:
        return View((Reach(None, frame.start, frame.end),), frame)
    reaches = (
        Reach(
            slot.key,
            slot.start if frame.start is None else max(slot.start, frame.start),
            slot.end if frame.end is None else min(slot.end, frame.end),
        )
        for slot in frame.slots
    )
    return View(tuple(reaches), frame)


def _reaches(
    definition: Definition, window: Window, query: Query, frame: Frame
) -> tuple[Reach, ...]:
    """The window of each period; of a range that of its end."""
    calendar = frame.calendar
    if query.grain == "hour":
        moments = [(slot.key, slot.end) for slot in frame.slots]
        found = [Reach(k, _start_at(definition, window, calendar, m), m) for k, m in moments]
    else:
        days = _last_days(definition, query, frame)
        found = [
            Reach(key, _start_on(definition, window, calendar, day), calendar.midnight(day))
            for key, day in days
        ]
    if frame.end is None:
        return tuple(found)
    return tuple(replace(r, end=min(r.end or frame.end, frame.end)) for r in found)


def _last_days(definition: Definition, query: Query, frame: Frame) -> list[tuple[Key, date]]:
    """The local days before which the windows end."""
    calendar = frame.calendar
    if query.grain is not None:
        return [(s.key, calendar.shift(slot_day(s), query.grain, 1)) for s in frame.slots]
    if query.end is not None:
        return [(None, query.end)]
    if frame.known is None:
        return [(None, date(1970, 1, 1))]
    last = frame.known.last if frame.end is None else min(frame.known.last, frame.end - _TICK)
    grain = "day" if definition.grain == "hour" else definition.grain
    return [(None, calendar.shift(slot_day(calendar.slot(last, grain)), grain, 1))]


def _start_on(
    definition: Definition, window: Window, calendar: Calendar, end: date
) -> datetime | None:
    """Where the window begins that ends with the midnight of a local day."""
    if window.periods is not None:
        if definition.grain == "hour":
            return calendar.midnight(end) - timedelta(hours=window.periods)
        return calendar.midnight(back(end, definition.grain, window.periods))
    if window.since == "all":
        return None
    return calendar.midnight(calendar.first_day(end - timedelta(days=1), "year"))


def _start_at(
    definition: Definition, window: Window, calendar: Calendar, end: datetime
) -> datetime | None:
    """Where the window begins that ends with an hour."""
    if window.periods is None:
        day = (end - _TICK).astimezone(calendar.zone).date() + timedelta(days=1)
        return _start_on(definition, window, calendar, day)
    if definition.grain == "hour":
        return end - timedelta(hours=window.periods)
    local = end.astimezone(calendar.zone).replace(tzinfo=None)
    day = back(local.date(), definition.grain, window.periods)
    return calendar.instant(datetime.combine(day, local.time()))


def back(day: date, grain: str, count: int) -> date:
    """The day ``count`` periods before; the last one of a month that is shorter."""
    if grain not in _MONTHS:
        return day - timedelta(days=(7 if grain == "week" else 1) * count)
    month = day.year * 12 + day.month - 1 - count * _MONTHS[grain]
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _adds_up(definition: Definition) -> bool:
    """Whether the inputs of the measure over two sets of rows give those over both."""
    basic = definition.basic
    match basic:
        case Aggregate():
            parts: Sequence[Aggregate] = (basic,)
        case Ratio(numerator, denominator):
            parts = (numerator, denominator)
        case _:
            parts = ()
    return all(part.agg not in ("quantile", "count_distinct") for part in parts)


def rules_of(definition: Definition) -> dict[str, str]:
    """How each column of the statement is put together, where it is not added."""
    basic = definition.basic
    if isinstance(basic, Net):
        return {}
    named = {"a": basic} if isinstance(basic, Aggregate) else {}
    if isinstance(basic, Ratio):
        named = {"a": basic.numerator, "b": basic.denominator}
    return {f"{name}_v": part.agg for name, part in named.items() if part.agg in ("min", "max")}


def _grain_of(grain: str, reaches: Sequence[Reach], calendar: Calendar) -> str | None:
    """The coarsest periods out of which every window can be put together."""
    starts = {reach.start for reach in reaches if reach.start is not None}
    for candidate in (grain, "day"):
        if candidate == "day" and grain == "hour":
            return None
        if all(calendar.slot(start, candidate).start == start for start in starts):
            return candidate
    return None
