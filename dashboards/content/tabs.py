"""The tabs of a page as links, and the address that leads to a tile on any of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from dashboards.content.document import Document
from dashboards.content.filters import ON_TILE, FilterState, open_tab, query_string


@dataclass(frozen=True, slots=True)
class TabLink:
    """A tab with the part of an address that opens it; the first one's says nothing of tabs."""

    key: str
    title: str
    query: str
    current: bool


def tab_links(document: Document, state: FilterState) -> list[TabLink]:
    """In their order, each under the filters of ``state``."""
    here = open_tab(document, state)
    return [
        TabLink(
            tab.key,
            tab.title,
            query_string(document, replace(state, tab=tab.key if place else "")),
            tab.key == here,
        )
        for place, tab in enumerate(document.tabs)
    ]


def tile_address(address: str, query: str, key: str) -> str:
    """From a page's address and its filters to one of its tiles, whatever tab that is on today."""
    asked = "&".join(part for part in (query, urlencode({ON_TILE: key})) if part)
    return f"{address}?{asked}#tile-{key}"
