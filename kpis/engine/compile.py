"""From a measure to a SELECT, and from its rows to figures.

Two layers: the base has one row per row of data, with the keys of its group and one input per part
of the measure (null where the part's condition is not met); the outer SELECT aggregates them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from kpis.engine.constructs import ONE, RANKED, ZERO, Element, Quantile, WholePart
from kpis.engine.definition import Aggregate, Ratio, Share
from kpis.engine.result import Figure, State
from kpis.engine.where import Scope

Row = Mapping[str, Any]
Number = int | float
NO_DATA = Figure(None, State.NO_DATA)


@dataclass(slots=True)
class Inputs:
    """The base's columns as they are collected; ``ranked`` need row numbers (SQLite quantiles)."""

    scope: Scope
    dialect: str
    columns: dict[str, Element] = field(default_factory=dict)
    ranked: list[str] = field(default_factory=list)

    def add(self, name: str, expression: Element) -> str:
        """Add an input and return its name."""
        self.columns[name] = expression
        return name


@dataclass(frozen=True, slots=True)
class Part:
    """One aggregate: where its rows, inputs and value stand in the result."""

    aggregate: Aggregate
    name: str

    def collect(self, inputs: Inputs) -> None:
        """Add the aggregate's inputs to the base."""
        aggregate, scope = self.aggregate, inputs.scope
        met = None if aggregate.where is None else scope.where(aggregate.where)
        if met is not None:
            inputs.add(f"{self.name}_used", sa.case((met, ONE)))
        if aggregate.operand is not None:
            value = scope.operand(aggregate.operand)
            inputs.add(f"{self.name}_in", value if met is None else sa.case((met, value)))
        if aggregate.agg == "quantile" and inputs.dialect in RANKED:
            inputs.ranked.append(self.name)

    def outputs(self, base: FromClause, dialect: str) -> dict[str, Element]:
        """The aggregates over the base."""
        aggregate, name = self.aggregate, self.name
        used = base.c.get(f"{name}_used")
        rows = sa.func.count() if used is None else sa.func.count(used)
        out: dict[str, Element] = {f"{name}_rows": rows}
        if aggregate.operand is None:
            return out
        value = base.c[f"{name}_in"]
        out[f"{name}_n"] = sa.func.count(value)
        match aggregate.agg:
            case "sum" | "avg":
                out[f"{name}_v"] = sa.func.sum(value)
            case "min":
                out[f"{name}_v"] = sa.func.min(value)
            case "max":
                out[f"{name}_v"] = sa.func.max(value)
            case "count_distinct":
                out[f"{name}_v"] = sa.func.count(sa.distinct(value))
            case "quantile":
                q = aggregate.q or 0.0
                exact = _by_rank(base, name, q) if dialect in RANKED else Quantile(value, q)
                out[f"{name}_v"] = exact
        return out

    def figure(self, row: Row, min_cases: int) -> Figure:
        """The aggregate's figure; ``row`` without entries stands for no rows."""
        rows = int(row.get(f"{self.name}_rows") or 0)
        if self.aggregate.operand is None:
            return Figure(rows, rows=rows)
        n = int(row.get(f"{self.name}_n") or 0)
        value = number(row.get(f"{self.name}_v"))
        left = rows - n
        match self.aggregate.agg:
            case "count":
                return Figure(n, rows=rows, left_out=left)
            case "sum" | "count_distinct":
                return _finite(Figure(value or 0, rows=rows, left_out=left))
            case _ if n == 0 or value is None:
                return Figure(None, State.NO_DATA, rows=rows, left_out=left)
            case "avg":
                return _finite(Figure(value / n, State.OK, value, n, rows, left, few=n < min_cases))
            case "quantile":
                return _finite(Figure(value, State.OK, None, n, rows, left, few=n < min_cases))
            case _:
                return _finite(Figure(value, rows=rows, left_out=left))


def _by_rank(base: FromClause, name: str, q: float) -> Element:
    """The quantile from row numbers: the two closest ranks, weighed by their distance."""
    rank, value = base.c[f"{name}_rank"], base.c[f"{name}_in"]
    position: Element = sa.literal(q, sa.Double()) * (base.c[f"{name}_of"] - 1)
    lower = WholePart(position)
    near = sa.case(
        (rank - 1 == lower, value * (1 - (position - lower))),
        (rank - 2 == lower, value * (position - lower)),
    )
    return sa.func.sum(near)


@dataclass(frozen=True, slots=True)
class AggregatePlan:
    """A measure that is one aggregate."""

    part: Part
    min_cases: int

    def collect(self, inputs: Inputs) -> None:
        """Add the inputs to the base."""
        self.part.collect(inputs)

    def outputs(self, base: FromClause, dialect: str) -> dict[str, Element]:
        """The aggregates over the base."""
        return self.part.outputs(base, dialect)

    def figure(self, row: Row) -> Figure:
        """The figure of a result row."""
        return self.part.figure(row, self.min_cases)


