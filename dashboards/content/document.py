"""The document of a version: its tiles in order, how wide they are, and the filters of the page.

It is JSON under a published schema. What is parsed is frozen; equal documents have equal hashes.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from ace_portal.lib.errors import Invalid
from kpis.engine.definition import GRAINS
from kpis.engine.query import FIRST_DAY, LAST_DAY

TileType = Literal["number", "line", "bar", "table", "text"]
TYPES: tuple[TileType, ...] = ("number", "line", "bar", "table", "text")
PRESETS = ("last_month", "last_3", "last_6", "last_12", "all", "own")
#: what the address of a page uses itself
RESERVED = ("period", "from", "to", "page", "version", "kpi", "next")
MAX_TILES, MAX_FILTERS, MAX_KPIS, MAX_TEXT = 40, 8, 8, 5000
WIDTHS = range(2, 13)

# Python's "$" lets a line break follow.
_KEY = r"^[a-z][a-z0-9]{0,11}$(?!\n)"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


#: one line stays one line: it may become a subject, a file's name, an axis
_LINE = {"type": "string", "not": {"pattern": r"[\u0000-\u001f\u007f\u2028\u2029]"}}
_LINES = {"type": "string", "not": {"pattern": r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]"}}


def _object(required: Sequence[str], **properties: Any) -> dict[str, Any]:
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
    }
    return _object(["key", "type", "width", *required], **common, **properties)


_KPI = {"type": "integer", "minimum": 1, "maximum": 2**53}
_GRAIN = {"enum": list(GRAINS)}
_COLUMN = {**_LINE, "minLength": 1, "maxLength": 200}

TILE_SCHEMAS: dict[str, dict[str, Any]] = {
    "number": _tile(
        "number", ["kpi_version"], kpi_version=_KPI, compare={"enum": ["previous", "none"]}
    ),
    "line": _tile("line", ["kpi_version", "grain"], kpi_version=_KPI, grain=_GRAIN, by=_COLUMN),
    "bar": _tile("bar", ["kpi_version"], kpi_version=_KPI, grain=_GRAIN, by=_COLUMN)
    | {"oneOf": [{"required": ["by"]}, {"required": ["grain"]}]},
    "table": _tile(
        "table",
        ["kpi_versions", "by"],
        kpi_versions={"type": "array", "items": _KPI, "minItems": 1, "maxItems": MAX_KPIS,
                      "uniqueItems": True},
        by=_COLUMN,
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
                ),
            },
        ),
    ),
}
_VALIDATOR = Draft202012Validator(DOCUMENT_SCHEMA)
_TILE_VALIDATORS = {kind: Draft202012Validator(s) for kind, s in TILE_SCHEMAS.items()}


@dataclass(frozen=True, slots=True)
class TileSpec:
    """One tile; which fields count depends on ``type``. ``kpi_versions`` holds one id or more."""

    key: str
    type: TileType
    width: int
    title: str = ""
    kpi_versions: tuple[int, ...] = ()
    grain: str | None = None
    by: str | None = None
    compare: str = "previous"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A dropdown: ``key`` in the address, ``column`` in the data, ``label`` for people."""

    key: str
    column: str
    label: str


@dataclass(frozen=True, slots=True)
class Period:
    """The date range that a page opens with; ``start`` and ``end``, both included, of own dates."""

    preset: str = "last_3"
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    tiles: tuple[TileSpec, ...] = ()
    period: Period = field(default_factory=Period)
    choices: tuple[Choice, ...] = ()

    @property
    def kpi_versions(self) -> tuple[int, ...]:
        """The ids of all KPI versions, each once, in the order of the tiles."""
        return tuple(dict.fromkeys(pk for tile in self.tiles for pk in tile.kpi_versions))

    def tile(self, key: str) -> TileSpec | None:
        return next((tile for tile in self.tiles if tile.key == key), None)

    def with_tiles(self, tiles: Iterator[TileSpec] | Sequence[TileSpec]) -> Document:
        return replace(self, tiles=tuple(tiles))


EMPTY = Document()


def new_key() -> str:
    """A key that a tile keeps from version to version."""
    return f"t{secrets.token_hex(4)}"


# Reading -----------------------------------------------------------------------------------------


def parse(data: Any) -> Document:
    """The document that a JSON value spells; raises ``Invalid`` with a sentence and the place."""
    _check_sizes(data)
    error = best_match(_VALIDATOR.iter_errors(data))
    if error is not None:
        raise _refusal(error, data)
    document = Document(
        tiles=tuple(_read_tile(tile) for tile in data["tiles"]),
        period=_read_period(data["filters"]["period"]),
        choices=tuple(Choice(**choice) for choice in data["filters"]["choices"]),
    )
    _check(document)
    return document


def _check_sizes(data: Any) -> None:
    """Before the validator, which looks at every part of a list that is too long."""
    for name, found, most in _lists(data):
        if isinstance(found, list) and len(found) > most:
            raise Invalid(
                _("There can be at most %(most)d here; these are %(n)d.")
                % {"most": most, "n": len(found)},
                field=name,
            )


def _lists(data: Any) -> Iterator[tuple[str, Any, int]]:
    """The lists of a document that may be none yet: field, list, how long it may be."""
    if not isinstance(data, dict):
        return
    tiles, filters = data.get("tiles"), data.get("filters")
    yield "tiles", tiles, MAX_TILES
    if isinstance(filters, dict):
        yield "choices", filters.get("choices"), MAX_FILTERS
    for tile in tiles if isinstance(tiles, list) else ():
        if isinstance(tile, dict):
            yield "kpi_versions", tile.get("kpi_versions"), MAX_KPIS


