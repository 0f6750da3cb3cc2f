"""What is asked of a KPI and of which table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause, quoted_name
from sqlalchemy.types import TypeEngine

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.checks import GROUPABLE, check_where
from kpis.engine.definition import GRAINS, Definition, Stock, Where
from kpis.engine.periods import Calendar, slot_day

SQL_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "text": sa.String,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "boolean": sa.Boolean,
    "date": sa.Date,
    "timestamp": sa.DateTime,
}


#: a calendar needs room on both sides: to compare with the range before, to count in UTC
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that figures come from.

    ``source`` has the columns named by ``types`` (each of ``checks.TYPES``); a timestamp is in UTC,
    without zone. ``as_of`` (aware) is how far the data tells the truth. ``ends`` are the least and
    the greatest value of columns, where they are noted; the others are asked for. ``ceilings`` are
    the greatest value of each column of time when rows were looked at that may have grown since:
    what lies beyond is in no figure. None where no row had a time. ``whole`` has all rows, where
    ``source`` has only those that somebody may see. ``last_day`` stands for ``as_of`` where the
    rows hold days without a time: they tell the truth to its end, by the definition's clock.
    """

    source: FromClause
    types: Mapping[str, str]
    as_of: datetime | None = None
    ends: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    ceilings: Mapping[str, Any] = field(default_factory=dict)
    whole: Table | None = None
    last_day: date | None = None

    def known_until(self, calendar: Calendar) -> datetime | None:
        """How far the data tells the truth, in UTC; None where it does not say."""
        if self.last_day is not None:
            return calendar.end_of(self.last_day)
        return None if self.as_of is None else self.as_of.astimezone(UTC)

    @classmethod
    def named(
        cls,
        name: str,
        types: Mapping[str, str],
        *,
        as_of: datetime | None = None,
        schema: str | None = None,
        ends: Mapping[str, tuple[Any, Any]] | None = None,
    ) -> Table:
        """A table or view of the database by its name."""
        columns = [
            sa.column(quoted_name(column, True), SQL_TYPES[kind]())
            for column, kind in types.items()
        ]
        source = sa.table(quoted_name(name, True), *columns, schema=schema)
        return cls(source, dict(types), as_of, ends or {})


@dataclass(frozen=True, slots=True)
class Query:
    """One question to a KPI.

    ``grain`` None asks for one total, ``by`` splits by dimensions. ``start`` and ``end`` are local
    days, half-open; None is open. ``until`` (aware) cuts the range further, for a comparison with
    the same stretch. ``where`` are the page's filters, on top of the KPI's own conditions.
    """

    grain: str | None = None
    by: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    where: Where | None = None
    until: datetime | None = None


def calendar_of(definition: Definition) -> Calendar:
    """The calendar in which a definition's periods lie."""
    return Calendar.of(definition.time_zone, definition.week_start, definition.fiscal_start)


def check_split(query: Query, definition: Definition) -> None:
    """Raise ``Invalid`` where a query splits by what the definition does not name."""
    for name in query.by:
        if name not in definition.dimensions:
            raise Invalid(
                _("The KPI cannot be split by “%(name)s”.", name=name), field="by", column=name
            )
    if len(set(query.by)) < len(query.by):
        raise Invalid(_("Each dimension is named once."), field="by")


def check_query(query: Query, definition: Definition, types: Mapping[str, str]) -> None:
    """Raise ``Invalid`` where a query asks what the definition or the data cannot answer."""
    check_split(query, definition)
    for name in query.by:
        if types[name] not in GROUPABLE:
            raise Invalid(
                _("The KPI cannot be split by “%(name)s”.", name=name), field="by", column=name
            )
    if query.grain is not None and query.grain not in GRAINS:
        raise Invalid(_("There is no grain “%(grain)s”.", grain=query.grain), field="grain")
    timed = definition.time_columns
    if not definition.timed and (query.grain or query.start or query.end or query.until):
        raise Invalid(_("The KPI has no time column, so it has no periods."), field="grain")
    if query.grain == "hour" and any(types[name] == "date" for name in timed):
        raise Invalid(_("The data has dates without times, so it has no hours."), field="grain")
    for name, day in (("start", query.start), ("end", query.end)):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise Invalid(
                _(
                    "Ranges lie between %(first)s and %(last)s.",
                    first=str(FIRST_DAY),
                    last=str(LAST_DAY),
                ),
                field=name,
            )
    if query.start and query.end and query.start >= query.end:
        raise Invalid(_("The range ends before it begins."), field="end")
    check_where(query.where, types, "where")


