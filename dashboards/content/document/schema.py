"""The published JSON schema of a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kpis.engine.definition import GRAINS

PRESETS = (
    "last_month", "last_3", "last_6", "last_12", "all", "own",
    "today", "yesterday", "days_7", "days_28", "days_90", "this_month", "this_quarter", "this_year",
    "last_week", "last_quarter", "last_year",
)  # fmt: skip
#: of filters; the first is meant where a document names none
KINDS = ("choice", "one", "range", "text", "boolean")
#: what a number is held against
COMPARED = ("previous", "year", "target", "baseline", "none")
#: how the bars of one period stand
ARRANGED = ("grouped", "stacked")
#: what the address of a page uses itself
RESERVED = ("period", "from", "to", "page", "version", "kpi", "next")
#: what it uses where there are tabs
TAB = "tab"
MAX_TABS, MAX_TILES, MAX_FILTERS, MAX_KPIS, MAX_TEXT = 12, 100, 8, 8, 5000
MAX_DEFAULTS, MAX_LEVELS = 50, 6
WIDTHS = range(2, 13)
#: rows of the grid
HEIGHTS = range(2, 13)

# Python's "$" lets a line break follow.
_KEY = r"^[a-z][a-z0-9]{0,11}$(?!\n)"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

#: one line stays one line: it may become a subject, a file's name, an axis
_LINE = {"type": "string", "not": {"pattern": r"[\u0000-\u001f\u007f\u2028\u2029]"}}
_LINES = {"type": "string", "not": {"pattern": r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]"}}


def _object(required: Sequence[str], /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _tile(kind: str, required: Sequence[str], **properties: Any) -> dict[str, Any]:
    common = {
        "key": {"type": "string", "pattern": _KEY},
        "type": {"const": kind},
        "title": {**_LINE, "maxLength": 120},
        "width": {"type": "integer", "minimum": WIDTHS[0], "maximum": WIDTHS[-1]},
        "height": {"type": "integer", "minimum": HEIGHTS[0], "maximum": HEIGHTS[-1]},
        "tab": {"type": "string", "pattern": _KEY},
    }
    return _object(["key", "type", "width", *required], **common, **properties)


_KPI = {"type": "integer", "minimum": 1, "maximum": 2**53}
_GRAIN = {"enum": list(GRAINS)}
_COLUMN = {**_LINE, "minLength": 1, "maxLength": 200}

TILE_SCHEMAS: dict[str, dict[str, Any]] = {
    "number": _tile(
        "number", ["kpi_version"], kpi_version=_KPI, compare={"enum": list(COMPARED)}
    ),
    "line": _tile("line", ["kpi_version", "grain"], kpi_version=_KPI, grain=_GRAIN, by=_COLUMN),
    "area": _tile("area", ["kpi_version", "grain"], kpi_version=_KPI, grain=_GRAIN, by=_COLUMN),
    "bar": _tile(
        "bar", ["kpi_version"], kpi_version=_KPI, grain=_GRAIN, by=_COLUMN,
        arrange={"enum": list(ARRANGED)}, standing={"type": "boolean"},
    )
    | {"anyOf": [{"required": ["by"]}, {"required": ["grain"]}]},
    "combined": _tile(
        "combined",
        ["kpi_versions", "grain"],
        kpi_versions={"type": "array", "items": _KPI, "minItems": 2, "maxItems": 2,
                      "uniqueItems": True},
        grain=_GRAIN,
    ),
    "pie": _tile("pie", ["kpi_version", "by"], kpi_version=_KPI, by=_COLUMN,
                 hole={"type": "boolean"}),
    "table": _tile(
        "table",
        ["kpi_versions", "by"],
        kpi_versions={"type": "array", "items": _KPI, "minItems": 1, "maxItems": MAX_KPIS,
                      "uniqueItems": True},
        by=_COLUMN,
        totals={"type": "boolean"},
    ),
    "pivot": _tile(
        "pivot", ["kpi_version", "by"], kpi_version=_KPI, by=_COLUMN, across=_COLUMN, grain=_GRAIN,
        heat={"type": "boolean"},
    )
    | {"oneOf": [{"required": ["across"]}, {"required": ["grain"]}]},
    "funnel": _tile(
        "funnel",
        ["kpi_versions"],
        kpi_versions={"type": "array", "items": _KPI, "minItems": 2, "maxItems": MAX_KPIS,
                      "uniqueItems": True},
    ),
    "waterfall": _tile(
        "waterfall", ["kpi_version", "by"], kpi_version=_KPI, by=_COLUMN,
        compare={"enum": ["previous", "year"]},
    ),
    "text": _tile(
        "text", ["text"], text={**_LINES, "minLength": 1, "maxLength": MAX_TEXT}
    ),
}  # fmt: skip

DOCUMENT_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Dashboard version",
    **_object(
        ["schema", "tiles", "filters"],
        schema={"const": 1},
        tabs={
            "type": "array",
            "minItems": 2,
            "maxItems": MAX_TABS,
            "items": _object(
                ["key", "title"],
                key={"type": "string", "pattern": _KEY},
                title={**_LINE, "minLength": 1, "maxLength": 60},
            ),
        },
        tiles={
            "type": "array",
            "maxItems": MAX_TILES,
            "items": {"oneOf": list(TILE_SCHEMAS.values())},
        },
        filters=_object(
            ["period", "choices"],
            period=_object(
                ["preset"],
                preset={"enum": list(PRESETS)},
                **{
                    "from": {"type": "string", "pattern": _DAY},
                    "to": {"type": "string", "pattern": _DAY},
                },
            ),
            choices={
                "type": "array",
                "maxItems": MAX_FILTERS,
                "items": _object(
                    ["key", "column", "label"],
                    key={"type": "string", "pattern": _KEY},
                    column=_COLUMN,
                    label={**_LINE, "minLength": 1, "maxLength": 60},
                    kind={"enum": list(KINDS), "default": KINDS[0]},
                    default={
                        "type": "array",
                        "maxItems": MAX_DEFAULTS,
                        "items": {"anyOf": [{**_LINE, "maxLength": 200}, {"type": "null"}]},
                    },
                    required={"type": "boolean", "default": False},
                    tiles={
                        "type": "array",
                        "maxItems": MAX_TILES,
                        "items": {"type": "string", "pattern": _KEY},
                        "uniqueItems": True,
                    },
                    depends_on={"type": "string", "pattern": _KEY},
                    tabs={
                        "type": "array",
                        "maxItems": MAX_TABS,
                        "items": {"type": "string", "pattern": _KEY},
                        "uniqueItems": True,
                    },
                ),
            },
            drill={
                "type": "array",
                "minItems": 2,
                "maxItems": MAX_LEVELS,
                "items": _COLUMN,
                "uniqueItems": True,
            },
        ),
    ),
}
