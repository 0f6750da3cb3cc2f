"""Whether a table has the columns that a definition or a filter reads, of types that fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from ace_portal.lib.errors import Invalid
from kpis.engine.definition import (
    Aggregate,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Definition,
    Duration,
    Net,
    Not,
    Operand,
    Ratio,
    Scalar,
    Share,
    Stock,
    Where,
    columns_used,
)

TYPES = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date",
    "timestamp": "a date with time",
}
GROUPABLE = ("text", "integer", "boolean", "date")
_NUMERIC = ("integer", "number")
_TIMES = ("date", "timestamp")
_NAMES = {
    "avg": "average",
    "min": "minimum",
    "max": "maximum",
    "count_distinct": "distinct count",
}


def check_columns(definition: Definition, types: Mapping[str, str]) -> None:
    """Raise ``Invalid`` naming column and measure unless ``types`` has what the definition reads.

    ``types`` maps each column of the load to one of ``TYPES``.
    """
    for name in columns_used(definition):
        if name not in types:
            raise Invalid(
                f"The {_measure_name(definition)} reads the column “{name}”, "
                "which the data does not have.",
                field=_field_of(definition, name),
                column=name,
            )
    if definition.time_column:
        _check_time(definition.time_column, types, "time_column", "The time column")
    for name in definition.dimensions:
        if types[name] not in GROUPABLE:
            raise Invalid(
                f"“{name}” is {TYPES[types[name]]}, which cannot split a KPI; "
                "use text, whole numbers, yes or no, or dates.",
                field="dimensions",
                column=name,
            )
    match definition.measure:
        case Aggregate() as aggregate:
            _check_aggregate(aggregate, types, "measure")
        case Share(of, among):
            check_where(of, types, "measure.share.of")
            check_where(among, types, "measure.share.among")
        case Ratio(numerator, denominator):
            _check_aggregate(numerator, types, "measure.ratio.0")
            _check_aggregate(denominator, types, "measure.ratio.1")
        case Stock(opened, closed, where):
            _check_pair(opened, closed, types, "measure.stock", "A stock")
            check_where(where, types, "measure.stock.where")
        case Net(came, went, where):
            _check_pair(came, went, types, "measure.net", "A net flow")
            check_where(where, types, "measure.net.where")
    check_where(definition.exclusions, types, "exclusions")


def check_where(where: Where | None, types: Mapping[str, str], field: str) -> None:
    """Raise ``Invalid`` unless every comparison fits its column's type."""
    match where:
        case AllOf(parts) | AnyOf(parts):
            key = "all" if isinstance(where, AllOf) else "any"
            for i, part in enumerate(parts):
                check_where(part, types, f"{field}.{key}.{i}")
        case Not(part):
            check_where(part, types, f"{field}.not")
        case Condition():
            _check_condition(where, types, field)


def operand_type(operand: Operand, types: Mapping[str, str]) -> str:
    """The type of what an operand yields: a duration is a number."""
    return types[operand.name] if isinstance(operand, Column) else "number"


def _check_condition(condition: Condition, types: Mapping[str, str], field: str) -> None:
    operand, op, value = condition.operand, condition.op, condition.value
    _check_operand(operand, types, f"{field}.column")
    kind = operand_type(operand, types)
    name = _operand_name(operand)
    ordered = op in ("<", "<=", ">", ">=", "between")
    if (ordered and kind in ("text", "boolean")) or (op == "contains" and kind != "text"):
        raise Invalid(f"“{op}” does not fit “{name}”, which is {TYPES[kind]}.", field=f"{field}.op")
    for one in value if isinstance(value, tuple) else (value,):
        if one is not None and not _fits(one, kind):
            raise Invalid(
                f"“{one}” does not fit “{name}”, which is {TYPES[kind]}.", field=f"{field}.value"
            )


def _check_aggregate(aggregate: Aggregate, types: Mapping[str, str], field: str) -> None:
    operand = aggregate.operand
    check_where(aggregate.where, types, f"{field}.where")
    if operand is None:
        return
    _check_operand(operand, types, f"{field}.column")
    kind = operand_type(operand, types)
    if aggregate.agg not in ("count", "count_distinct") and kind not in _NUMERIC:
        raise Invalid(
            f"The {_NAMES.get(aggregate.agg, aggregate.agg)} needs numbers, "
            f"and “{_operand_name(operand)}” is {TYPES[kind]}.",
            field=f"{field}.column",
            column=_operand_name(operand),
        )


def _check_operand(operand: Operand, types: Mapping[str, str], field: str) -> None:
    if isinstance(operand, Duration):
        _check_pair(operand.start, operand.end, types, field, "A duration")
    elif operand.name not in types:
        raise Invalid(
            f"The data does not have the column “{operand.name}”.", field=field, column=operand.name
        )


def _check_pair(
    first: str, second: str, types: Mapping[str, str], field: str, subject: str
) -> None:
    _check_time(first, types, field, subject)
    _check_time(second, types, field, subject)
    if types[first] != types[second]:
        raise Invalid(
            f"{subject} needs two columns of one kind: “{first}” is {TYPES[types[first]]}, "
            f"“{second}” is {TYPES[types[second]]}.",
            field=field,
            column=second,
        )


def _check_time(name: str, types: Mapping[str, str], field: str, subject: str) -> None:
    if name not in types:
        raise Invalid(
            f"{subject} reads the column “{name}”, which the data does not have.",
            field=field,
            column=name,
        )
    if types[name] not in _TIMES:
        raise Invalid(
            f"{subject} needs dates, and “{name}” is {TYPES[types[name]]}.",
            field=field,
            column=name,
        )


def _fits(value: Scalar, kind: str) -> bool:
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    if kind in _NUMERIC:
        return isinstance(value, int | float)
    if not isinstance(value, str):
        return False
    return kind == "text" or as_moment(value, kind) is not None


def as_moment(value: str, kind: str) -> date | datetime | None:
    """A typed date, or a typed local time without offset; None if it is neither.

    A column of dates takes dates alone. 9999-12-31 is refused: it has no following day.
    """
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return None if day in (date.min, date.max) else day
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    local = kind == "timestamp" and moment.tzinfo is None and 1 < moment.year < 9999
    return moment if local else None


def _operand_name(operand: Operand) -> str:
    if isinstance(operand, Column):
        return operand.name
    return f"{operand.start} to {operand.end}"


def _measure_name(definition: Definition) -> str:
    match definition.measure:
        case Aggregate(agg):
            return _NAMES.get(agg, agg)
        case Stock() | Net() | Ratio() | Share() as measure:
            return type(measure).__name__.lower()


def _field_of(definition: Definition, name: str) -> str:
    if name == definition.time_column:
        return "time_column"
    return "dimensions" if name in definition.dimensions else "measure"
