"""The published JSON Schema (draft 2020-12) of a definition; ``parsing`` says the same in words."""

from __future__ import annotations

from typing import Any

from kpis.engine.definition import AGGREGATES, GRAINS, NULL_RULES, UNITS

_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_SCALAR = {"type": ["string", "number", "boolean"]}
_WHERE = {"$ref": "#/$defs/where"}
_OPERAND = {"$ref": "#/$defs/operand"}
_AGGREGATE = {"$ref": "#/$defs/aggregate"}


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


_LIST = {
    "type": "array",
    "items": {"type": ["string", "number", "boolean", "null"]},
    "minItems": 1,
    "maxItems": 10_000,
}
_PARTS = {"type": "array", "items": _WHERE, "minItems": 1, "maxItems": 100}

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

DEFINITION_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "KPI definition",
    **_closed(
        ["measure"],
        measure={
            "oneOf": [
                _AGGREGATE,
                _closed(["share"], share=_closed(["of"], of=_WHERE, among=_WHERE)),
                _closed(
                    ["ratio"],
                    ratio={"type": "array", "items": _AGGREGATE, "minItems": 2, "maxItems": 2},
                    scale={"type": "number", "exclusiveMinimum": 0},
                ),
                _closed(
                    ["stock"],
                    stock=_closed(["opened", "closed"], opened=_NAME, closed=_NAME, where=_WHERE),
                ),
                _closed(
                    ["net"],
                    net=_closed(["in", "out"], **{"in": _NAME, "out": _NAME, "where": _WHERE}),
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
    ),
    "$defs": {
        "where": WHERE_SCHEMA,
        "operand": {
            "oneOf": [
                _NAME,
                _closed(
                    ["from", "to", "unit"],
                    **{"from": _NAME, "to": _NAME, "unit": {"enum": list(UNITS)}},
                ),
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
