"""Axes: round steps, and a zero where lengths are compared."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dashboards.rendering.format import digits
from dashboards.rendering.wording import ENGLISH, Wording

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis in display units."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [_rounded(self.low + n * self.step, self.step) for n in range(count + 1)]

    def labels(self, wording: Wording = ENGLISH, suffix: str = "") -> list[str]:
        places = max(0, -math.floor(math.log10(self.step)) + (self.step_lead() == 2.5))
        return [digits(Decimal(str(tick)), places, wording) + suffix for tick in self.ticks]

    def step_lead(self) -> float:
        """The first digits of the step: 1, 2, 2.5 or 5."""
        return float(round(self.step / 10 ** math.floor(math.log10(self.step)), 6))


def scale(
    values: Iterable[float], *, zero: bool, wanted: int = 4, most: float | None = None
) -> Scale:
    """The scale that holds ``values`` in about ``wanted`` steps.

    ``zero`` forces the axis to start there. Without it zero is still shown where the values come
    near it, since a reader takes the bottom for zero. ``most`` is a natural end, such as 100 %.
    """
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    if zero or (low >= 0 and low <= (high - low) * 2):
        low = min(low, 0.0)
    if high <= 0 and zero:
        high = 0.0
    if math.isclose(low, high):
        low, high = (0.0, high * 1.2) if high > 0 else (low - 1, high + 1)
    step = round_step((high - low) / wanted)
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    if most is not None and high <= most < top:
        top = math.ceil(most / step - 1e-9) * step if most % step else most
    return Scale(_rounded(bottom, step), _rounded(top, step), step)


def round_step(rough: float) -> float:
    """The next round number that is at least ``rough``, which is above zero."""
    power = 10.0 ** math.floor(math.log10(rough))
    lead = next(step for step in _STEPS if step >= rough / power - 1e-9)
    return float(f"{lead * power:.12g}")


def _rounded(value: float, step: float) -> float:
    """To well below a step, however small steps are: what adding them up leaves is gone."""
    return round(value, 6 - math.floor(math.log10(step)))
