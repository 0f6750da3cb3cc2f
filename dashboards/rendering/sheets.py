"""Sheets by matplotlib: the painter's own figures, and the text around them as text."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator, Sequence

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from dashboards.rendering.painter import POINTS, family, height_of, put
from dashboards.rendering.paper import SCALE, colour
from dashboards.rendering.sheet import (
    HEIGHT,
    INNER,
    MARGIN,
    WIDTH,
    Block,
    Format,
    Sheet,
    close,
    head_block,
    tile_block,
)

#: one at a time in a process: the library's settings are the process's own
_one = threading.Lock()
FOOT = 24


def write(sheet: Sheet, kind: Format) -> bytes:
    """The sheet's bytes; raises ValueError for a figure that cannot be drawn."""
    # Letters stay letters, so that they can be searched for and read aloud.
    own = matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ace", "pdf.fonttype": 42})
    with _one, own, warnings.catch_warnings():
        # A sign that no font has is drawn as a box; the page and the file of figures have it.
        warnings.simplefilter("ignore", UserWarning)
        blocks = [head_block(sheet), *_blocks(sheet)]
        if kind == "pdf":
            return _pdf(sheet, blocks)
        return _picture(sheet, blocks, kind)


def _blocks(sheet: Sheet) -> Iterator[Block]:
    for tile in sheet.tiles:
        block = tile_block(tile, sheet.left_out)
        if tile.figure is not None:
            block.figure, block.figure_top = tile.figure, block.height + 8
            block.height += 8 + height_of(tile.figure, INNER)
        close(block, tile.notes)
        yield block


def _picture(sheet: Sheet, blocks: Sequence[Block], kind: Format) -> bytes:
    height = 2 * MARGIN + sum(block.height for block in blocks)
    page = _page(height)
    _put(page, blocks, height)
    out = io.BytesIO()
    if kind == "svg":
        made = {"Date": None, "Creator": "ACE Portal", "Title": sheet.title}
        page.savefig(out, format="svg", metadata=made)
    else:
        FigureCanvasAgg(page)
        page.savefig(out, format="png", dpi=POINTS * SCALE, metadata={"Title": sheet.title})
    return out.getvalue()


def _pdf(sheet: Sheet, blocks: Sequence[Block]) -> bytes:
    out = io.BytesIO()
    made = {"Title": sheet.title, "Creator": "ACE Portal", "Producer": "", "CreationDate": None}
    pages = list(_paged(blocks))
    with PdfPages(out, metadata=made) as pdf:
        for n, own in enumerate(pages, 1):
            page = _page(HEIGHT)
            _put(page, own, HEIGHT)
            words = sheet.page.format(n=n, count=len(pages))
            _text(page, WIDTH - MARGIN, HEIGHT - FOOT, words, HEIGHT, right=True)
            _text(page, MARGIN, HEIGHT - FOOT, sheet.title, HEIGHT)
            pdf.savefig(page)
    return out.getvalue()


def _paged(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """What fits on a page; a block that is taller than one has one of its own."""
    own: list[Block] = []
    room = HEIGHT - 2 * MARGIN - FOOT
    for block in blocks:
        if own and sum(b.height for b in own) + block.height > room:
            yield own
            own = []
        own.append(block)
    yield own


def _page(height: float) -> Figure:
    return Figure(figsize=(WIDTH / POINTS, height / POINTS), dpi=POINTS,
                  facecolor=colour("--surface"))  # fmt: skip


def _put(page: Figure, blocks: Sequence[Block], height: float) -> None:
    top: float = MARGIN
    for block in blocks:
        for line in block.lines:
            _text(page, MARGIN + line.x, top + line.y, line.text, height, size=line.size,
                  ink=line.colour, bold=line.bold, right=line.right)  # fmt: skip
        if block.figure is not None:
            put(page, block.figure, (MARGIN, top + block.figure_top, INNER), (WIDTH, height))
        top += block.height


def _text(
    page: Figure, x: float, y: float, text: str, height: float, *, size: float = 9,
    ink: str = "--ink-3", bold: bool = False, right: bool = False,
) -> None:  # fmt: skip
    page.text(
        x / WIDTH, 1 - y / height, text, fontsize=size, color=colour(ink), fontfamily=family(),
        fontweight="bold" if bold else "normal", horizontalalignment="right" if right else "left",
        verticalalignment="baseline", parse_math=False,
    )  # fmt: skip
