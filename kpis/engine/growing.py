"""What grows: figures that are larger for no other reason than that more is counted.

A count of a quarter is larger than that of a month, and the count of a team smaller than that of
all. A share, a mean, a median, a rate per day are not.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpis.engine.arithmetic import Minus, Name, Node, Number, Pair
from kpis.engine.definition import (
    ADDITIVE,
    Aggregate,
    Basic,
    Definition,
    Formula,
    Net,
    Ratio,
    Stock,
    Window,
)


def grows_with_time(definition: Definition) -> bool:
    """Whether a longer stretch has a larger figure; of a formula its parts decide."""
    windowed = isinstance(definition.measure, Window)
    if windowed or definition.rate is not None or isinstance(definition.basic, Stock):
        return False
    return _adds(definition.basic)


def grows_with_rows(definition: Definition) -> bool:
    """Whether all rows have a larger figure than some of them; of a formula its parts decide."""
    return _adds(definition.basic)


def _adds(measure: Basic | Formula) -> bool:
    match measure:
        case Stock() | Net():
            return True
        case Aggregate(agg):
            return agg in ADDITIVE
        case Ratio(numerator, denominator):
            return (numerator.agg in ADDITIVE) != (denominator.agg in ADDITIVE)
        case _:
            return False


def formula_grows(node: Node, parts: Mapping[str, bool]) -> bool:
    """Whether a formula does, where ``parts`` say it of its figures; what divides takes it away."""
    match node:
        case Number():
            return False
        case Name(name):
            return parts[name]
        case Minus(part):
            return formula_grows(part, parts)
        case Pair(sign, left, right):
            one, other = formula_grows(left, parts), formula_grows(right, parts)
            return one != other if sign == "/" else one or other