def latest(
    definition: Definition, moment: datetime, *, grain: str | None = None, periods: int = 1
) -> Query:
    """The query of the last ``periods`` periods, up to the one that holds ``moment`` (aware).

    An hour's range is that of its days, as a range is made of days.
    """
    grain = grain or definition.grain
    calendar = calendar_of(definition)
    if grain == "hour":
        last = slot_day(calendar.slot(moment, "day"))
        back = (periods - 1) // 24
        return Query(grain, (), last - timedelta(days=back), last + timedelta(days=1))
    last = slot_day(calendar.slot(moment, grain))
    return Query(
        grain, (), calendar.shift(last, grain, 1 - periods), calendar.shift(last, grain, 1)
    )


def earlier(
    query: Query,
    definition: Definition,
    as_of: datetime | None,
    *,
    against: str = "previous",
    by_days: bool = False,
) -> Query:
    """The query to compare with: the range before this one, or a year before.

    ``against`` is "previous" or "year". Where ``as_of`` lies inside the range, the earlier range is
    cut at the same stretch of the period that stands there in its place, by the local clock.
    ``by_days`` takes as many days for what happens to be a month or a quarter. Raises ``Invalid``
    on an open range.
    """
    if query.start is None or query.end is None:
        raise Invalid(_("An open range has no range before it."), field="start")
    calendar = calendar_of(definition)
    grain = "day" if by_days else _aligned(query, calendar)
    firsts = [query.start]
    while (following := calendar.shift(firsts[-1], grain, 1)) < query.end:
        firsts.append(following)
    if against == "year":
        thens = [_year_before(first, grain) for first in firsts]
        end = calendar.shift(thens[-1], grain, 1)
    elif against == "previous":
        thens = [calendar.shift(first, grain, -len(firsts)) for first in firsts]
        end = query.start
    else:
        raise Invalid(_("Compare with the previous range or the year before."), field="compare")
    shifted = replace(query, start=thens[0], end=end, until=None)
    stop = query.until or as_of
    stop = None if stop is None else stop.astimezone(UTC)
    if stop is None or not calendar.midnight(query.start) <= stop < calendar.midnight(query.end):
        return shifted
    place = max(n for n, first in enumerate(firsts) if calendar.midnight(first) <= stop)
    until = _same_place(stop, firsts[place], thens[place], grain, calendar)
    return shifted if until >= calendar.midnight(end) else replace(shifted, until=until)


def _same_place(
    stop: datetime, first: date, then: date, grain: str, calendar: Calendar
) -> datetime:
    """As far into the period that begins with ``then`` as ``stop`` is into that of ``first``; its
    end where it is shorter."""
    into = stop.astimezone(calendar.zone).replace(tzinfo=None) - datetime.combine(first, time())
    cut = datetime.combine(then, time()) + into
    over = calendar.shift(then, grain, 1)
    return calendar.midnight(over) if cut.date() >= over else calendar.instant(cut)


def _aligned(query: Query, calendar: Calendar) -> str:
    """The grain whose periods fill the range: the query's own, else the coarsest that does."""
    if query.start is None or query.end is None:
        raise ValueError("an open range is not aligned")
    grains = (
        (query.grain,)
        if query.grain not in (None, "hour")
        else ("year", "quarter", "month", "week")
    )
    for grain in grains:
        ends = (query.start, query.end)
        if grain and all(calendar.first_day(day, grain) == day for day in ends):
            return grain
    return "day"


def _year_before(first: date, grain: str) -> date:
    """The first day of the same period a year before: the same weekday for weeks."""
    if grain == "week":
        return first - timedelta(weeks=52)
    last_of_february = (first.month, first.day) == (2, 29)
    return first.replace(year=first.year - 1, day=28 if last_of_february else first.day)


def is_one_period(query: Query, definition: Definition) -> bool:
    """Whether a range is one period of the definition's own grain; days are no hour."""
    if query.start is None or query.end is None or definition.grain == "hour":
        return False
    calendar, grain = calendar_of(definition), definition.grain
    begins = calendar.first_day(query.start, grain) == query.start
    return begins and calendar.shift(query.start, grain, 1) == query.end


def is_cut(query: Query, definition: Definition, as_of: datetime | None) -> bool:
    """Whether the data ends inside a range."""
    if as_of is None or query.end is None:
        return False
    calendar = calendar_of(definition)
    inside = calendar.midnight(query.end) > as_of
    return inside and (query.start is None or calendar.midnight(query.start) <= as_of)


def is_level(definition: Definition) -> bool:
    """Whether the measure is a level at a moment (a stock) and not a flow over a period."""
    return isinstance(definition.measure, Stock)