def _read_tile(data: Mapping[str, Any]) -> TileSpec:
    kpis = data.get("kpi_versions", [data["kpi_version"]] if "kpi_version" in data else [])
    return TileSpec(
        key=data["key"],
        type=data["type"],
        width=data["width"],
        title=data.get("title", ""),
        kpi_versions=tuple(kpis),
        grain=data.get("grain"),
        by=data.get("by"),
        compare=data.get("compare", "previous"),
        text=data.get("text", ""),
    )


def _read_period(data: Mapping[str, Any]) -> Period:
    try:
        start, end = (
            date.fromisoformat(data[end]) if end in data else None for end in ("from", "to")
        )
    except ValueError as error:
        raise Invalid(_("This is not a day: %(e)s") % {"e": error}, field="period") from error
    own = data["preset"] == "own"
    if own and (start is None or end is None):
        raise Invalid(_("Own dates need both a first and a last day."), field="period")
    if not own and (start or end):
        raise Invalid(_("Days belong to own dates only."), field="period")
    if any(day is not None and not FIRST_DAY <= day < LAST_DAY for day in (start, end)):
        raise Invalid(
            _("Days lie between %(first)s and %(last)s.") % {"first": FIRST_DAY, "last": LAST_DAY},
            field="period",
        )
    if start and end and start > end:
        raise Invalid(_("The last day is before the first."), field="period")
    return Period(data["preset"], start, end)


def _check(document: Document) -> None:
    """What a schema cannot say."""
    keys = [tile.key for tile in document.tiles]
    if len(set(keys)) < len(keys):
        raise Invalid(_("Two tiles have the same key."), field="tiles")
    for tile in document.tiles:
        if tile.type == "bar" and tile.by and tile.grain:
            raise Invalid(_("A bar tile is by dimension or by period."), field="by")
    names = [choice.key for choice in document.choices]
    if len(set(names)) < len(names):
        raise Invalid(_("Two dropdowns have the same key."), field="choices")
    columns = [choice.column for choice in document.choices]
    if len(set(columns)) < len(columns):
        raise Invalid(_("There is one dropdown for each column."), field="choices")
    taken = sorted(set(names).intersection(RESERVED))
    if taken:
        raise Invalid(_("“%(key)s” cannot be the key of a dropdown.") % {"key": taken[0]},
                      field="choices")  # fmt: skip


def _refusal(error: ValidationError, data: Any) -> Invalid:
    """The first fault that matters: of a tile, by the schema of the type that it says it is."""
    place = list(error.absolute_path)
    if len(place) >= 2 and place[0] == "tiles":
        tile = data["tiles"][place[1]]
        kind = tile.get("type") if isinstance(tile, dict) else None
        if isinstance(kind, str) and kind in _TILE_VALIDATORS:
            inner = best_match(_TILE_VALIDATORS[kind].iter_errors(tile))
            if inner is not None:
                return Invalid(_said(inner, tile), field=_field(inner) or "tiles")
        if isinstance(tile, dict):
            return Invalid(_("There is no tile of the type “%(t)s”.") % {"t": kind}, field="type")
    return Invalid(_said(error, None), field=_field(error))


def _field(error: ValidationError) -> str:
    path = [str(part) for part in error.absolute_path]
    if error.validator == "required":
        missing = re.findall(r"'([^']+)'", error.message)
        return missing[0] if missing else ""
    return path[-1] if path else ""


def _said(error: ValidationError, tile: Mapping[str, Any] | None) -> str:
    place = ".".join(str(part) for part in error.absolute_path)
    where = place or (_("the tile") if tile is not None else _("the document"))
    if tile is not None and tile.get("key"):
        where = _("tile “%(key)s”") % {"key": tile["key"]} + (f", {place}" if place else "")
    match error.validator:
        case "additionalProperties":
            return _("There is something unknown in %(where)s.") % {"where": where}
        case "required":
            return _("Something is missing in %(where)s: %(what)s.") % {
                "where": where, "what": _field(error),
            }  # fmt: skip
        case "not":
            return _("%(where)s holds what is no character. Leave it out.") % {"where": where}
        case "oneOf" if tile is not None:
            return _("A bar tile is by dimension or by period.")
        case _:
            return _("%(where)s does not fit: %(what)s") % {
                "where": where, "what": error.message[:200],
            }  # fmt: skip


# Writing -----------------------------------------------------------------------------------------


def to_json(document: Document) -> dict[str, Any]:
    """The JSON that parses back to the document."""
    period: dict[str, Any] = {"preset": document.period.preset}
    if document.period.start and document.period.end:
        period |= {
            "from": document.period.start.isoformat(),
            "to": document.period.end.isoformat(),
        }
    return {
        "schema": 1,
        "tiles": [_tile_json(tile) for tile in document.tiles],
        "filters": {
            "period": period,
            "choices": [
                {"key": c.key, "column": c.column, "label": c.label} for c in document.choices
            ],
        },
    }


def _tile_json(tile: TileSpec) -> dict[str, Any]:
    out: dict[str, Any] = {
        "key": tile.key, "type": tile.type, "title": tile.title, "width": tile.width,
    }  # fmt: skip
    match tile.type:
        case "text":
            return {**out, "text": tile.text}
        case "table":
            return {**out, "kpi_versions": list(tile.kpi_versions), "by": tile.by}
        case "number":
            return {**out, "kpi_version": tile.kpi_versions[0], "compare": tile.compare}
        case _:
            out["kpi_version"] = tile.kpi_versions[0]
            out |= {"grain": tile.grain} if tile.grain else {}
            return out | ({"by": tile.by} if tile.by else {})


def sha256(document: Document) -> str:
    """Equal documents have equal hashes, whatever the order of their keys was."""
    text = json.dumps(to_json(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
