"""From JSON to a definition, every refusal a sentence that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.definition import (
    AGGREGATES,
    GRAINS,
    NULL_RULES,
    OPERATORS,
    UNITS,
    Aggregate,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Definition,
    Duration,
    Measure,
    Net,
    Not,
    Operand,
    Ratio,
    Share,
    Stock,
    Where,
)
from kpis.engine.pieces import (
    choice,
    list_of,
    listed,
    name_of,
    number_of,
    object_of,
    only,
    required,
    scalar,
    whole,
)

_SYMBOLS = {"≠": "!=", "≤": "<=", "≥": ">="}
_NOT_YET = {
    "window": _("Cumulative and moving measures cannot be computed yet."),
    "formula": _("Formulas over other KPIs cannot be computed yet."),
}
_DEFINITION = _("A definition")
_MEASURE = _("A measure")
_CONDITION = _("A condition")
_SHARE = _("A share")
_PAIRS = {"stock": _("A stock"), "net": _("A net")}
_COLUMN = _("A column is a name or a duration, which")
_KINDS = ("agg", "share", "ratio", "stock", "net")
_MAX_DEPTH = 8
_MAX_PARTS = 100
_MAX_VALUES = 10_000


def parse_definition(data: Any) -> Definition:
    """The definition that a JSON object spells.

    Raises ``Invalid`` with a sentence and ``field``, the path of the fault ("measure.share.of").
    """
    data = object_of(data, "", _DEFINITION)
    known = (
        *("measure", "time_column", "time_zone", "grain", "dimensions"),
        *("exclusions", "null_rule", "min_cases", "week_start"),
    )
    only(data, known, "")
    if "measure" not in data:
        raise Invalid(_("A definition needs a measure."), field="measure")
    time_column = data.get("time_column")
    exclusions = data.get("exclusions")
    return Definition(
        measure=parse_measure(data["measure"]),
        time_column=None if time_column is None else name_of(time_column, "time_column"),
        time_zone=_zone(data.get("time_zone", "UTC")),
        grain=choice(data.get("grain", "month"), GRAINS, "grain"),
        dimensions=_dimensions(data.get("dimensions", [])),
        exclusions=None if exclusions is None else parse_where(exclusions, "exclusions"),
        null_rule=choice(data.get("null_rule", "not_met"), NULL_RULES, "null_rule"),
        min_cases=whole(data.get("min_cases", 10), "min_cases", 0, 1_000_000),
        week_start=whole(data.get("week_start", 0), "week_start", 0, 6),
    )


def parse_measure(data: Any, field: str = "measure") -> Measure:
    """The measure that a JSON object spells; raises ``Invalid``."""
    data = object_of(data, field, _MEASURE)
    for key, sentence in _NOT_YET.items():
        if key in data:
            raise Invalid(sentence, field=f"{field}.{key}")
    kinds = [kind for kind in _KINDS if kind in data]
    if len(kinds) != 1:
        raise Invalid(
            _("A measure is exactly one of %(kinds)s.", kinds=listed(_KINDS)), field=field
        )
    match kinds[0]:
        case "agg":
            return _aggregate(data, field)
        case "share":
            return _share(data, field)
        case "ratio":
            return _ratio(data, field)
        case "stock":
            opened, closed, where = _two_columns(data, field, "stock", "opened", "closed")
            return Stock(opened, closed, where)
        case _:
            came, went, where = _two_columns(data, field, "net", "in", "out")
            return Net(came, went, where)


def parse_where(data: Any, field: str = "where", *, depth: int = 0) -> Where:
    """The condition that a JSON object spells; raises ``Invalid``."""
    data = object_of(data, field, _CONDITION)
    if depth >= _MAX_DEPTH:
        raise Invalid(
            _("Conditions may be nested %(n)s deep, no deeper.", n=_MAX_DEPTH), field=field
        )
    for key, node in (("all", AllOf), ("any", AnyOf)):
        if key in data:
            only(data, (key,), field)
            parts = list_of(data[key], f"{field}.{key}", 1, _MAX_PARTS)
            return node(
                tuple(
                    parse_where(part, f"{field}.{key}.{i}", depth=depth + 1)
                    for i, part in enumerate(parts)
                )
            )
    if "not" in data:
        only(data, ("not",), field)
        return Not(parse_where(data["not"], f"{field}.not", depth=depth + 1))
    return _condition(data, field)


def _condition(data: Mapping[str, Any], field: str) -> Condition:
    only(data, ("column", "op", "value"), field)
    required(data, ("column", "op"), field)
    operand = _operand(data["column"], f"{field}.column")
    op = data["op"]
    op = choice(_SYMBOLS.get(op, op) if isinstance(op, str) else op, OPERATORS, f"{field}.op")
    if op in ("is null", "is not null"):
        if "value" in data:
            raise Invalid(_("“%(op)s” takes no value.", op=op), field=f"{field}.value")
        return Condition(operand, op)
    required(data, ("value",), field)
    value, at = data["value"], f"{field}.value"
    if op in ("in", "not in"):
        items = list_of(value, at, 1, _MAX_VALUES)
        return Condition(operand, op, tuple(scalar(v, at, null=True) for v in items))
    if op == "between":
        return Condition(operand, op, tuple(scalar(v, at) for v in list_of(value, at, 2, 2)))
    if op == "contains" and (not isinstance(value, str) or not value):
        raise Invalid(_("“contains” needs a text to look for."), field=at)
    return Condition(operand, op, scalar(value, at))


def _aggregate(data: Any, field: str) -> Aggregate:
    data = object_of(data, field, _MEASURE)
    if "agg" not in data:
        raise Invalid(_("Each side of a ratio is one aggregate, such as a count."), field=field)
    agg = choice(data["agg"], AGGREGATES, f"{field}.agg")
    known = ("agg", "column", "where", "q") if agg == "quantile" else ("agg", "column", "where")
    only(data, known, field)
    if agg != "count":
        required(data, ("column",), field)
    q = None
    if agg == "quantile":
        required(data, ("q",), field)
        q = float(number_of(data["q"], f"{field}.q"))
        if not 0 <= q <= 1:
            raise Invalid(
                _("A quantile lies between 0 and 1, 0.5 is the median."), field=f"{field}.q"
            )
    operand = _operand(data["column"], f"{field}.column") if "column" in data else None
    return Aggregate(agg, operand, q, _optional_where(data, field))


def _share(data: Mapping[str, Any], field: str) -> Share:
    only(data, ("share",), field)
    field = f"{field}.share"
    inner = object_of(data["share"], field, _SHARE)
    only(inner, ("of", "among"), field)
    required(inner, ("of",), field)
    of = parse_where(inner["of"], f"{field}.of")
    return Share(of, _optional_where(inner, field, "among"))


def _ratio(data: Mapping[str, Any], field: str) -> Ratio:
    only(data, ("ratio", "scale"), field)
    pair = list_of(data["ratio"], f"{field}.ratio", 2, 2)
    scale = number_of(data.get("scale", 1), f"{field}.scale")
    if scale <= 0:
        raise Invalid(_("The scale of a ratio is greater than zero."), field=f"{field}.scale")
    numerator, denominator = (_aggregate(part, f"{field}.ratio.{i}") for i, part in enumerate(pair))
    return Ratio(numerator, denominator, scale)


def _two_columns(
    data: Mapping[str, Any], field: str, kind: str, first: str, second: str
) -> tuple[str, str, Where | None]:
    only(data, (kind,), field)
    field = f"{field}.{kind}"
    inner = object_of(data[kind], field, _PAIRS[kind])
    only(inner, (first, second, "where"), field)
    required(inner, (first, second), field)
    return (
        name_of(inner[first], f"{field}.{first}"),
        name_of(inner[second], f"{field}.{second}"),
        _optional_where(inner, field),
    )


def _optional_where(data: Mapping[str, Any], field: str, key: str = "where") -> Where | None:
    return parse_where(data[key], f"{field}.{key}") if key in data else None


def _operand(data: Any, field: str) -> Operand:
    if isinstance(data, str):
        return Column(name_of(data, field))
    data = object_of(data, field, _COLUMN)
    if "calendar" in data:
        raise Invalid(_("Durations in working hours cannot be computed yet."), field=field)
    only(data, ("from", "to", "unit"), field)
    required(data, ("from", "to", "unit"), field)
    return Duration(
        name_of(data["from"], f"{field}.from"),
        name_of(data["to"], f"{field}.to"),
        choice(data["unit"], tuple(UNITS), f"{field}.unit"),
    )


def _dimensions(data: Any) -> tuple[str, ...]:
    names = [
        name_of(name, f"dimensions.{i}")
        for i, name in enumerate(list_of(data, "dimensions", 0, 50))
    ]
    if len(set(names)) < len(names):
        raise Invalid(_("Each dimension is named once."), field="dimensions")
    return tuple(names)


def _zone(data: Any) -> str:
    name = name_of(data, "time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            _("“%(name)s” is not a time zone; use a name such as Europe/Berlin.", name=name),
            field="time_zone",
        ) from error
    return name
