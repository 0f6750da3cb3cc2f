"""The published JSON Schema (draft 2020-12) of a definition; ``parsing`` says the same in words."""

from __future__ import annotations

from typing import Any

from kpis.engine.definition import (
    ADDITIVE,
    AGGREGATES,
    GRAINS,
    NULL_RULES,
    PER,
    SINCE,
    UNITS,
    WORKING_UNITS,
)

_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_SCALAR = {"type": ["string", "number", "boolean"]}
_WHERE = {"$ref": "#/$defs/where"}
_OPERAND = {"$ref": "#/$defs/operand"}
_AGGREGATE = {"$ref": "#/$defs/aggregate"}
_CLOCK = {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}


def _closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _comparison(ops: list[str], value: dict[str, Any]) -> dict[str, Any]:
    return _closed(["column", "op", "value"], column=_OPERAND, op={"enum": ops}, value=value)


def _aggregate(agg: list[str], required: list[str], **more: Any) -> dict[str, Any]:
    return _closed(["agg", *required], agg={"enum": agg}, where=_WHERE, **more)


def _duration(required: list[str], units: list[str], **more: Any) -> dict[str, Any]:
    ends = {"from": _NAME, "to": _NAME, "unit": {"enum": units}}
    return _closed(required, **ends, **more)


_LIST = {
    "type": "array",
    "items": {"type": ["string", "number", "boolean", "null"]},
    "minItems": 1,
    "maxItems": 10_000,
}
_PARTS = {"type": "array", "items": _WHERE, "minItems": 1, "maxItems": 100}

_CALENDAR = {
    "description": "Working hours: per weekday, Monday first, its stretches; holidays have none",
    **_closed(
        ["zone", "week"],
        name={"type": "string", "maxLength": 120},
        zone=_NAME,
        week={
            "type": "array",
            "items": {
                "type": "array",
                "items": {"type": "array", "items": _CLOCK, "minItems": 2, "maxItems": 2},
                "maxItems": 6,
            },
            "minItems": 7,
            "maxItems": 7,
            "contains": {"type": "array", "minItems": 1},
        },
        holidays={
            "type": "array",
            "items": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            "maxItems": 500,
        },
    ),
}

WHERE_SCHEMA: dict[str, Any] = {
    "description": "Which rows: all, any, not, or one comparison. A null makes it unknown.",
    "oneOf": [
        _closed(["all"], all=_PARTS),
        _closed(["any"], any=_PARTS),
        _closed(["not"], **{"not": _WHERE}),
        _comparison(["=", "!=", "<", "<=", ">", ">=", "≠", "≤", "≥"], _SCALAR),
        _comparison(["in", "not in"], _LIST),
        _comparison(["between"], {**_LIST, "items": _SCALAR, "minItems": 2, "maxItems": 2}),
        _comparison(["contains"], {"type": "string", "minLength": 1}),
        _closed(["column", "op"], column=_OPERAND, op={"enum": ["is null", "is not null"]}),
    ],
}

_NET = _closed(
    ["net"],
    net=_closed(["in", "out"], **{"in": _NAME, "out": _NAME, "where": _WHERE}),
)
_STOCK = _closed(
    ["stock"],
    stock=_closed(["opened", "closed"], opened=_NAME, closed=_NAME, where=_WHERE),
)
#: what can be looked at through a window: a stock has its past in it already
_FLOWS = [
    _AGGREGATE,
    _closed(["share"], share=_closed(["of"], of=_WHERE, among=_WHERE)),
    _closed(
        ["ratio"],
        ratio={"type": "array", "items": _AGGREGATE, "minItems": 2, "maxItems": 2},
        scale={"type": "number", "exclusiveMinimum": 0},
    ),
    _NET,
]
_BASIC = [*_FLOWS, _STOCK]
_RATE = _closed(
    ["rate"],
    rate=_closed(
        ["measure", "per"],
        measure={"oneOf": [{"$ref": "#/$defs/additive"}, _NET]},
        per={"enum": list(PER)},
    ),
)
_INNER = {"oneOf": [*_FLOWS, _RATE]}
_MOVING = _closed(
    ["measure", "kind", "periods"],
    measure=_INNER,
    kind={"const": "moving"},
    periods={"type": "integer", "minimum": 2, "maximum": 1_000},
)
_CUMULATIVE = _closed(
    ["measure", "kind"],
    measure=_INNER,
    kind={"const": "cumulative"},
    since={"enum": list(SINCE), "default": "year"},
)
_ADDITIVE = [agg for agg in ADDITIVE if agg != "count"]

DEFINITION_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "KPI definition",
    **_closed(
        ["measure"],
        measure={
            "oneOf": [
                *_BASIC,
                _RATE,
                _closed(["window"], window={"oneOf": [_MOVING, _CUMULATIVE]}),
                _closed(
                    ["formula", "kpis"],
                    formula={"type": "string", "minLength": 1, "maxLength": 500, "pattern": "\\S"},
                    kpis={
                        "type": "object",
                        "description": "The slugs of published KPIs by their names in the formula",
                        "additionalProperties": _NAME,
                        "minProperties": 1,
                        "maxProperties": 20,
                    },
                ),
            ]
        },
        time_column={"type": ["string", "null"], "minLength": 1, "maxLength": 200},
        time_zone={**_NAME, "description": "IANA name; periods are local to it", "default": "UTC"},
        grain={"enum": list(GRAINS), "default": "month"},
        dimensions={"type": "array", "items": _NAME, "uniqueItems": True, "maxItems": 50},
        exclusions={"anyOf": [_WHERE, {"type": "null"}]},
        null_rule={"enum": list(NULL_RULES), "default": "not_met"},
        min_cases={"type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 10},
        week_start={
            "type": "integer",
            "minimum": 0,
            "maximum": 6,
            "default": 0,
            "description": "0 is Monday",
        },
        fiscal_start={
            "type": "integer",
            "minimum": 1,
            "maximum": 12,
            "default": 1,
            "description": "The month with which quarters and years begin",
        },
    ),
    "$defs": {
        "where": WHERE_SCHEMA,
        "operand": {
            "oneOf": [
                _NAME,
                _duration(["from", "to", "unit"], list(UNITS)),
                _duration(
                    ["from", "to", "unit", "calendar"],
                    list(WORKING_UNITS),
                    calendar={"$ref": "#/$defs/calendar"},
                ),
            ]
        },
        "calendar": _CALENDAR,
        "additive": {
            "oneOf": [
                _aggregate(["count"], [], column=_OPERAND),
                _aggregate(_ADDITIVE, ["column"], column=_OPERAND),
            ]
        },
        "aggregate": {
            "oneOf": [
                _aggregate(["count"], [], column=_OPERAND),
                _aggregate(
                    [agg for agg in AGGREGATES if agg not in ("count", "quantile")],
                    ["column"],
                    column=_OPERAND,
                ),
                _aggregate(
                    ["quantile"],
                    ["column", "q"],
                    column=_OPERAND,
                    q={"type": "number", "minimum": 0, "maximum": 1},
                ),
            ]
        },
    },
}
