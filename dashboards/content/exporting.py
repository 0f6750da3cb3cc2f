"""The figures of tiles as rows of a file, in full precision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.lib.xlsxfile import Sheet
from dashboards.content.board import Board
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.filters import state_words
from dashboards.content.models import Version
from dashboards.content.showing import TileView
from dashboards.content.side_by_side import SidedView
from dashboards.content.sides import SIDES, Side
from dashboards.content.titles import column_label
from kpis.engine.result import Point, Result


@dataclass(frozen=True)
class Block:
    """One tile: its key, its name, its columns and its rows."""

    key: str
    name: str
    head: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    tab: str = ""  # the title of its tab, where the page has some


def blocks_of(board: Board, keys: Sequence[str] | None = None) -> list[Block]:
    """One for each tile with figures, or for those that are named, in the order of the page."""
    return [
        _block(tile, board, title)
        for title, tiles in board.groups
        for tile in tiles
        if tile.spec.kpi_versions and (keys is None or tile.key in keys)
    ]


def _block(tile: TileView, board: Board, tab: str) -> Block:
    dimensions = list(dict.fromkeys(
        column for answer in tile.answers.values() if answer.result is not None
        for column in answer.result.by
    ))  # fmt: skip
    labels = [column_label(column, board.document) for column in dimensions]
    head = [
        _("KPI"), _("What"), _("From"), _("Until"), *labels, _("Value"), _("Numerator"),
        _("Denominator"), _("Rows"), _("State"), _("Partial"),
    ]  # fmt: skip
    return Block(
        tile.key, tile.title or TYPE_NAMES[tile.type](), head, list(_rows(tile, dimensions)), tab
    )  # fmt: skip


def _rows(tile: TileView, dimensions: Sequence[str]) -> Iterator[list[Any]]:
    if tile.error:
        yield [tile.error]
        return
    names = {str(source.version.pk): source.kpi.name for source in tile.sources}
    first = next(iter(names.values()), "")
    for part, answer in tile.answers.items():
        side = part.partition(" ")[0] if isinstance(tile, SidedView) else ""
        name = names.get(part.removeprefix(f"{side} ").removeprefix("total "), first)
        if answer.result is None:
            yield [name, answer.error]
            continue
        what = tile.parts.get(part) or {
            "before": _("Before"), "split before": _("Before"), "trend": _("Trend"),
        }.get(part, _("Figure"))  # fmt: skip
        if isinstance(tile, SidedView):
            what = tile.names[SIDES.index(cast(Side, side))]
        for point in answer.result:
            yield [name, what, *_cells(point, answer.result, dimensions)]


def _cells(point: Point, result: Result, dimensions: Sequence[str]) -> list[Any]:
    period, figure = point.period, point.figure
    places = dict(zip(result.by, point.segment, strict=True))
    return [
        period.start.isoformat() if period else None,
        period.end.isoformat() if period else None,
        *(places.get(column) for column in dimensions),
        figure.value, figure.numerator, figure.denominator, figure.rows, str(figure.state.value),
        period.partial if period else None,
    ]  # fmt: skip


def as_one_table(blocks: Sequence[Block]) -> tuple[list[str], list[list[Any]]]:
    """All tiles below each other: the columns of each in their place, the tile before them, and
    before that its tab, where there are some."""
    tabbed = any(block.tab for block in blocks)
    head = list(dict.fromkeys(name for block in blocks for name in block.head))
    rows = []
    for block in blocks:
        places = [head.index(name) for name in block.head]
        for row in block.rows:
            cells: list[Any] = [None] * len(head)
            for place, value in zip(places, row, strict=False):
                cells[place] = value
            rows.append([*([block.tab] if tabbed else []), block.key, block.name, *cells])
    return [*([_("Tab")] if tabbed else []), _("Key"), _("Tile"), *head], rows


def as_sheets(version: Version, board: Board, blocks: Sequence[Block]) -> list[Sheet]:
    """A sheet that says what this is, then one for each tile, tab by tab."""
    about: list[list[Any]] = [
        [_("Dashboard"), version.dashboard.name],
        [_("Version"), version.number],
        [_("Filters"), state_words(board.document, board.state, board.span)],
        [_("Figures to"), _moment(board)],
        [_("Taken"), timezone.localtime().isoformat(timespec="seconds")],
        *([[_("Rows"), board.whose_rows]] if board.whose_rows else []),
        *([_("Tab"), f"{block.tab}: {block.name}"] for block in blocks if block.tab),
    ]
    first = Sheet(_("About"), [_("What"), _("Value")], about)
    return [first, *(Sheet(block.name, block.head, block.rows) for block in blocks)]


def _moment(board: Board) -> str:
    if board.as_of is None:
        return ""
    return timezone.localtime(board.as_of).isoformat(timespec="seconds")
