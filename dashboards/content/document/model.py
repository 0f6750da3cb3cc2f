"""What a document says, frozen."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

TileType = Literal["number", "line", "bar", "table", "text"]


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
    height: int | None = None  # rows of the grid; None: as tall as what it shows


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

    def with_tiles(self, tiles: Iterable[TileSpec]) -> Document:
        return replace(self, tiles=tuple(tiles))


EMPTY = Document()


def new_key() -> str:
    """A key that a tile keeps from version to version."""
    return f"t{secrets.token_hex(4)}"
