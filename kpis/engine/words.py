"""A definition in plain English, so that a reader need not know how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpis.engine.definition import (
    Aggregate,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Definition,
    Measure,
    Net,
    Not,
    Operand,
    Ratio,
    Scalar,
    Share,
    Stock,
    Where,
)

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_AGGREGATES = {
    "sum": "sum of {}",
    "avg": "average of {}",
    "min": "smallest {}",
    "max": "largest {}",
    "count_distinct": "number of different values of {}",
    "count": "number of rows with {}",
}
_OPS = {
    "=": "is {}",
    "!=": "is not {}",
    "<": "is less than {}",
    "<=": "is at most {}",
    ">": "is more than {}",
    ">=": "is at least {}",
    "in": "is one of {}",
    "not in": "is none of {}",
    "contains": "contains {}",
}
_MANY = 5


@dataclass(frozen=True, slots=True)
class Words:
    """What a KPI says: the whole in one line, its two sides if it has them, which rows count."""

    formula: str
    numerator: str = ""
    denominator: str = ""
    conditions: tuple[str, ...] = ()


def words(definition: Definition, labels: Mapping[str, str] | None = None) -> Words:
    """The definition in words; ``labels`` are names for columns that say more than their own."""
    writer = _Writer(labels or {})
    formula, numerator, denominator = writer.measure(definition.measure)
    conditions = []
    if definition.exclusions is not None:
        conditions.append(f"rows are left out where {writer.where(definition.exclusions)}")
    if isinstance(definition.measure, Share):
        unknown = "is left out" if definition.null_rule == "exclude" else "counts as not met"
        conditions.append(f"a row whose condition is unknown {unknown}")
    if definition.time_column and not isinstance(definition.measure, Stock | Net):
        column = writer.name(definition.time_column)
        conditions.append(f"a row belongs to the period of its {column} ({definition.time_zone})")
    return Words(formula, numerator, denominator, tuple(conditions))


def where_words(where: Where, labels: Mapping[str, str] | None = None) -> str:
    """A condition in words."""
    return _Writer(labels or {}).where(where)


@dataclass(frozen=True, slots=True)
class _Writer:
    labels: Mapping[str, str]

    def name(self, column: str) -> str:
        return self.labels.get(column, column)

    def operand(self, operand: Operand) -> str:
        if isinstance(operand, Column):
            return self.name(operand.name)
        start, end = self.name(operand.start), self.name(operand.end)
        return f"{_UNITS[operand.unit]} from {start} to {end}"

    def measure(self, measure: Measure) -> tuple[str, str, str]:
        """Formula, numerator and denominator."""
        match measure:
            case Aggregate():
                return self.aggregate(measure), "", ""
            case Share(of, among):
                counted = "all rows" if among is None else f"rows where {self.where(among)}"
                met = f"{counted.removeprefix('all ')} {'and' if among else 'where'} "
                met += self.where(of, inner=among is not None)
                return f"share of rows where {self.where(of)}, among {counted}", met, counted
            case Ratio(numerator, denominator, scale):
                over, under = self.aggregate(numerator), self.aggregate(denominator)
                times = "" if scale == 1 else f", times {_number(scale)}"
                return f"{over} ÷ {under}{times}", over, under
            case Stock(opened, closed, where):
                open_, close = self.name(opened), self.name(closed)
                text = f"rows open at the end of the period, by {open_} and {close}"
                return text + self._where(where), "", ""
            case Net(came, went, where):
                in_, out = self.name(came), self.name(went)
                text = f"rows that came, by {in_}, minus rows that went, by {out}"
                return text + self._where(where), "", ""

    def aggregate(self, aggregate: Aggregate) -> str:
        where = self._where(aggregate.where)
        if aggregate.operand is None:
            return f"number of rows{where}"
        operand = self.operand(aggregate.operand)
        if aggregate.agg == "quantile":
            q = aggregate.q or 0.0
            if q == 0.5:
                return f"median of {operand}{where}"
            return f"{_number(round(q * 100, 6))} % quantile of {operand}{where}"
        return _AGGREGATES[aggregate.agg].format(operand) + where

    def where(self, where: Where, *, inner: bool = False) -> str:
        match where:
            case AllOf(parts) | AnyOf(parts):
                joint = " and " if isinstance(where, AllOf) else " or "
                text = joint.join(self.where(part, inner=len(parts) > 1) for part in parts)
                return f"({text})" if inner and len(parts) > 1 else text
            case Not(part):
                return f"not ({self.where(part)})"
            case Condition():
                return self._condition(where)

    def _where(self, where: Where | None) -> str:
        return "" if where is None else f" where {self.where(where)}"

    def _condition(self, condition: Condition) -> str:
        name, value = self.operand(condition.operand), condition.value
        match condition.op:
            case "is null":
                return f"{name} is empty"
            case "is not null":
                return f"{name} is not empty"
            case "between" if isinstance(value, tuple):
                return f"{name} is from {_value(value[0])} to {_value(value[1])}"
            case op:
                said = _values(value) if isinstance(value, tuple) else _value(value)
                return f"{name} {_OPS[op].format(said)}"


def _values(values: tuple[Scalar, ...]) -> str:
    shown = [_value(value) for value in values]
    if len(shown) > _MANY:
        return f"{', '.join(shown[:_MANY])} and {len(shown) - _MANY} more"
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _value(value: Scalar) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 and round(value, 4) == value else f"{value}"
