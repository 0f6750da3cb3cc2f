"""What rendering is told about a tile and about the KPI that it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

Threshold = float | tuple[float, float]


class Target(Protocol):
    """The thresholds in force, in the KPI's own unit (a share is a fraction of one).

    For a band both are (from, to) with ``watch`` the wider one; otherwise one number each, and
    ``watch`` may be missing.
    """

    @property
    def good(self) -> Threshold: ...

    @property
    def watch(self) -> Threshold | None: ...


@dataclass(frozen=True, slots=True)
class Goal:
    """A plain target."""

    good: Threshold
    watch: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment from which figures mean something else; ``label`` is short, ``words`` say why.

    What only ``happened`` stands where it was inside its period, and not at the period's beginning;
    what lasted ``until`` another moment is a band.
    """

    at: datetime
    label: str
    words: str
    happened: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Odd:
    """A full period whose figure ``how`` does not explain, in the KPI's own unit.

    ``start`` is the period's, aware; ``low`` to ``high`` was expected, ``above`` is on which side
    of it the figure lies.
    """

    start: datetime
    above: bool
    low: float
    high: float
    how: Literal["season", "trend"] = "season"


@dataclass(frozen=True, slots=True)
class Face:
    """How a KPI shows itself.

    ``unit`` is "percent" for shares, "duration" for stretches of time and anything else for
    counts; ``unit_label`` is what stands behind the number ("h", "open"); ``precision`` counts the
    digits behind the point as displayed, of a percentage after the hundredfold. ``own`` are the
    targets of single segments of what is shown, by name; ``marks`` are changes of the formula,
    ``odd`` the unusual figures of the whole. What ``grows`` with time meets or misses its target
    when its period is over.
    """

    name: str
    unit: str = "count"
    unit_label: str = ""
    precision: int = 0
    direction: Literal["up", "down", "band"] = "up"
    target: Target | None = None
    own: tuple[tuple[str, Target], ...] = ()
    marks: tuple[Mark, ...] = ()
    odd: tuple[Odd, ...] = ()
    grows: bool = False

    def at(self, segment: tuple[str | None, ...]) -> Face:
        """The face of one segment: with its own target where it has one."""
        own = self.own_of(segment)
        return self if own is None else replace(self, target=own, own=())

    def own_of(self, segment: tuple[str | None, ...]) -> Target | None:
        """The target that holds for a segment alone."""
        if len(segment) != 1:
            return None
        return next((target for name, target in self.own if name == segment[0]), None)


@dataclass(frozen=True, slots=True)
class Tile:
    """One place on a dashboard."""

    key: str
    type: Literal[
        "number", "line", "area", "bar", "combined", "pie", "table", "pivot", "funnel",
        "waterfall", "bullet", "gauge", "histogram", "box", "scatter", "text",
        "image",
    ]  # fmt: skip
    title: str
    unit_line: str = ""
    arrange: str = "grouped"
    standing: bool = False
    hole: bool = False
