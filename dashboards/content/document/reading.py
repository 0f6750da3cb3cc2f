"""JSON → document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from ace_portal.lib.errors import Invalid
from dashboards.content.document.model import Choice, Document, Period, Tab, TileSpec
from dashboards.content.document.refusals import refusal
from dashboards.content.document.schema import (
    DOCUMENT_SCHEMA,
    MAX_FILTERS,
    MAX_KPIS,
    MAX_TABS,
    MAX_TILES,
    RESERVED,
    TAB,
)
from kpis.engine.query import FIRST_DAY, LAST_DAY

_VALIDATOR = Draft202012Validator(DOCUMENT_SCHEMA)


def parse(data: Any) -> Document:
    """The document that a JSON value spells; raises ``Invalid`` with a sentence and the place."""
    _check_sizes(data)
    error = best_match(_VALIDATOR.iter_errors(data))
    if error is not None:
        raise refusal(error, data)
    document = Document(
        tiles=tuple(_read_tile(tile) for tile in data["tiles"]),
        period=_read_period(data["filters"]["period"]),
        choices=tuple(_read_choice(choice) for choice in data["filters"]["choices"]),
        drill=tuple(data["filters"].get("drill", ())),
        tabs=tuple(Tab(tab["key"], tab["title"]) for tab in data.get("tabs", ())),
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
    yield "tabs", data.get("tabs"), MAX_TABS
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
        arrange=data.get("arrange", "grouped"),
        standing=data.get("standing", False),
        hole=data.get("hole", False),
        totals=data.get("totals", False),
        across=data.get("across"),
        heat=data.get("heat", False),
        height=data.get("height"),
        tab=data.get("tab", ""),
    )


def _read_choice(data: Mapping[str, Any]) -> Choice:
    lists = {name: tuple(data[name]) for name in ("default", "tiles", "tabs") if name in data}
    return Choice(**{**data, **lists})


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
        if tile.arrange == "stacked" and not (tile.by and tile.grain):
            raise Invalid(
                _("Stacked bars need a period, and a dimension whose values they stack."),
                field="arrange",
            )
        if tile.across is not None and tile.across == tile.by:
            raise Invalid(_("Rows and columns are two dimensions."), field="across")
        if tile.standing and tile.grain:
            raise Invalid(_("Bars over time stand anyway."), field="standing")
    _check_tabs(document)
    _check_filters(document)


def _check_tabs(document: Document) -> None:
    keys = [tab.key for tab in document.tabs]
    if len(set(keys)) < len(keys):
        raise Invalid(_("Two tabs have the same key."), field="tabs")
    named = [tile.tab for tile in document.tiles if tile.tab]
    for key in [*named, *(key for choice in document.choices for key in choice.tabs)]:
        if key not in keys:
            raise Invalid(_("There is no tab “%(key)s”.") % {"key": key}, field="tab")


def _check_filters(document: Document) -> None:
    names = [choice.key for choice in document.choices]
    if len(set(names)) < len(names):
        raise Invalid(_("Two dropdowns have the same key."), field="choices")
    columns = [choice.column for choice in document.choices]
    if len(set(columns)) < len(columns):
        raise Invalid(_("There is one dropdown for each column."), field="choices")
    # Without tabs it is free: versions that were released before there were tabs may have it.
    reserved = {*RESERVED, *([TAB] if document.tabs else [])}
    taken = sorted(reserved.intersection(names))
    if taken:
        raise Invalid(_("“%(key)s” cannot be the key of a dropdown.") % {"key": taken[0]},
                      field="choices")  # fmt: skip
    for choice in document.choices:
        if choice.depends_on:
            _check_dependent(document, choice)


def _check_dependent(document: Document, choice: Choice) -> None:
    """A dropdown depends on another one, and not on itself by any way."""
    above = document.above(choice)
    if not above or not choice.lists or not all(other.lists for other in above):
        raise Invalid(
            _("%(label)s depends on no dropdown of this page.") % {"label": choice.label},
            field="choices",
        )
    if above[-1].depends_on:
        raise Invalid(_("%(label)s depends on itself.") % {"label": choice.label}, field="choices")
