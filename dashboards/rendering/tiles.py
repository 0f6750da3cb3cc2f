"""What rendering is told about a tile and about the KPI that it shows."""

from __future__ import annotations

from dataclasses import dataclass
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
class Face:
    """How a KPI shows itself.

    ``unit`` is "percent" for shares, "duration" for stretches of time and anything else for
    counts; ``unit_label`` is what stands behind the number ("h", "open"); ``precision`` counts the
    digits behind the point as displayed, of a percentage after the hundredfold.
    """

    name: str
    unit: str = "count"
    unit_label: str = ""
    precision: int = 0
    direction: Literal["up", "down", "band"] = "up"
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One place on a dashboard."""

    key: str
    type: Literal["number", "line", "bar", "table", "text"]
    title: str
    unit_line: str = ""
