"""Figures for the gallery, as the engine would answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kpis.engine.result import Figure, Period, Point, Result, State

ZONE = ZoneInfo("Europe/Zurich")
MONDAY = datetime(2026, 7, 6, tzinfo=ZONE)


def figure(value: float | None, **facts: Any) -> Figure:
    if value is None:
        return Figure(None, State.NO_DATA)
    return Figure(value, **facts)


def week(n: int, *, partial: bool = False) -> Period:
    start = MONDAY + timedelta(weeks=n)
    return Period(start, start + timedelta(weeks=1), "week", partial)


def weekly(
    values: Mapping[tuple[str | None, ...], Sequence[float | None]] | Sequence[float | None],
    *,
    by: tuple[str, ...] = (),
    partial: bool = False,
) -> Result:
    series = values if isinstance(values, Mapping) else {(): values}
    points = [
        Point(week(n, partial=partial and n == len(row) - 1), segment, figure(value))
        for segment, row in series.items()
        for n, value in enumerate(row)
    ]
    points.sort(key=lambda point: point.period.start if point.period else MONDAY)
    return Result(tuple(points), "week", by, "Europe/Zurich", MONDAY, "SELECT 1")


def by_category(values: Mapping[str | None, float | None], by: str = "group") -> Result:
    points = tuple(Point(None, (name,), figure(value)) for name, value in values.items())
    return Result(points, None, (by,), "Europe/Zurich", MONDAY, "SELECT 1")
