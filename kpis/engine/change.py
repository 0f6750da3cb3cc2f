"""The change from one figure to another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from kpis.engine.result import Figure


class Kind(StrEnum):
    """Whether there is a change to speak of."""

    CHANGE = "change"
    NEW = "new"  # from zero: no percent could say it
    NONE = "none"  # one of the figures has no value


@dataclass(frozen=True, slots=True)
class Change:
    """``absolute`` in the KPI's unit; ``percent`` of the earlier value; ``points`` for percentages.

    A share that rose from 0.6342 to 0.65 has 1.58 points (percentage points) and no percent.
    """

    kind: Kind
    absolute: float | int | None = None
    percent: float | None = None
    points: float | None = None


def is_same(one: float | None, other: float | None) -> bool:
    """Whether two values are one figure: sums of the same rows differ in their last digits."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def change(now: Figure, before: Figure, *, is_share: bool = False) -> Change:
    """The change from ``before`` to ``now``; ``is_share`` when values are fractions of one."""
    if now.value is None or before.value is None:
        return Change(Kind.NONE)
    absolute = now.value - before.value
    if is_share:
        return Change(Kind.CHANGE, absolute, points=absolute * 100)
    if before.value == 0:
        return Change(Kind.CHANGE, 0, 0.0) if absolute == 0 else Change(Kind.NEW, absolute)
    # By the size of the earlier value, so that the sign says up or down from below zero too.
    return Change(Kind.CHANGE, absolute, absolute / abs(before.value) * 100)
