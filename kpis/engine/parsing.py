"""From JSON to a definition, every refusal a sentence that names the field."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ace_portal.lib.errors import Invalid
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
    Scalar,
    Share,
    Stock,
    Where,
)

_SYMBOLS = {"≠": "!=", "≤": "<=", "≥": ">="}
_NOT_YET = {
    "window": "Cumulative and moving measures cannot be computed yet.",
    "formula": "Formulas over other KPIs cannot be computed yet.",
}
_KINDS = ("agg", "share", "ratio", "stock", "net")
_MAX_DEPTH = 8
_MAX_PARTS = 100
_MAX_VALUES = 10_000
_INT64 = 2**63


def parse_definition(data: Any) -> Definition:
    """The definition that a JSON object spells.

    Raises ``Invalid`` with a sentence and ``field``, the path of the fault ("measure.share.of").
    """
    data = _object(data, "", "A definition")
    known = (
        *("measure", "time_column", "time_zone", "grain", "dimensions"),
        *("exclusions", "null_rule", "min_cases", "week_start"),
    )
    _only(data, known, "")
    if "measure" not in data:
        raise Invalid("A definition needs a measure.", field="measure")
    time_column = data.get("time_column")
    exclusions = data.get("exclusions")
    return Definition(
        measure=parse_measure(data["measure"]),
        time_column=None if time_column is None else _name(time_column, "time_column"),
        time_zone=_zone(data.get("time_zone", "UTC")),
        grain=_choice(data.get("grain", "month"), GRAINS, "grain"),
        dimensions=_dimensions(data.get("dimensions", [])),
        exclusions=None if exclusions is None else parse_where(exclusions, "exclusions"),
        null_rule=_choice(data.get("null_rule", "not_met"), NULL_RULES, "null_rule"),
        min_cases=_whole(data.get("min_cases", 10), "min_cases", 0, 1_000_000),
        week_start=_whole(data.get("week_start", 0), "week_start", 0, 6),
    )


def parse_measure(data: Any, field: str = "measure") -> Measure:
    """The measure that a JSON object spells; raises ``Invalid``."""
    data = _object(data, field, "A measure")
    for key, sentence in _NOT_YET.items():
        if key in data:
            raise Invalid(sentence, field=f"{field}.{key}")
    kinds = [kind for kind in _KINDS if kind in data]
    if len(kinds) != 1:
        raise Invalid(f"A measure is exactly one of {_listed(_KINDS)}.", field=field)
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
    data = _object(data, field, "A condition")
    if depth >= _MAX_DEPTH:
        raise Invalid(f"Conditions may be nested {_MAX_DEPTH} deep, no deeper.", field=field)
    for key, node in (("all", AllOf), ("any", AnyOf)):
        if key in data:
            _only(data, (key,), field)
            parts = _list(data[key], f"{field}.{key}", 1, _MAX_PARTS)
            return node(
                tuple(
                    parse_where(part, f"{field}.{key}.{i}", depth=depth + 1)
                    for i, part in enumerate(parts)
                )
            )
    if "not" in data:
        _only(data, ("not",), field)
        return Not(parse_where(data["not"], f"{field}.not", depth=depth + 1))
    return _condition(data, field)


def _condition(data: Mapping[str, Any], field: str) -> Condition:
    _only(data, ("column", "op", "value"), field)
    _required(data, ("column", "op"), field)
    operand = _operand(data["column"], f"{field}.column")
    op = data["op"]
    op = _choice(_SYMBOLS.get(op, op) if isinstance(op, str) else op, OPERATORS, f"{field}.op")
    if op in ("is null", "is not null"):
        if "value" in data:
            raise Invalid(f"“{op}” takes no value.", field=f"{field}.value")
        return Condition(operand, op)
    _required(data, ("value",), field)
    value, at = data["value"], f"{field}.value"
    if op in ("in", "not in"):
        items = _list(value, at, 1, _MAX_VALUES)
        return Condition(operand, op, tuple(_scalar(v, at, null=True) for v in items))
    if op == "between":
        return Condition(operand, op, tuple(_scalar(v, at) for v in _list(value, at, 2, 2)))
    if op == "contains" and (not isinstance(value, str) or not value):
        raise Invalid("“contains” needs a text to look for.", field=at)
    return Condition(operand, op, _scalar(value, at))


def _aggregate(data: Any, field: str) -> Aggregate:
    data = _object(data, field, "A measure")
    if "agg" not in data:
        raise Invalid("Each side of a ratio is one aggregate, such as a count.", field=field)
    agg = _choice(data["agg"], AGGREGATES, f"{field}.agg")
    known = ("agg", "column", "where", "q") if agg == "quantile" else ("agg", "column", "where")
    _only(data, known, field)
    if agg != "count":
        _required(data, ("column",), field)
    q = None
    if agg == "quantile":
        _required(data, ("q",), field)
        q = float(_number(data["q"], f"{field}.q"))
        if not 0 <= q <= 1:
            raise Invalid("A quantile lies between 0 and 1, 0.5 is the median.", field=f"{field}.q")
    operand = _operand(data["column"], f"{field}.column") if "column" in data else None
    return Aggregate(agg, operand, q, _optional_where(data, field))


def _share(data: Mapping[str, Any], field: str) -> Share:
    _only(data, ("share",), field)
    field = f"{field}.share"
    inner = _object(data["share"], field, "A share")
    _only(inner, ("of", "among"), field)
    _required(inner, ("of",), field)
    of = parse_where(inner["of"], f"{field}.of")
    return Share(of, _optional_where(inner, field, "among"))


def _ratio(data: Mapping[str, Any], field: str) -> Ratio:
    _only(data, ("ratio", "scale"), field)
    pair = _list(data["ratio"], f"{field}.ratio", 2, 2)
    scale = _number(data.get("scale", 1), f"{field}.scale")
    if scale <= 0:
        raise Invalid("The scale of a ratio is greater than zero.", field=f"{field}.scale")
    numerator, denominator = (_aggregate(part, f"{field}.ratio.{i}") for i, part in enumerate(pair))
    return Ratio(numerator, denominator, scale)


def _two_columns(
    data: Mapping[str, Any], field: str, kind: str, first: str, second: str
) -> tuple[str, str, Where | None]:
    _only(data, (kind,), field)
    field = f"{field}.{kind}"
    inner = _object(data[kind], field, f"A {kind}")
    _only(inner, (first, second, "where"), field)
    _required(inner, (first, second), field)
    return (
        _name(inner[first], f"{field}.{first}"),
        _name(inner[second], f"{field}.{second}"),
        _optional_where(inner, field),
    )


def _optional_where(data: Mapping[str, Any], field: str, key: str = "where") -> Where | None:
    return parse_where(data[key], f"{field}.{key}") if key in data else None


def _operand(data: Any, field: str) -> Operand:
    if isinstance(data, str):
        return Column(_name(data, field))
    data = _object(data, field, "A column is a name or a duration, which")
    if "calendar" in data:
        raise Invalid("Durations in working hours cannot be computed yet.", field=field)
    _only(data, ("from", "to", "unit"), field)
    _required(data, ("from", "to", "unit"), field)
    return Duration(
        _name(data["from"], f"{field}.from"),
        _name(data["to"], f"{field}.to"),
        _choice(data["unit"], tuple(UNITS), f"{field}.unit"),
    )


def _dimensions(data: Any) -> tuple[str, ...]:
    names = [
        _name(name, f"dimensions.{i}") for i, name in enumerate(_list(data, "dimensions", 0, 50))
    ]
    if len(set(names)) < len(names):
        raise Invalid("Each dimension is named once.", field="dimensions")
    return tuple(names)


def _zone(data: Any) -> str:
    name = _name(data, "time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"“{name}” is not a time zone; use a name such as Europe/Berlin.", field="time_zone"
        ) from error
    return name


def _object(data: Any, field: str, what: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise Invalid(f"{what} is written as an object with named parts.", field=field)
    return data


def _only(data: Mapping[str, Any], known: Sequence[str], field: str) -> None:
    for key in data:
        if key not in known:
            raise Invalid(
                f"“{key}” has no place here; possible are {_listed(known)}.", field=_at(field, key)
            )


def _required(data: Mapping[str, Any], keys: Sequence[str], field: str) -> None:
    for key in keys:
        if key not in data:
            raise Invalid(f"“{key}” is missing.", field=_at(field, key))


def _at(field: str, key: object) -> str:
    return f"{field}.{key}" if field else f"{key}"


def _choice(value: Any, choices: Sequence[str], field: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise Invalid(f"Choose one of {_listed(choices)}.", field=field)
    return value


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _list(value: Any, field: str, least: int, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most:,}"
        raise Invalid(f"This is a list of {wanted} entries.", field=field)
    return value


def _name(value: Any, field: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise Invalid("Name a column, in at most 200 characters.", field=field)
    return _text(value, field)


def _text(value: str, field: str) -> str:
    # PostgreSQL takes neither: better refused here than failing there.
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Invalid("The text holds characters that cannot be stored.", field=field)
    return value


def _number(value: Any, field: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid("This is a number.", field=field)
    if not -_INT64 <= value < _INT64:
        raise Invalid("The number is too large.", field=field)
    return value


def _whole(value: Any, field: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"This is a whole number from {least} to {most:,}.", field=field)
    return value


def _scalar(value: Any, field: str, *, null: bool = False) -> Scalar:
    if isinstance(value, bool) or (null and value is None):
        return value
    if isinstance(value, str):
        return _text(value, field)
    if isinstance(value, int | float):
        return _number(value, field)
    raise Invalid("A value is a text, a number, or true or false.", field=field)
