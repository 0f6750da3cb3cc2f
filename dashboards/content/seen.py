"""A tile as somebody saw it: kept as JSON, shown again when data, version and tile have gone on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotVisible
from dashboards import rendering as r
from dashboards.content.board import board
from dashboards.content.document import parse
from dashboards.content.filters import query_string, read_state, state_words, uncompared
from dashboards.content.models import Version
from dashboards.content.showing import TileView
from dashboards.content.sources import pinned, sources_of
from dashboards.content.titles import title_of
from kpis.scopes import scope_of


def title_at(version: Version, key: str) -> str:
    """What stands over a tile; its figures are not asked for."""
    document = parse(version.document)
    spec = document.tile(key)
    if spec is None:
        raise NotVisible("")
    known = sources_of(spec.kpi_versions)
    return title_of(spec, [known[pk] for pk in spec.kpi_versions if pk in known], document)


#: what of a kept tile is figures
FIGURES = ("number", "figure", "table")


def look_at(version: Version, key: str, params: QueryDict, *, reader: User) -> dict[str, Any]:
    """What the tile shows a reader under the filters of an address, in full.

    ``{title, type, unit_line, filters, query, span, as_of, number, figure, summary, table, error,
    kpi_version, kpi_versions, scope}``; figures are as printed, ``query`` leads back to the same
    filters, ``scope`` says of whose rows they are.
    """
    document = parse(version.document)
    state = read_state(document, params)
    spec = document.tile(key)
    if spec is not None and spec.type == "number":
        state = uncompared(state)  # what is kept of it is one number
    page = board(document, state, reader=reader)
    tile = next((tile for tile in page.tiles if tile.key == key), None)
    if tile is None:
        raise NotVisible("")
    return {
        "title": tile.title,
        "type": tile.type,
        "unit_line": tile.unit_line,
        "filters": state_words(document, state, page.span),
        "query": query_string(document, state),
        "span": page.span_words,
        "as_of": tile.as_of.isoformat() if tile.as_of else None,
        "kpi_version": next(iter(tile.spec.kpi_versions), None),
        "kpi_versions": list(tile.spec.kpi_versions),
        "scope": scope_of(reader, (source.version for source in tile.sources)),
        **_figures(tile),
    }


def _figures(tile: TileView) -> dict[str, Any]:
    return {
        "number": asdict(tile.number) if tile.number is not None else None,
        "figure": tile.figure,
        "summary": tile.summary,
        "table": asdict(tile.table) if tile.table is not None else None,
        "error": tile.error,
    }


def open_to(reader: User, version: Version, key: str, seen: dict[str, Any]) -> dict[str, Any]:
    """The kept tile without figures of rows that are not the reader's today, and why."""
    spec = parse(version.document).tile(key)
    shows = seen.get("kpi_versions") or (spec.kpi_versions if spec is not None else ())
    scope = scope_of(reader, pinned(shows))
    told = {name: value for name, value in seen.items() if name != "scope"}
    if scope in ("", seen.get("scope", "")):
        return told
    why = _("These figures are of other rows than those that are open to you.")
    return {**told, **dict.fromkeys(FIGURES), "summary": "", "error": why}


def shown(seen: dict[str, Any]) -> dict[str, Any]:
    """The kept tile as templates take it: its table and its time as objects again."""
    table = seen.get("table")
    return {
        **seen,
        "as_of": parse_datetime(seen["as_of"]) if seen.get("as_of") else None,
        "table": r.Table(
            headers=tuple(r.Head(**head) for head in table["headers"]),
            rows=tuple(tuple(r.Cell(**cell) for cell in row) for row in table["rows"]),
            left_out=table["left_out"],
            foot=tuple(r.Cell(**cell) for cell in table.get("foot", ())),
        )
        if table
        else None,
    }
