"""What moved a figure between two periods, segment by segment, in contributions that add up.

A count, a sum or a net flow changes by the sum of what its segments change by. A quotient of two
such numbers changes for two reasons: a segment's own quotient changed (rate effect), or segments
with another quotient than the whole weigh more or less than before (mix effect). With w the
segment's part of the denominator and r its quotient, R the whole's, and means over both periods

    rate = mean(w) × (r₂ − r₁)        mix = (w₂ − w₁) × (mean(r) − mean(R))

which add up to R₂ − R₁, as the weights of each period add up to one (the midpoint decomposition of
Marshall, Edgeworth and Bennet). A segment that is there in one period alone has no change of its
own: its quotient is taken to be the same in both, so that all of it is mix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.definition import Aggregate, Definition, Net, Ratio, Share, Stock
from kpis.engine.result import Figure, State

Segment = tuple[str | None, ...]
Figures = Mapping[Segment, Figure]


@dataclass(frozen=True, slots=True)
class Driver:
    """What a segment did to the whole: ``mix`` + ``rate``, in the unit of the KPI.

    For what adds up everything is ``rate`` and ``mix`` is None. ``before`` and ``now`` are the
    segment's own figures, None where it had none.
    """

    segment: Segment
    before: float | int | None
    now: float | int | None
    rate: float | int
    mix: float | None = None

    @property
    def total(self) -> float | int:
        """The segment's contribution to the change of the whole."""
        return self.rate + (self.mix or 0)


def is_additive(definition: Definition) -> bool:
    """Whether the figures of segments add up to that of the whole."""
    match definition.basic:
        case Stock() | Net():
            return True
        case Aggregate(agg):
            return agg in ("count", "sum")
        case _:
            return False


def is_quotient(definition: Definition) -> bool:
    """Whether the whole is one sum over segments by another."""
    match definition.basic:
        case Share():
            return True
        case Aggregate(agg):
            return agg == "avg"
        case Ratio(numerator, denominator):
            return all(part.agg in ("count", "sum") for part in (numerator, denominator))
        case _:
            return False


def drivers(definition: Definition, before: Figures, now: Figures) -> tuple[Driver, ...]:
    """The contributions of segments, the largest first, whatever their sign.

    ``before`` and ``now`` are figures by one split and without a grain. Raises ``Invalid`` for a
    measure whose segments do not add up, and where a whole has no figure to compare.
    """
    if is_additive(definition):
        found = _differences(before, now)
    elif is_quotient(definition):
        found = _effects(definition, before, now)
    else:
        raise Invalid(
            _("What the segments of this measure moved does not add up to the whole."),
            field="measure",
        )
    return tuple(sorted(found, key=lambda d: (-abs(d.total), [p or "" for p in d.segment])))


def _differences(before: Figures, now: Figures) -> list[Driver]:
    """A segment that is not there counts nothing."""
    found = []
    for segment in {**before, **now}:
        then, here = _value(before.get(segment)), _value(now.get(segment))
        found.append(Driver(segment, then, here, (here or 0) - (then or 0)))
    return found


def _value(figure: Figure | None) -> float | int | None:
    return figure.value if figure is not None and figure.state is State.OK else None


@dataclass(frozen=True, slots=True)
class _Side:
    """One period: numerators and denominators by segment, and the sum of the denominators."""

    over: Mapping[Segment, float]
    under: Mapping[Segment, float]
    sum: float
    scale: float

    @property
    def whole(self) -> float:
        return fsum(self.over.values()) / self.sum * self.scale

    def weight(self, segment: Segment) -> float:
        return self.under.get(segment, 0.0) / self.sum

    def rate(self, segment: Segment) -> float | None:
        under = self.under.get(segment, 0.0)
        return self.over[segment] / under * self.scale if under else None

    def stray(self, segment: Segment) -> float:
        """What a segment adds to the whole without a denominator of its own."""
        over = 0.0 if self.under.get(segment) else self.over.get(segment, 0.0)
        return over / self.sum * self.scale


def _effects(definition: Definition, before: Figures, now: Figures) -> list[Driver]:
    then, here = _side(definition, before), _side(definition, now)
    middle = (then.whole + here.whole) / 2
    found = []
    for segment in {**before, **now}:
        old, new = then.rate(segment), here.rate(segment)
        first, second = _either(old, new), _either(new, old)
        w1, w2 = then.weight(segment), here.weight(segment)
        rate = (w1 + w2) / 2 * (second - first) + here.stray(segment) - then.stray(segment)
        mix = (w2 - w1) * ((first + second) / 2 - middle)
        found.append(Driver(segment, old, new, rate, mix))
    return found


def _either(one: float | None, other: float | None) -> float:
    """The quotient of one period, that of the other where it has none."""
    if one is None:
        return 0.0 if other is None else other
    return one


def _side(definition: Definition, figures: Figures) -> _Side:
    basic = definition.basic
    over = {segment: float(figure.numerator or 0) for segment, figure in figures.items()}
    under = {segment: float(figure.denominator or 0) for segment, figure in figures.items()}
    whole = fsum(under.values())
    if whole == 0:
        raise Invalid(_("One of the two periods has no figure to compare."), field="compare")
    return _Side(over, under, whole, basic.scale if isinstance(basic, Ratio) else 1.0)
