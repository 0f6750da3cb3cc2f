"""A KPI's definition as frozen values: what is measured, on which rows, in which calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kpis.engine.hours import WorkingHours

GRAINS = ("hour", "day", "week", "month", "quarter", "year")
AGGREGATES = ("count", "sum", "avg", "min", "max", "count_distinct", "quantile")
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}  # seconds in one of them
WORKING_UNITS = ("s", "min", "h")  # a day has no length of its own where only some hours count
SINCE = ("year", "all")
PER = ("hour", "day", "week")
ADDITIVE = ("count", "sum", "count_distinct")
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
    """The time from one column to another, in ``unit``; negative where the end comes first.

    ``hours`` are the working hours that alone count, None for every hour.
    """

    start: str
    end: str
    unit: str
    hours: WorkingHours | None = None


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


Basic = Aggregate | Share | Ratio | Stock | Net


@dataclass(frozen=True, slots=True)
class Rate:
    """A count or sum by the hours, days or weeks of its period; local days, of 23 hours too."""

    measure: Aggregate | Net
    per: str


@dataclass(frozen=True, slots=True)
class Window:
    """A measure over the rows of more than its period.

    With ``periods`` (moving): the rows of so many periods of the KPI's own grain up to the end of
    the one asked for. With ``since`` (cumulative): all rows since the (fiscal) year began in which
    that one ends, or since the data begins.
    """

    measure: Aggregate | Share | Ratio | Net | Rate
    periods: int | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """Arithmetic over other KPIs: ``text`` in its canonical spelling, ``kpis`` (name, slug)."""

    text: str
    kpis: tuple[tuple[str, str], ...]


Measure = Basic | Rate | Window | Formula


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
    fiscal_start: int = 1

    @property
    def basic(self) -> Basic | Formula:
        """The measure without the window and the rate around it."""
        measure = self.measure
        if isinstance(measure, Window):
            measure = measure.measure
        return measure.measure if isinstance(measure, Rate) else measure

    @property
    def rate(self) -> Rate | None:
        """The rate that is asked for, in a window too."""
        inner = self.measure.measure if isinstance(self.measure, Window) else self.measure
        return inner if isinstance(inner, Rate) else None

    @property
    def timed(self) -> bool:
        """Whether there are periods; what a formula is computed from always has them."""
        return bool(self.time_columns) or isinstance(self.measure, Formula)

    @property
    def time_columns(self) -> tuple[str, ...]:
        """The columns that place a row in time: two for a stock and a net flow."""
        match self.basic:
            case Stock(opened, closed):
                return (opened, closed)
            case Net(came, went):
                return (came, went)
            case _:
                return (self.time_column,) if self.time_column else ()


def columns_used(definition: Definition) -> tuple[str, ...]:
    """Every column that the definition reads, each once, sorted."""
    names = {*definition.dimensions, *definition.time_columns}
    if definition.time_column:
        names.add(definition.time_column)
    for operand in operands(definition):
        names |= {operand.name} if isinstance(operand, Column) else {operand.start, operand.end}
    return tuple(sorted(names))


def hours_of(definition: Definition) -> Iterator[WorkingHours]:
    """The working hours of each duration that has some."""
    for operand in operands(definition):
        if isinstance(operand, Duration) and operand.hours is not None:
            yield operand.hours


def worked_columns(operands: Iterable[Operand]) -> frozenset[str]:
    """The columns between which working hours are counted."""
    worked = [o for o in operands if isinstance(o, Duration) and o.hours is not None]
    return frozenset(name for o in worked for name in (o.start, o.end))


def columns_of(where: Where | None) -> frozenset[str]:
    """Every column that a condition reads."""
    names: set[str] = set()
    for operand in where_operands(where):
        names |= {operand.name} if isinstance(operand, Column) else {operand.start, operand.end}
    return frozenset(names)


def operands(definition: Definition) -> Iterator[Operand]:
    """Every operand of the measure, its conditions and the exclusions, in reading order."""
    match definition.basic:
        case Aggregate() as aggregate:
            yield from _aggregate_operands(aggregate)
        case Share(of, among):
            yield from where_operands(of)
            yield from where_operands(among)
        case Ratio(numerator, denominator):
            yield from _aggregate_operands(numerator)
            yield from _aggregate_operands(denominator)
        case Stock(_, _, where) | Net(_, _, where):
            yield from where_operands(where)
    yield from where_operands(definition.exclusions)


def _aggregate_operands(aggregate: Aggregate) -> Iterator[Operand]:
    if aggregate.operand is not None:
        yield aggregate.operand
    yield from where_operands(aggregate.where)


def where_operands(where: Where | None) -> Iterator[Operand]:
    """Every operand of a condition, in reading order."""
    match where:
        case Condition(operand):
            yield operand
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from where_operands(part)
        case Not(part):
            yield from where_operands(part)
