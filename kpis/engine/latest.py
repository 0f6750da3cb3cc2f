"""The last periods of a KPI, out of an answer that has all of them."""

from __future__ import annotations

from datetime import UTC

from kpis.engine.compile import NO_DATA
from kpis.engine.definition import Definition, Window
from kpis.engine.frame import EARLIEST, LATEST
from kpis.engine.periods import Slot, local_ends, slots_between
from kpis.engine.query import calendar_of, latest
from kpis.engine.result import Period, Point, Result


def latest_points(
    definition: Definition, result: Result, *, periods: int
) -> tuple[Point, ...] | None:
    """What ``query.latest`` up to the as-of of ``result`` would be answered.

    ``result`` is the answer for all time, neither split nor filtered. None where it does not tell:
    without an as-of, with another grain, of hours, whose range is that of their days, and of
    windows, which reach back to before the data.
    """
    grain, as_of = definition.grain, result.as_of
    if as_of is None or result.grain != grain or grain == "hour":
        return None
    if isinstance(definition.measure, Window):
        return None
    calendar, query = calendar_of(definition), latest(definition, as_of, periods=periods)
    assert query.start is not None
    assert query.end is not None
    start, end = calendar.midnight(query.start), calendar.midnight(query.end)
    if start < EARLIEST or end > LATEST:
        return None
    # In UTC: in a zone's own time, an hour that occurs twice equals no other.
    known = {p.period.start.astimezone(UTC): p for p in result.points if p.period is not None}

    def blank(slot: Slot) -> Point:
        """A period of which the data does not speak."""
        partial = slot.start <= as_of < slot.end
        ends = local_ends(calendar, slot)
        return Point(Period(*ends, grain, partial, calendar.fiscal_start), (), NO_DATA)

    slots = slots_between(calendar, start, end, grain, periods)
    return tuple(known.get(slot.start) or blank(slot) for slot in slots)
