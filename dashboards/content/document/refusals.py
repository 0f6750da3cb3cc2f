"""What the schema refuses, in a sentence and with the place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from ace_portal.lib.errors import Invalid
from dashboards.content.document.schema import TILE_SCHEMAS

_TILE_VALIDATORS = {kind: Draft202012Validator(s) for kind, s in TILE_SCHEMAS.items()}


def refusal(error: ValidationError, data: Any) -> Invalid:
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
        case "anyOf" if tile is not None:
            return _("A bar tile is by dimension, by period or by both.")
        case "uniqueItems":
            return _("Each KPI is named once.")
        case "oneOf" if tile is not None:
            return _("A pivot has its columns by dimension or by period.")
        case _:
            return _("%(where)s does not fit: %(what)s") % {
                "where": where, "what": error.message[:200],
            }  # fmt: skip