@dataclass(frozen=True, slots=True)
class SharePlan:
    """Rows that meet a condition by rows that count; unknown counts as not met, or not at all."""

    share: Share
    exclude_null: bool
    min_cases: int

    def collect(self, inputs: Inputs) -> None:
        """Add the inputs to the base."""
        of = inputs.scope.where(self.share.of).self_group()
        counted: Element = sa.case((of, ONE), (sa.not_(of), ZERO))
        if self.share.among is None:
            inputs.add("met", counted)
            return
        among = inputs.scope.where(self.share.among)
        inputs.add("among", sa.case((among, ONE)))
        inputs.add("met", sa.case((among, counted)))

    def outputs(self, base: FromClause, dialect: str) -> dict[str, Element]:
        """The aggregates over the base."""
        among = base.c.get("among")
        return {
            "rows": sa.func.count() if among is None else sa.func.count(among),
            "known": sa.func.count(base.c.met),
            "met": sa.func.sum(base.c.met),
        }

    def figure(self, row: Row) -> Figure:
        """The figure of a result row."""
        rows, known = int(row.get("rows") or 0), int(row.get("known") or 0)
        if rows == 0:
            return NO_DATA
        met = int(row.get("met") or 0)
        cases = known if self.exclude_null else rows
        return divided(met, cases, rows=rows, left_out=rows - cases, min_cases=self.min_cases)


@dataclass(frozen=True, slots=True)
class RatioPlan:
    """One aggregate by another, each over its own condition."""

    ratio: Ratio
    numerator: Part
    denominator: Part
    min_cases: int

    def collect(self, inputs: Inputs) -> None:
        """Add the inputs to the base."""
        used, lost = [], []
        for part in (self.numerator, self.denominator):
            part.collect(inputs)
            aggregate = part.aggregate
            met = sa.true() if aggregate.where is None else inputs.scope.where(aggregate.where)
            used.append(met)
            if aggregate.operand is not None:
                missing = inputs.scope.operand(aggregate.operand).is_(None)
                lost.append(sa.and_(met, missing))
        inputs.add("used", sa.case((sa.or_(*used), ONE)))
        if lost:
            inputs.add("lost", sa.case((sa.or_(*lost), ONE)))

    def outputs(self, base: FromClause, dialect: str) -> dict[str, Element]:
        """The aggregates over the base."""
        lost = base.c.get("lost")
        return {
            **self.numerator.outputs(base, dialect),
            **self.denominator.outputs(base, dialect),
            "used": sa.func.count(base.c.used),
            "lost": ZERO if lost is None else sa.func.count(lost),
        }

    def figure(self, row: Row) -> Figure:
        """The figure of a result row."""
        rows, lost = int(row.get("used") or 0), int(row.get("lost") or 0)
        over = self.numerator.figure(row, 0).value
        under = self.denominator.figure(row, 0).value
        if rows == 0 or over is None or under is None:
            return Figure(None, State.NO_DATA, over, under, rows, lost)
        return divided(
            over,
            under,
            rows=rows,
            left_out=lost,
            min_cases=self.min_cases,
            scale=self.ratio.scale,
        )


Plan = AggregatePlan | SharePlan | RatioPlan


def plan_of(measure: Aggregate | Share | Ratio, *, null_rule: str, min_cases: int) -> Plan:
    """The plan that computes a measure."""
    match measure:
        case Aggregate():
            return AggregatePlan(Part(measure, "a"), min_cases)
        case Share():
            return SharePlan(measure, null_rule == "exclude", min_cases)
        case Ratio(numerator, denominator):
            return RatioPlan(measure, Part(numerator, "a"), Part(denominator, "b"), min_cases)


def divided(
    over: Number,
    under: Number,
    *,
    rows: int,
    left_out: int,
    min_cases: int,
    scale: Number = 1,
) -> Figure:
    """The quotient; undefined, with both numbers kept, where the denominator is zero."""
    if under == 0:
        return Figure(None, State.UNDEFINED, over, under, rows, left_out)
    value = over / under * scale
    return _finite(Figure(value, State.OK, over, under, rows, left_out, few=under < min_cases))


def number(value: Any) -> Number | None:
    """What a driver returned, as a plain number."""
    if isinstance(value, Decimal):
        # A whole number by its type (a sum of BIGINT) stays whole; one with decimals does not.
        exponent = value.as_tuple().exponent
        return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | float) else None


def _finite(figure: Figure) -> Figure:
    """Data with NaN or infinity in it has no figure that could be shown or compared."""
    if isinstance(figure.value, float) and not math.isfinite(figure.value):
        return Figure(None, State.UNDEFINED, None, None, figure.rows, figure.left_out)
    return figure


def statement(
    plan: Plan,
    source: FromClause,
    *,
    inputs: Inputs,
    keys: Mapping[str, Element],
    conditions: list[Element],
) -> sa.Select[Any]:
    """The SELECT of a plan: ``keys`` name the groups, ``conditions`` choose the rows."""
    plan.collect(inputs)
    named = {**keys, **inputs.columns}
    columns = [expression.label(name) for name, expression in named.items()]
    base: FromClause = (
        sa.select(*columns or [ONE.label("one")])
        .select_from(source)
        .where(*conditions)
        .subquery("rows_used")
    )
    if inputs.ranked:
        base = _ranked(base, list(keys), inputs.ranked)
    groups = [base.c[name] for name in keys]
    outputs = plan.outputs(base, inputs.dialect)
    out = sa.select(*groups, *(value.label(name) for name, value in outputs.items()))
    return out.select_from(base).group_by(*groups)


def _ranked(base: FromClause, keys: list[str], names: list[str]) -> FromClause:
    groups = [base.c[key] for key in keys]
    extra = []
    for name in names:
        value = base.c[f"{name}_in"]
        rank = sa.func.row_number().over(partition_by=groups, order_by=[value.is_(None), value])
        extra.append(rank.label(f"{name}_rank"))
        extra.append(sa.func.count(value).over(partition_by=groups).label(f"{name}_of"))
    return sa.select(base, *extra).subquery("rows_ranked")
