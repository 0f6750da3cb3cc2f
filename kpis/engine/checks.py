"""Whether a table has the columns that a definition or a filter reads, of types that fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.definition import (
    Aggregate,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Definition,
    Duration,
    Formula,
    Net,
    Not,
    Operand,
    Rate,
    Ratio,
    Scalar,
    Share,
    Stock,
    Where,
    Window,
    columns_used,
)

TYPES = {
    "text": _("text"),
    "integer": _("a whole number"),
    "number": _("a number"),
    "boolean": _("true or false"),
    "date": _("a date"),
    "timestamp": _("a date with time"),
}
GROUPABLE = ("text", "integer", "boolean", "date")
_NUMERIC = ("integer", "number")
_TIMES = ("date", "timestamp")
_NAMES = {
    "count": _("count"),
    "sum": _("sum"),
    "avg": _("average"),
    "min": _("minimum"),
    "max": _("maximum"),
    "count_distinct": _("distinct count"),
    "quantile": _("quantile"),
    "stock": _("stock"),
    "net": _("net"),
    "ratio": _("ratio"),
    "share": _("share"),
    "formula": _("formula"),
}
_TIME_COLUMN = _("The time column")
_STOCK = _("A stock")
_NET = _("A net flow")
_DURATION = _("A duration")


def check_columns(definition: Definition, types: Mapping[str, str]) -> None:
    """Raise ``Invalid`` naming column and measure unless ``types`` has what the definition reads.

    ``types`` maps each column of the load to one of ``TYPES``.
    """
    for name in columns_used(definition):
        if name not in types:
            raise Invalid(
                _(
                    "The %(measure)s reads the column “%(name)s”, which the data does not have.",
                    measure=_measure_name(definition),
                    name=name,
                ),
                field=_field_of(definition, name),
                column=name,
            )
    if definition.time_column:
        _check_time(definition.time_column, types, "time_column", _TIME_COLUMN)
    for name in definition.dimensions:
        if types[name] not in GROUPABLE:
            raise Invalid(
                _(
                    "“%(name)s” is %(type)s, which cannot split a KPI; "
                    "use text, whole numbers, yes or no, or dates.",
                    name=name,
                    type=TYPES[types[name]],
                ),
                field="dimensions",
                column=name,
            )
    at = _path_of(definition)
    match definition.basic:
        case Aggregate() as aggregate:
            _check_aggregate(aggregate, types, at)
        case Share(of, among):
            check_where(of, types, f"{at}.share.of")
            check_where(among, types, f"{at}.share.among")
        case Ratio(numerator, denominator):
            _check_aggregate(numerator, types, f"{at}.ratio.0")
            _check_aggregate(denominator, types, f"{at}.ratio.1")
        case Stock(opened, closed, where):
            _check_pair(opened, closed, types, f"{at}.stock", _STOCK)
            check_where(where, types, f"{at}.stock.where")
        case Net(came, went, where):
            _check_pair(came, went, types, f"{at}.net", _NET)
            check_where(where, types, f"{at}.net.where")
    check_where(definition.exclusions, types, "exclusions")
    if isinstance(definition.measure, Window | Rate) and not definition.timed:
        raise Invalid(
            _("Windows and rates are of time: say which date counts."), field="time_column"
        )


def _path_of(definition: Definition) -> str:
    """Where the basic measure stands."""
    at = "measure"
    if isinstance(definition.measure, Window):
        at += ".window.measure"
    return at if definition.rate is None else f"{at}.rate.measure"


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
        raise Invalid(_misfit(op, name, kind), field=f"{field}.op")
    for one in value if isinstance(value, tuple) else (value,):
        if one is not None and not _fits(one, kind):
            raise Invalid(_misfit(one, name, kind), field=f"{field}.value")


def _misfit(what: Scalar, name: str, kind: str) -> str:
    return _(
        "“%(what)s” does not fit “%(name)s”, which is %(type)s.",
        what=str(what),
        name=name,
        type=TYPES[kind],
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
            _(
                "The %(measure)s needs numbers, and “%(name)s” is %(type)s.",
                measure=_NAMES[aggregate.agg],
                name=_operand_name(operand),
                type=TYPES[kind],
            ),
            field=f"{field}.column",
            column=_operand_name(operand),
        )


def _check_operand(operand: Operand, types: Mapping[str, str], field: str) -> None:
    if isinstance(operand, Duration):
        _check_pair(operand.start, operand.end, types, field, _DURATION)
    elif operand.name not in types:
        raise Invalid(
            _("The data does not have the column “%(name)s”.", name=operand.name),
            field=field,
            column=operand.name,
        )


def _check_pair(
    first: str, second: str, types: Mapping[str, str], field: str, subject: str
) -> None:
    _check_time(first, types, field, subject)
    _check_time(second, types, field, subject)
    if types[first] != types[second]:
        raise Invalid(
            _(
                "%(subject)s needs two columns of one kind: “%(first)s” is %(its_type)s, "
                "“%(second)s” is %(type)s.",
                subject=subject,
                first=first,
                its_type=TYPES[types[first]],
                second=second,
                type=TYPES[types[second]],
            ),
            field=field,
            column=second,
        )


def _check_time(name: str, types: Mapping[str, str], field: str, subject: str) -> None:
    if name not in types:
        raise Invalid(
            _(
                "%(subject)s reads the column “%(name)s”, which the data does not have.",
                subject=subject,
                name=name,
            ),
            field=field,
            column=name,
        )
    if types[name] not in _TIMES:
        raise Invalid(
            _(
                "%(subject)s needs dates, and “%(name)s” is %(type)s.",
                subject=subject,
                name=name,
                type=TYPES[types[name]],
            ),
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
    return _("%(start)s to %(end)s", start=operand.start, end=operand.end)


def _measure_name(definition: Definition) -> str:
    match definition.basic:
        case Aggregate(agg):
            return _NAMES[agg]
        case Stock() | Net() | Ratio() | Share() | Formula() as measure:
            return _NAMES[type(measure).__name__.lower()]


def _field_of(definition: Definition, name: str) -> str:
    if name == definition.time_column:
        return "time_column"
    return "dimensions" if name in definition.dimensions else "measure"
