"""Results as the engine answers them, in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dashboards.rendering import Face, Goal, Odd
from kpis.engine.result import Figure, Period, Point, Result, State

HOURS = Face("Time to resolve", "duration", "h", 1, "down", Goal(8, 9))
SHARE = Face("SLA attainment", "percent", "", 1, "up", Goal(0.95, 0.92))
COUNT = Face("Incidents", "count", "", 0, "up")

#: the third month of some, which is far above the others
ODD = Odd(datetime(2026, 3, 1, tzinfo=UTC), True, 8, 14)

Segment = tuple[str | None, ...]
MISSING = object()


def fig(value: object) -> Figure:
    if value is None:
        return Figure(None, State.NO_DATA)
    if value is State.UNDEFINED:
        return Figure(None, State.UNDEFINED)
    assert isinstance(value, int | float)
    return Figure(value)


def month(n: int, *, partial: bool = False) -> Period:
    start = datetime(2026 + (n - 1) // 12, (n - 1) % 12 + 1, 1, tzinfo=UTC)
    end = (start + timedelta(days=32)).replace(day=1)
    return Period(start, end, "month", partial)


def monthly(
    values: Sequence[object] | Mapping[Segment, Sequence[object]],
    *,
    by: tuple[str, ...] = (),
    partial: bool = False,
    start: int = 1,
) -> Result:
    """One value a month; MISSING leaves the month out, None is a month without data."""
    series = values if isinstance(values, Mapping) else {(): values}
    points = [
        (n, Point(month(start + n, partial=partial and n == len(row) - 1), segment, fig(value)))
        for segment, row in series.items()
        for n, value in enumerate(row)
        if value is not MISSING
    ]
    points.sort(key=lambda placed: placed[0])
    return Result(tuple(point for _, point in points), "month", by, "UTC", None, "")


def split(values: Mapping[str | None, object], by: str = "group") -> Result:
    points = tuple(Point(None, (name,), fig(value)) for name, value in values.items())
    return Result(points, None, (by,), "UTC", None, "")


def total(value: object) -> Result:
    return Result((Point(None, (), fig(value)),), None, (), "UTC", None, "")
