"""A tile as somebody saw it: kept as JSON, shown again when data, version and tile have gone on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from ace_portal.lib.errors import NotVisible
from dashboards import rendering as r
from dashboards.content.board import TileView, board
from dashboards.content.document import parse
from dashboards.content.filters import query_string, read_state, state_words
from dashboards.content.models import Version
from dashboards.content.sources import sources_of
from dashboards.content.titles import title_of


def title_at(version: Version, key: str) -> str:
    """What stands over a tile; its figures are not asked for."""
    document = parse(version.document)
    spec = document.tile(key)
    if spec is None:
        raise NotVisible("")
    known = sources_of(spec.kpi_versions)
    return title_of(spec, [known[pk] for pk in spec.kpi_versions if pk in known], document)


def look_at(version: Version, key: str, params: QueryDict) -> dict[str, Any]:
    """What the tile shows under the filters of an address, in full.

    ``{title, type, unit_line, filters, query, span, as_of, number, figure, summary, table, error,
    kpi_version}``; figures are as printed, ``query`` leads back to the same filters.
    """
    document = parse(version.document)
    state = read_state(document, params)
    page = board(document, state)
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
        )
        if table
        else None,
    }
