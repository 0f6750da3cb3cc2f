"""What the engine answers: figures, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class State(StrEnum):
    """Whether a figure has a value, and if not, why."""

    OK = "ok"
    NO_DATA = "no_data"  # nothing there to compute from
    UNDEFINED = "undefined"  # a denominator of zero


class Packed:
    """Values that are packed as they are made: a cache reads and writes many of them."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


@dataclass(frozen=True, slots=True)
class Figure(Packed):
    """One number in full precision.

    A share is a fraction of one (0.6342), a duration is in the measure's own unit. ``rows`` counts
    the rows that the filters left, ``left_out`` those of them whose input was null. ``few`` marks a
    denominator under the KPI's minimum.
    """

    value: float | int | None
    state: State = State.OK
    numerator: float | int | None = None
    denominator: float | int | None = None
    rows: int = 0
    left_out: int = 0
    few: bool = False


@dataclass(frozen=True, slots=True)
class Period(Packed):
    """A half-open stretch of time ``[start, end)``; both ends are aware, in the KPI's zone.

    ``fiscal_start`` is the month with which the calendar's years begin.
    """

    start: datetime
    end: datetime
    grain: str
    partial: bool = False
    fiscal_start: int = 1


@dataclass(frozen=True, slots=True)
class Point(Packed):
    """The figure of one period and one segment; ``segment`` follows the query's ``by``."""

    period: Period | None
    segment: tuple[str | None, ...]
    figure: Figure


@dataclass(frozen=True, slots=True)
class Result(Packed):
    """All points of one query, periods ascending, and how they came about.

    ``blank`` are the figures of a segment without rows, one for each period; only where ``by``
    splits, as else there is no such segment. ``asked_at`` is when a source was asked that may have
    changed since ``as_of``; None where the rows are kept.
    """

    points: tuple[Point, ...]
    grain: str | None
    by: tuple[str, ...]
    time_zone: str
    as_of: datetime | None
    sql: str
    blank: tuple[Point, ...] = ()
    asked_at: datetime | None = None

    @property
    def total(self) -> Figure:
        """The only figure of a query without grain and dimensions."""
        if self.grain is not None or self.by or len(self.points) != 1:
            raise ValueError("only a query without grain and dimensions has one total")
        return self.points[0].figure

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)
