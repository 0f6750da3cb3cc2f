"""Figures per unit of time: by the time that a period has, or that has passed of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kpis.engine.compile import divided
from kpis.engine.definition import Definition, Rate
from kpis.engine.frame import Frame
from kpis.engine.periods import Calendar
from kpis.engine.result import Figure, State
from kpis.engine.windows import Reach

_HOUR = 3600.0


def per_time(figure: Figure, rate: Rate, definition: Definition, frame: Frame, r: Reach) -> Figure:
    """The figure by the length of its stretch; both are kept."""
    if figure.state is not State.OK or figure.value is None:
        return figure
    start, end = _stretch(definition, frame, r)
    length = units_between(frame.calendar, start, end, rate.per)
    return divided(figure.value, length, rows=figure.rows, left_out=figure.left_out, min_cases=0)


def _stretch(definition: Definition, frame: Frame, reach: Reach) -> tuple[datetime, datetime]:
    """The part of a reach that the data speaks of: its periods, the last one up to the as-of."""
    known = frame.known
    if known is None:
        raise ValueError("nothing is known of no data")
    low = frame.calendar.slot(known.first, definition.grain).start
    high = frame.calendar.slot(known.last, definition.grain).end
    if frame.as_of is not None and frame.as_of >= known.last:
        high = frame.as_of
    start = low if reach.start is None else max(reach.start, low)
    end = high if reach.end is None else min(reach.end, high)
    return start, max(start, end)


def units_between(calendar: Calendar, start: datetime, end: datetime, per: str) -> float:
    """Hours, local days or weeks of local days between two instants, with their fractions.

    A local day of 23 or 25 hours is one day; half of it is half a day.
    """
    if per == "hour":
        return (end - start).total_seconds() / _HOUR
    days = _days_until(calendar, end) - _days_until(calendar, start)
    return days / 7 if per == "week" else days


def _days_until(calendar: Calendar, moment: datetime) -> float:
    """Local days since the year 1."""
    day: date = moment.astimezone(calendar.zone).date()
    start, end = calendar.midnight(day), calendar.midnight(day + timedelta(days=1))
    if moment < start or end <= start:
        return float(day.toordinal())
    return day.toordinal() + min((moment - start) / (end - start), 1.0)
