"""From JSON to conditions and what they compare, every refusal a sentence with its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.engine.calendars import parse_hours
from kpis.engine.definition import (
    OPERATORS,
    UNITS,
    WORKING_UNITS,
    AllOf,
    AnyOf,
    Column,
    Condition,
    Duration,
    Not,
    Operand,
    Where,
)
from kpis.engine.pieces import choice, list_of, name_of, object_of, only, required, scalar

_SYMBOLS = {"≠": "!=", "≤": "<=", "≥": ">="}
_CONDITION = _("A condition")
_COLUMN = _("A column is a name or a duration, which")
_MAX_DEPTH = 8
_MAX_PARTS = 100
_MAX_VALUES = 10_000


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
    operand = parse_operand(data["column"], f"{field}.column")
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


def optional_where(data: Mapping[str, Any], field: str, key: str = "where") -> Where | None:
    return parse_where(data[key], f"{field}.{key}") if key in data else None


def parse_operand(data: Any, field: str) -> Operand:
    if isinstance(data, str):
        return Column(name_of(data, field))
    data = object_of(data, field, _COLUMN)
    only(data, ("from", "to", "unit", "calendar"), field)
    required(data, ("from", "to", "unit"), field)
    worked = "calendar" in data
    if worked and data["unit"] == "d":
        raise Invalid(
            _("A working day has no length of its own; count hours, minutes or seconds."),
            field=f"{field}.unit",
        )
    return Duration(
        name_of(data["from"], f"{field}.from"),
        name_of(data["to"], f"{field}.to"),
        choice(data["unit"], WORKING_UNITS if worked else tuple(UNITS), f"{field}.unit"),
        parse_hours(data["calendar"], f"{field}.calendar") if worked else None,
    )
