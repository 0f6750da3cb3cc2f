"""What a screen on the wall shows after each other: some tiles of a dashboard at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dashboards.content.document import Document, TileSpec
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of

#: so many of them can be read from afar at once
NUMBERS, CHARTS = 6, 2


@dataclass(frozen=True)
class Scene:
    """One screen: some tiles of one version."""

    dashboard: Dashboard
    version: Version
    document: Document
    kind: str  # "numbers" or "charts"


def scenes_of(shown: Iterable[tuple[Dashboard, Version]]) -> list[Scene]:
    """The screens of some dashboards, in their order and in that of their tiles; texts are for
    those who sit."""
    return list(_scenes(shown))


def _scenes(shown: Iterable[tuple[Dashboard, Version]]) -> Iterator[Scene]:
    for dashboard, version in shown:
        document = document_of(version)
        tiles = [tile for tile in document.tiles if tile.type != "text"]
        small = [tile for tile in tiles if tile.type == "number"]
        large = [tile for tile in tiles if tile.type != "number"]
        for kind, some, size in (("numbers", small, NUMBERS), ("charts", large, CHARTS)):
            for part in _parts(some, size):
                yield Scene(dashboard, version, document.with_tiles(part), kind)


def _parts(tiles: Sequence[TileSpec], size: int) -> Iterator[Sequence[TileSpec]]:
    for begin in range(0, len(tiles), size):
        yield tiles[begin : begin + size]
