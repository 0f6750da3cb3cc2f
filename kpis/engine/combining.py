"""Results of several KPIs put together by a formula: period by period, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kpis.engine.answering import sorting
from kpis.engine.arithmetic import Node, computed
from kpis.engine.compile import NO_DATA
from kpis.engine.frame import check_size
from kpis.engine.result import Figure, Period, Point, Result

Ends = tuple[datetime, datetime] | None
Segment = tuple[str | None, ...]


def combined(formula: Node, results: Mapping[str, Result]) -> Result:
    """The figures of a formula from those of its parts at the same roll-up, by name.

    All results answer the same grain and split. A segment that a part does not have stands for no
    rows there (nothing counted is 0); a period that it does not have has no data.
    """
    first = next(iter(results.values()))
    periods: dict[Ends, Period | None] = {}
    for result in results.values():
        for point in (*result.points, *result.blank):
            periods[_ends(point)] = _both(periods.get(_ends(point)), point.period)
    tables = {name: _Table(result) for name, result in results.items()}
    segments = {point.segment for result in results.values() for point in result.points}
    order = sorted(segments, key=sorting)
    check_size(len(periods) * len(order))

    def figure(ends: Ends, segment: Segment | None) -> Figure:
        return computed(formula, {name: t.figure(ends, segment) for name, t in tables.items()})

    times = sorted(periods, key=_when)
    points = [Point(periods[ends], one, figure(ends, one)) for ends in times for one in order]
    nobody = (None,) * len(first.by)
    blank = [Point(periods[ends], nobody, figure(ends, None)) for ends in times if first.by]
    moments = [result.as_of for result in results.values() if result.as_of is not None]
    sql = "\n\n".join(f"-- {name}\n{result.sql}" for name, result in results.items())
    return Result(
        tuple(points),
        first.grain,
        first.by,
        first.time_zone,
        min(moments) if moments else None,
        sql,
        tuple(blank),
        max((r.asked_at for r in results.values() if r.asked_at is not None), default=None),
    )


class _Table:
    """The figures of one result by period and segment."""

    def __init__(self, result: Result) -> None:
        self.figures = {(_ends(point), point.segment): point.figure for point in result.points}
        self.blank = {_ends(point): point.figure for point in result.blank}

    def figure(self, ends: Ends, segment: Segment | None) -> Figure:
        """The figure of a segment; None stands for one without rows."""
        blank = self.blank.get(ends, NO_DATA)
        return blank if segment is None else self.figures.get((ends, segment), blank)


def _ends(point: Point) -> Ends:
    return None if point.period is None else (point.period.start, point.period.end)


def _when(ends: Ends) -> tuple[datetime, ...]:
    return () if ends is None else ends


def _both(one: Period | None, other: Period | None) -> Period | None:
    """A period of two parts; partial where it is for one of them."""
    if one is None or other is None or one.partial:
        return one or other
    return other
