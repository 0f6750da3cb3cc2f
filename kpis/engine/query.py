"""What is asked of a KPI and of which table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
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
    ``source`` has only those that somebody may see.
    """

    source: FromClause
    types: Mapping[str, str]
    as_of: datetime | None = None
    ends: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    ceilings: Mapping[str, Any] = field(default_factory=dict)
    whole: Table | None = None

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
    query: Query, definition: Definition, as_of: datetime | None, *, against: str = "previous"
) -> Query:
    """The query to compare with: the range before this one, or a year before.

    ``against`` is "previous" or "year". Where ``as_of`` lies inside the range's last period, the
    earlier range is cut at the same stretch of its own last period, by the local clock.
    Raises ``Invalid`` on an open range.
    """
    if query.start is None or query.end is None:
        raise Invalid(_("An open range has no range before it."), field="start")
    calendar = calendar_of(definition)
    grain = _aligned(query, calendar)
    count = 0
    first = query.start
    while first < query.end:
        first = calendar.shift(first, grain, 1)
        count += 1
    last = calendar.shift(query.start, grain, count - 1)
    if against == "year":
        begin, last_then = _year_before(query.start, grain), _year_before(last, grain)
        end = calendar.shift(last_then, grain, 1)
    elif against == "previous":
        begin, end = calendar.shift(query.start, grain, -count), query.start
        last_then = calendar.shift(end, grain, -1)
    else:
        raise Invalid(_("Compare with the previous range or the year before."), field="compare")
    shifted = replace(query, start=begin, end=end, until=None)
    stop = query.until or as_of
    stop = None if stop is None else stop.astimezone(UTC)
    if stop is None or not calendar.midnight(last) <= stop < calendar.midnight(query.end):
        return shifted
    into = stop.astimezone(calendar.zone).replace(tzinfo=None) - datetime(
        last.year, last.month, last.day
    )
    cut = datetime(last_then.year, last_then.month, last_then.day) + into
    if cut.date() >= end:
        return shifted
    return replace(shifted, until=calendar.instant(cut))


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


def is_level(definition: Definition) -> bool:
    """Whether the measure is a level at a moment (a stock) and not a flow over a period."""
    return isinstance(definition.measure, Stock)
