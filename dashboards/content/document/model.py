"""What a document says, frozen."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

TileType = Literal[
    "number", "line", "area", "bar", "combined", "pie", "table", "pivot", "funnel", "waterfall",
    "text"
]  # fmt: skip
FilterKind = Literal["choice", "one", "range", "text", "boolean"]


@dataclass(frozen=True, slots=True)
class TileSpec:
    """One tile; which fields count depends on ``type``. ``kpi_versions`` holds one id or more.

    Of bars, ``arrange`` says how the parts of a period stand: beside each other or on each other,
    and ``standing`` that those of categories stand. ``hole`` makes a ring of a pie, ``totals`` adds
    the figures of the whole to a table. A pivot has its
    columns ``across`` a dimension or by ``grain``, with ``heat`` in shades.
    """

    key: str
    type: TileType
    width: int
    title: str = ""
    kpi_versions: tuple[int, ...] = ()
    grain: str | None = None
    by: str | None = None
    compare: str = "previous"
    text: str = ""
    arrange: str = "grouped"
    standing: bool = False
    hole: bool = False
    totals: bool = False
    across: str | None = None
    heat: bool = False
    height: int | None = None  # rows of the grid; None: as tall as what it shows
    tab: str = ""  # the key of its tab; empty: the first


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the page that is read by itself: ``key`` in the address, ``title`` for people."""

    key: str
    title: str


#: before the key of a tile, and the number of a level: a filter's own key has no hyphen
MARK, LEVEL = "mark-", "level-"


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter: ``key`` in the address, ``column`` in the data, ``label`` for people.

    A dropdown takes several values (``choice``) or ``one``. The page opens with its ``default``,
    values as ``content.kinds`` spells them; a ``required`` one is asked for before anything is
    computed. With ``tiles`` it is for those alone, with ``tabs`` for all of theirs. A dropdown that
    ``depends_on`` another (its key) offers the values that the other's choice leaves.
    """

    key: str
    column: str
    label: str
    kind: FilterKind = "choice"
    default: tuple[str | None, ...] = ()
    required: bool = False
    tiles: tuple[str, ...] = ()
    depends_on: str = ""
    tabs: tuple[str, ...] = ()

    def is_for(self, tile: str, tab: str = "") -> bool:
        """Whether it applies to a tile on a tab, by their keys; to what is no tile it always does.

        A mark that was chosen in a tile is for the others.
        """
        if not tile:
            return True
        chosen = tile in self.tiles or tab in self.tabs or not (self.tiles or self.tabs)
        return chosen and self.key != MARK + tile

    @property
    def lists(self) -> bool:
        """Whether it is a dropdown: one chooses of the values that there are."""
        return self.kind in {"choice", "one"}

    @property
    def is_one(self) -> bool:
        return self.kind == "one"


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
    drill: tuple[str, ...] = ()
    tabs: tuple[Tab, ...] = ()

    def tab_of(self, tile: TileSpec) -> str:
        """The key of the tab that a tile is on; "" where the page has none."""
        return tile.tab or (self.tabs[0].key if self.tabs else "")

    def tiles_on(self, tab: str) -> tuple[TileSpec, ...]:
        """The tiles of a tab by its key; of a page without tabs, by "", all of them."""
        return tuple(tile for tile in self.tiles if self.tab_of(tile) == tab)

    @property
    def by_tab(self) -> list[tuple[Tab | None, tuple[TileSpec, ...]]]:
        """The tiles tab by tab; of a page without tabs all of them under None."""
        if not self.tabs:
            return [(None, self.tiles)]
        return [(tab, self.tiles_on(tab.key)) for tab in self.tabs]

    def tab(self, key: str) -> Tab | None:
        return next((tab for tab in self.tabs if tab.key == key), None)

    def is_for(self, choice: Choice, tile: str) -> bool:
        """Whether a filter applies to a tile, by its key."""
        spec = self.tile(tile) if choice.tabs else None
        return choice.is_for(tile, self.tab_of(spec) if spec is not None else "")

    @property
    def levels(self) -> list[Choice]:
        """The columns that one drills down, from the top, as filters of one value each."""
        return [
            Choice(f"{LEVEL}{number}", column, self.label_of(column), "one")
            for number, column in enumerate(self.drill, 1)
        ]

    @property
    def marks(self) -> list[Choice]:
        """One filter a tile that is split: the value that was chosen in it, for the others."""
        return [
            Choice(MARK + tile.key, tile.by, self.label_of(tile.by), "one")
            for tile in self.tiles
            if tile.by and tile.by not in self.drill
        ]

    @property
    def filters(self) -> list[Choice]:
        """All that can narrow the page: its own filters, the way down, the marks."""
        return [*self.choices, *self.levels, *self.marks]

    def label_of(self, column: str) -> str:
        """A column's name for people: that of its filter, else made readable."""
        for choice in self.choices:
            if choice.column == column:
                return choice.label
        text = column.replace("_", " ").replace("-", " ").strip()
        return text[:1].upper() + text[1:]

    @property
    def kpi_versions(self) -> tuple[int, ...]:
        """The ids of all KPI versions, each once, in the order of the tiles."""
        return tuple(dict.fromkeys(pk for tile in self.tiles for pk in tile.kpi_versions))

    def tile(self, key: str) -> TileSpec | None:
        return next((tile for tile in self.tiles if tile.key == key), None)

    def choice(self, key: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.key == key), None)

    def above(self, choice: Choice) -> list[Choice]:
        """The filters that one depends on, the nearest first."""
        found: list[Choice] = []
        above = self.choice(choice.depends_on)
        while above is not None and above not in found and above != choice:
            found.append(above)
            above = self.choice(above.depends_on)
        return found

    def with_tiles(self, tiles: Iterable[TileSpec]) -> Document:
        return replace(self, tiles=tuple(tiles))


EMPTY = Document()


def new_key() -> str:
    """A key that a tile keeps from version to version."""
    return f"t{secrets.token_hex(4)}"
