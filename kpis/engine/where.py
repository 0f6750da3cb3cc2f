"""From a condition to SQL, values bound, in three-valued logic: null in, unknown out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from kpis.engine.checks import as_moment, operand_type
from kpis.engine.constructs import Contains, Element, EqualsAny, SecondsBetween, stamp_type
from kpis.engine.definition import (
    UNITS,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Not,
    Operand,
    Scalar,
    Where,
)
from kpis.engine.periods import Calendar
from kpis.engine.working import FIRST, LAST, WorkingSeconds

_ITEMS: dict[str, TypeEngine[Any]] = {
    "text": sa.String(),
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "boolean": sa.Boolean(),
    "date": sa.Date(),
}
_TICK = timedelta(microseconds=1)
EVER = (FIRST, LAST)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names and values get their meaning: the columns, their types and the calendar.

    ``ends`` are the first and the last moment of columns, in UTC, where they are known.
    """

    columns: Mapping[str, Element]
    types: Mapping[str, str]
    calendar: Calendar
    ends: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def operand(self, operand: Operand) -> Element:
        """A column, or a duration in its unit."""
        if isinstance(operand, Column):
            return self.columns[operand.name]
        start, end = self.columns[operand.start], self.columns[operand.end]
        dates = self.types[operand.start] == "date"
        seconds: Element
        if operand.hours is None:
            seconds = SecondsBetween(start, end, dates=dates)
        else:
            ends = [self.ends.get(name, EVER) for name in (operand.start, operand.end)]
            both = min(low for low, _ in ends), max(high for _, high in ends)
            seconds = WorkingSeconds(start, end, operand.hours, both, dates=dates)
        return seconds if operand.unit == "s" else seconds / sa.literal(float(UNITS[operand.unit]))

    def where(self, where: Where) -> Element:
        """The condition as SQL; null where it cannot be told."""
        match where:
            case AllOf(parts):
                return sa.and_(*(self.where(part) for part in parts))
            case AnyOf(parts):
                return sa.or_(*(self.where(part) for part in parts))
            case Not(part):
                return sa.not_(self.where(part).self_group())
            case Condition(operand, op, value):
                return self._condition(operand, op, value)

    def _condition(self, operand: Operand, op: str, value: Any) -> Element:
        column = self.operand(operand)
        kind = operand_type(operand, self.types)
        match op:
            case "is null":
                return column.is_(None)
            case "is not null":
                return column.is_not(None)
            case "contains":
                return Contains(column, sa.literal(value, sa.String()))
            case "in":
                return self._in(column, kind, value)
            case "not in":
                return sa.not_(self._in(column, kind, value).self_group())
            case "between":
                low, high = value
                return sa.and_(
                    self._compare(column, kind, ">=", low), self._compare(column, kind, "<=", high)
                )
            case _:
                return self._compare(column, kind, op, value)

    def _in(self, column: Element, kind: str, values: tuple[Scalar, ...]) -> Element:
        present = [value for value in values if value is not None]
        parts: list[Element] = []
        # A single value compared directly is sought where the rows are read.
        if kind == "timestamp" or len(present) == 1:
            parts += [self._compare(column, kind, "=", value) for value in present]
        elif present:
            parts.append(EqualsAny(column, *_array(kind, present)))
        if len(present) < len(values):
            parts.append(column.is_(None))
        return sa.or_(*parts).self_group()

    def _compare(self, column: Element, kind: str, op: str, value: Scalar) -> Element:
        if kind == "timestamp":
            return self._compare_stamps(column, op, *self._stretch(str(value)))
        bound: Element
        if kind == "date":
            bound = sa.literal(date.fromisoformat(str(value)), sa.Date())
        elif kind == "integer" and isinstance(value, float):
            bound = sa.literal(value, sa.Double())
        else:
            bound = sa.literal(value, _ITEMS[kind])
        match op:
            case "=":
                return column == bound
            case "!=":
                return column != bound
            case "<":
                return column < bound
            case "<=":
                return column <= bound
            case ">":
                return column > bound
            case _:
                return column >= bound

    def _compare_stamps(self, column: Element, op: str, low: Element, high: Element) -> Element:
        match op:
            case "=":
                return sa.and_(column >= low, column < high)
            case "!=":
                return sa.or_(column < low, column >= high)
            case "<":
                return column < low
            case "<=":
                return column < high
            case ">":
                return column >= high
            case _:
                return column >= low

    def _stretch(self, value: str) -> tuple[Element, Element]:
        """What a typed time means: a date is its whole local day, a time is that instant."""
        moment = as_moment(value, "timestamp")
        if isinstance(moment, datetime):
            low = self.calendar.instant(moment)
            return bound(low), bound(low + _TICK)
        if moment is None:
            raise ValueError(value)
        return (
            bound(self.calendar.midnight(moment)),
            bound(self.calendar.midnight(moment + timedelta(days=1))),
        )


def bound(moment: datetime) -> Element:
    """An aware instant as a bound stamp."""
    return sa.literal(moment.astimezone(UTC).replace(tzinfo=None), stamp_type())


def _array(kind: str, values: Sequence[Scalar]) -> tuple[list[Any], TypeEngine[Any]]:
    if kind == "date":
        return [date.fromisoformat(str(value)) for value in values], sa.Date()
    if any(isinstance(value, float) for value in values):
        return [float(value) for value in values if value is not None], sa.Double()
    return list(values), _ITEMS[kind]
