"""A KPI's definition as frozen values: what is measured, on which rows, in which calendar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

GRAINS = ("hour", "day", "week", "month", "quarter", "year")
AGGREGATES = ("count", "sum", "avg", "min", "max", "count_distinct", "quantile")
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}  # seconds in one of them
NULL_RULES = ("not_met", "exclude")
OPERATORS = (
    *("=", "!=", "<", "<=", ">", ">=", "in", "not in"),
    *("is null", "is not null", "contains", "between"),
)

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the load."""

    name: str


@dataclass(frozen=True, slots=True)
class Duration:
    """The time from one column to another, in ``unit``; negative where the end comes first."""

    start: str
    end: str
    unit: str


Operand = Column | Duration


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; ``value`` is a tuple for lists and for ``between``, None for null tests."""

    operand: Operand
    op: str
    value: Scalar | tuple[Scalar, ...] = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Met when every part is met."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Met when at least one part is met."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Met when the part is not met; unknown (null) stays unknown."""

    part: Where


Where = Condition | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate over the rows that meet ``where``; ``count`` without operand counts rows."""

    agg: str
    operand: Operand | None = None
    q: float | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Rows that meet ``of`` by rows that count, a fraction of one."""

    of: Where
    among: Where | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """One aggregate by another, times ``scale``."""

    numerator: Aggregate
    denominator: Aggregate
    scale: float = 1


@dataclass(frozen=True, slots=True)
class Stock:
    """Rows open at the end of a period: opened before it, not closed before it."""

    opened: str
    closed: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """Rows that came in the period minus rows that went in it."""

    came: str
    went: str
    where: Where | None = None


Measure = Aggregate | Share | Ratio | Stock | Net


@dataclass(frozen=True, slots=True)
class Definition:
    """All that decides a KPI's figures; ``time_column`` None means that time plays no part."""

    measure: Measure
    time_column: str | None = None
    time_zone: str = "UTC"
    grain: str = "month"
    dimensions: tuple[str, ...] = ()
    exclusions: Where | None = None
    null_rule: str = "not_met"
    min_cases: int = 10
    week_start: int = 0

    @property
    def time_columns(self) -> tuple[str, ...]:
        """The columns that place a row in time: two for a stock and a net flow."""
        match self.measure:
            case Stock(opened, closed):
                return (opened, closed)
            case Net(came, went):
                return (came, went)
            case _:
                return (self.time_column,) if self.time_column else ()


def canonical(definition: Definition) -> dict[str, Any]:
    """The definition as JSON with every default spelled out: equal meanings give equal texts."""
    out: dict[str, Any] = {
        "measure": _measure_json(definition.measure),
        "time_zone": definition.time_zone,
        "grain": definition.grain,
        "dimensions": list(definition.dimensions),
        "null_rule": definition.null_rule,
        "min_cases": definition.min_cases,
        "week_start": definition.week_start,
    }
    if definition.time_column is not None:
        out["time_column"] = definition.time_column
    if definition.exclusions is not None:
        out["exclusions"] = where_json(definition.exclusions)
    return out


def sha256(definition: Definition) -> str:
    """The hash that is part of a KPI version, 64 hexadecimal digits."""
    text = json.dumps(
        canonical(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def where_json(where: Where) -> dict[str, Any]:
    """A condition as the JSON that parses back to it."""
    match where:
        case AllOf(parts):
            return {"all": [where_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [where_json(part) for part in parts]}
        case Not(part):
            return {"not": where_json(part)}
        case Condition(operand, op, value):
            out: dict[str, Any] = {"column": _operand_json(operand), "op": op}
            if op not in ("is null", "is not null"):
                out["value"] = list(value) if isinstance(value, tuple) else value
            return out


def _operand_json(operand: Operand) -> str | dict[str, str]:
    if isinstance(operand, Column):
        return operand.name
    return {"from": operand.start, "to": operand.end, "unit": operand.unit}


def _measure_json(measure: Measure) -> dict[str, Any]:
    match measure:
        case Aggregate(agg, operand, q, where):
            out: dict[str, Any] = {"agg": agg}
            if operand is not None:
                out["column"] = _operand_json(operand)
            if q is not None:
                out["q"] = q
            return out | _optional("where", where)
        case Share(of, among):
            return {"share": {"of": where_json(of)} | _optional("among", among)}
        case Ratio(numerator, denominator, scale):
            pair = [_measure_json(numerator), _measure_json(denominator)]
            return {"ratio": pair, "scale": scale}
        case Stock(opened, closed, where):
            return {"stock": {"opened": opened, "closed": closed} | _optional("where", where)}
        case Net(came, went, where):
            return {"net": {"in": came, "out": went} | _optional("where", where)}


def _optional(key: str, where: Where | None) -> dict[str, Any]:
    return {} if where is None else {key: where_json(where)}


def columns_used(definition: Definition) -> tuple[str, ...]:
    """Every column that the definition reads, each once, sorted."""
    names = {*definition.dimensions, *definition.time_columns}
    if definition.time_column:
        names.add(definition.time_column)
    for operand in operands(definition):
        names |= {operand.name} if isinstance(operand, Column) else {operand.start, operand.end}
    return tuple(sorted(names))


def columns_of(where: Where | None) -> frozenset[str]:
    """Every column that a condition reads."""
    names: set[str] = set()
    for operand in _where_operands(where):
        names |= {operand.name} if isinstance(operand, Column) else {operand.start, operand.end}
    return frozenset(names)


def operands(definition: Definition) -> Iterator[Operand]:
    """Every operand of the measure, its conditions and the exclusions, in reading order."""
    match definition.measure:
        case Aggregate() as aggregate:
            yield from _aggregate_operands(aggregate)
        case Share(of, among):
            yield from _where_operands(of)
            yield from _where_operands(among)
        case Ratio(numerator, denominator):
            yield from _aggregate_operands(numerator)
            yield from _aggregate_operands(denominator)
        case Stock(_, _, where) | Net(_, _, where):
            yield from _where_operands(where)
    yield from _where_operands(definition.exclusions)


def _aggregate_operands(aggregate: Aggregate) -> Iterator[Operand]:
    if aggregate.operand is not None:
        yield aggregate.operand
    yield from _where_operands(aggregate.where)


def _where_operands(where: Where | None) -> Iterator[Operand]:
    match where:
        case Condition(operand):
            yield operand
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _where_operands(part)
        case Not(part):
            yield from _where_operands(part)
