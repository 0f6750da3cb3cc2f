"""Tiles on paper: a title, what it is of, and each tile as a picture, a number or a table.

A sheet is one picture as tall as what it shows, or pages of A4 on which no tile is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from dashboards.rendering.format import clipped
from dashboards.rendering.paper import Json
from dashboards.rendering.table import Table

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")

#: of A4, in points, which are the pixels of a picture
WIDTH, HEIGHT, MARGIN = 595, 842, 40
INNER = WIDTH - 2 * MARGIN
#: a character of a text is about so wide, in its size
SHARE = 0.56
MOST_ROWS, MOST_COLUMNS = 28, 7


@dataclass(frozen=True)
class Fact:
    """A big number with what belongs to it: a name where there are several, words below."""

    number: str
    words: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class SheetTile:
    """One tile: facts, a figure, a table or a text, and what has to be said of it."""

    title: str
    unit_line: str = ""
    facts: tuple[Fact, ...] = ()
    figure: Json | None = None
    table: Table | None = None
    text: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What a picture shows; ``about`` are lines such as the period and how far the data goes.

    ``left_out`` says in words with ``{n}`` that a table goes on, ``page`` is a page's number with
    ``{n}`` of ``{count}``.
    """

    title: str
    about: tuple[str, ...]
    tiles: tuple[SheetTile, ...]
    left_out: str = "{n} more"
    page: str = "{n} of {count}"


@dataclass(frozen=True)
class Line:
    """One line of text: ``x`` from the left of its block, ``y`` from its top, to its baseline."""

    x: float
    y: float
    text: str
    size: float = 11
    colour: str = "--ink"
    bold: bool = False
    right: bool = False


@dataclass
class Block:
    """Something that stands on one page: its lines, and a figure with the top of its place."""

    height: float = 0
    lines: list[Line] = field(default_factory=list)
    figure: Json | None = None
    figure_top: float = 0

    def write(self, text: str, *, size: float = 11, colour: str = "--ink", bold: bool = False,
              x: float = 0, width: float = INNER) -> None:  # fmt: skip
        """Below what stands there already, on as many lines as it takes."""
        for line in wrapped(text, width, size):
            self.height += size * 1.45
            self.lines.append(Line(x, self.height - size * 0.35, line, size, colour, bold))


def draw(sheet: Sheet, kind: Format) -> bytes:
    """PNG with two dots to the pixel, SVG with text as text, or PDF; always in light colours.

    Raises ValueError for a figure that cannot be drawn.
    """
    # The library is large: it is loaded when the first picture is asked for.
    from dashboards.rendering.sheets import write

    return write(sheet, kind)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The text in lines of at most ``width``, a word that is longer cut at its end."""
    most = max(8, int(width / (size * SHARE)))
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(clipped(word, most))
    return lines


def head_block(sheet: Sheet) -> Block:
    block = Block()
    block.write(sheet.title, size=18, bold=True)
    for line in sheet.about:
        block.write(line, size=10, colour="--ink-2")
    block.height += 14
    return block


def tile_block(tile: SheetTile, left_out: str) -> Block:
    """A tile without its figure's height, which who draws it knows."""
    block = Block()
    if tile.title:
        block.write(tile.title, size=13, bold=True)
    if tile.unit_line:
        block.write(tile.unit_line, size=10, colour="--ink-3")
    _facts(block, tile.facts)
    for part in tile.text.splitlines():
        block.write(part)
    if tile.table is not None:
        _table(block, tile.table, left_out)
    return block


def close(block: Block, notes: Sequence[str]) -> None:
    """What has to be said of a tile, below it."""
    for note in notes:
        block.write(note, size=9, colour="--ink-3")
    block.height += 20


def _facts(block: Block, facts: Sequence[Fact]) -> None:
    if not facts:
        return
    wide, top, lowest = INNER / len(facts), block.height, block.height
    for n, fact in enumerate(facts):
        block.height = top
        if fact.name:
            block.write(fact.name, size=10, colour="--ink-3", x=n * wide, width=wide - 12)
        block.write(fact.number, size=26, bold=True, x=n * wide, width=wide - 12)
        for words in fact.words:
            block.write(words, size=10, colour="--ink-2", x=n * wide, width=wide - 12)
        lowest = max(lowest, block.height)
    block.height = lowest


def _table(block: Block, table: Table, left_out: str) -> None:
    """The first rows and columns, as wide as their texts want and the page allows."""
    heads = table.headers[:MOST_COLUMNS]
    rows = [[cell.text for cell in row[: len(heads)]] for row in table.rows[:MOST_ROWS]]
    foot = [cell.text for cell in table.foot[: len(heads)]]
    texts = [[head.text for head in heads], *rows, *([foot] if foot else [])]
    wants = [max(len(row[n]) for row in texts) + 2 for n in range(len(heads))]
    share = INNER / max(sum(wants), 1)
    size = 10
    widths = [min(want * share, want * size * SHARE * 1.6) for want in wants]
    starts = [sum(widths[:n]) for n in range(len(widths))]
    block.height += 6
    for place, row in enumerate(texts):
        block.height += size * 1.7
        is_head, is_foot = place == 0, bool(foot) and place == len(texts) - 1
        for n, (head, text) in enumerate(zip(heads, row, strict=True)):
            x = starts[n] + widths[n] - 6 if head.numeric else starts[n]
            most = max(4, int((widths[n] - 6) / (size * SHARE)))
            colour = "--ink-3" if is_head else "--ink"
            block.lines.append(
                Line(x, block.height - 4, clipped(text, most), size, colour, is_foot, head.numeric)
            )
    left = len(table.rows) - len(rows) + table.left_out
    if left:
        block.write(left_out.format(n=left), size=9, colour="--ink-3")
