"""What a run's answers come to: pure, so that it can be checked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import fmean, stdev

#: Student's t, 97.5 %, for 1 to 30 degrees of freedom
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def t_quantile(df: int) -> float:
    """Two-sided 95 %; beyond the table by two terms of the expansion around 1.96."""
    if df < 1:
        raise ValueError("an interval needs two values")
    return _T[df - 1] if df <= len(_T) else 1.95996 + 2.3722 / df + 2.8225 / df**2


def sus_score(answers: Sequence[int]) -> float:
    """Brooke 1996: odd statements count x − 1, even ones 5 − x; the sum times 2.5 is 0 to 100."""
    if len(answers) != 10:
        raise ValueError("the scale has ten statements")
    points = [5 - x if place % 2 else x - 1 for place, x in enumerate(answers)]
    return sum(points) * 2.5


@dataclass(frozen=True)
class Mean:
    """A mean of scores from 0 to 100 with its 95 % interval, which one value does not have."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


def mean_of(scores: Sequence[float]) -> Mean | None:
    if not scores:
        return None
    mean, n = fmean(scores), len(scores)
    if n < 2:
        return Mean(mean, n)
    half = t_quantile(n - 1) * stdev(scores) / sqrt(n)
    return Mean(mean, n, max(0.0, mean - half), min(100.0, mean + half))


def agrees(
    expected: Decimal, actual: Decimal, *, counted: bool, rate: bool, tolerance: Decimal
) -> bool:
    """Whether the product's figure is that of the source.

    What is counted agrees to the last one. A ``rate``, in percent, may be ``tolerance`` points off;
    anything else so many percent of the source's figure.
    """
    if counted:
        return expected == actual
    if rate:
        return abs(actual - expected) <= tolerance
    return abs(actual - expected) <= abs(expected) * tolerance / 100
