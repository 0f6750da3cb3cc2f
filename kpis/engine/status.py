"""Good, watch or bad: a figure against its target."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.result import Figure


class Direction(StrEnum):
    """Where a KPI should go."""

    UP = "up"
    DOWN = "down"
    BAND = "band"


class Status(StrEnum):
    """What a figure is against its target."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    NONE = "none"  # no value, or no target in force


@dataclass(frozen=True, slots=True)
class Target:
    """Closed stretches of good values and of values to watch, open ends infinite.

    Made by ``up``, ``down``, ``band`` or ``around``, which refuse thresholds that contradict the
    direction with ``Invalid``. Values are in the KPI's own unit; a share's are fractions of one.
    """

    direction: Direction
    good: tuple[float, float]
    watch: tuple[float, float]

    @classmethod
    def up(cls, good: float, watch: float) -> Target:
        """Good from ``good`` upwards, to watch from ``watch``, bad below."""
        _finite(good, watch)
        if watch > good:
            raise Invalid(
                _(
                    "More is better: the threshold to watch (%(watch)s) "
                    "cannot be above the good one (%(good)s).",
                    watch=f"{watch:g}",
                    good=f"{good:g}",
                ),
                field="watch",
            )
        return cls(Direction.UP, (good, math.inf), (watch, math.inf))

    @classmethod
    def down(cls, good: float, watch: float) -> Target:
        """Good up to ``good``, to watch up to ``watch``, bad above."""
        _finite(good, watch)
        if watch < good:
            raise Invalid(
                _(
                    "Less is better: the threshold to watch (%(watch)s) "
                    "cannot be below the good one (%(good)s).",
                    watch=f"{watch:g}",
                    good=f"{good:g}",
                ),
                field="watch",
            )
        return cls(Direction.DOWN, (-math.inf, good), (-math.inf, watch))

    @classmethod
    def band(cls, good: tuple[float, float], watch: tuple[float, float]) -> Target:
        """Good inside one band, to watch inside a wider one, bad outside both."""
        _finite(*good, *watch)
        if good[0] > good[1]:
            raise Invalid(
                _(
                    "A band begins with its lower end: %(low)s is above %(high)s.",
                    low=f"{good[0]:g}",
                    high=f"{good[1]:g}",
                ),
                field="good",
            )
        if watch[0] > good[0] or watch[1] < good[1]:
            raise Invalid(
                _("The band to watch cannot be narrower than the good one."), field="watch"
            )
        return cls(Direction.BAND, good, watch)

    @classmethod
    def around(cls, direction: Direction, goal: float | tuple[float, float], by: float) -> Target:
        """The target with a watch zone of ``by`` beside the goal (for a band, on both sides)."""
        _finite(by)
        if by < 0:
            raise Invalid(_("The width of the watch zone cannot be negative."), field="watch")
        if isinstance(goal, tuple):
            if direction is not Direction.BAND:
                raise Invalid(_("Only a band has two ends."), field="good")
            return cls.band(goal, (goal[0] - by, goal[1] + by))
        match direction:
            case Direction.UP:
                return cls.up(goal, goal - by)
            case Direction.DOWN:
                return cls.down(goal, goal + by)
            case Direction.BAND:
                return cls.band((goal, goal), (goal - by, goal + by))


@dataclass(frozen=True, slots=True)
class Dated:
    """A target and the local day from which it holds."""

    since: date
    target: Target


def in_force(targets: Iterable[Dated], day: date) -> Target | None:
    """The target that holds on a day: a period is judged by the day on which it starts."""
    held = [dated for dated in targets if dated.since <= day]
    return max(held, key=lambda dated: dated.since).target if held else None


def status(figure: Figure, target: Target | None) -> Status:
    """What a figure is against a target."""
    if target is None or figure.value is None:
        return Status.NONE
    if target.good[0] <= figure.value <= target.good[1]:
        return Status.GOOD
    if target.watch[0] <= figure.value <= target.watch[1]:
        return Status.WATCH
    return Status.BAD


def _finite(*values: float) -> None:
    if not all(math.isfinite(value) for value in values):
        raise Invalid(_("A threshold is a number."), field="target")
