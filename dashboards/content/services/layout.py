"""Where a draft's tiles stand, and how wide and tall they are."""

from __future__ import annotations

from dataclasses import replace

from ace_portal.accounts.models import User
from dashboards.content.document import Document, TileSpec, new_key
from dashboards.content.models import Dashboard, Version
from dashboards.content.services.drafts import edit_draft, inserted, place_of


def arrange_tile(
    *,
    actor: User,
    dashboard: Dashboard,
    revision: int,
    key: str,
    to: int | None = None,
    width: int | None = None,
    height: int | None = None,
    tab: str | None = None,
) -> Version:
    """Move and resize in one save; what is None stays as it is.

    ``to`` is a place on its tab counted from nought, beyond an end is at the end; ``width`` is in
    columns of twelve; ``height`` in rows, 0 for as tall as what the tile shows; ``tab`` the key of
    the one that it goes to, to its end where no place is said.
    """

    def change(document: Document) -> Document:
        tiles = list(document.tiles)
        place = place_of(document, key)
        tile = _sized(tiles.pop(place), width, height)
        goes = tab is not None and tab != document.tab_of(tile)
        if to is not None or goes:
            tile = replace(tile, tab=tab) if tab and goes else tile
            return inserted(document.with_tiles(tiles), tile, to)
        tiles.insert(place, tile)
        return document.with_tiles(tiles)

    return edit_draft(actor, dashboard, revision, change, "moved", touches=key)


def _sized(tile: TileSpec, width: int | None, height: int | None) -> TileSpec:
    return replace(
        tile,
        width=tile.width if width is None else width,
        height=tile.height if height is None else height or None,
    )


def copy_tile(*, actor: User, dashboard: Dashboard, revision: int, key: str) -> Version:
    """The same tile once more, right after it, under a key of its own."""

    def change(document: Document) -> Document:
        tiles = list(document.tiles)
        place = place_of(document, key)
        tiles.insert(place + 1, replace(tiles[place], key=new_key()))
        return document.with_tiles(tiles)

    return edit_draft(actor, dashboard, revision, change, "copied", touches=key)
