"""The tiles of a page as a sheet to be drawn."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from dashboards import rendering as r
from dashboards.content.board import Board
from dashboards.content.filters import state_words
from dashboards.content.models import Version
from dashboards.content.showing import TileView
from dashboards.content.side_by_side import SidedView
from dashboards.rendering.sheet import Fact, Sheet, SheetTile

#: what a change of a number begins with: the picture has no arrows of the page's
SIGNS = {"up": "+", "down": "−", "flat": "±"}


def sheet_of(version: Version, board: Board, *, whose: str) -> Sheet:
    """The page, or the one tile that is on the board, as ``whose`` reader it shows."""
    words = {"rows": board.whose_rows, "name": whose}
    about = [
        _("Period and filters: %(words)s")
        % {"words": state_words(board.document, board.state, board.span)},
        _("Figures to %(moment)s") % {"moment": _moment(board.as_of)},
        _("Version %(n)d, taken %(moment)s")
        % {"n": version.number, "moment": _moment(timezone.now())},
        *([_("As seen by %(name)s: %(rows)s") % words] if board.whose_rows else []),
        *board.late_words,
        *([_("Newer data is held back: it did not pass its checks")] if board.held_back else []),
    ]
    return Sheet(
        version.dashboard.name, tuple(about), tuple(_tile(tile, board) for tile in board.tiles),
        left_out=_("{n} more in the file of figures"), page=_("Page {n} of {count}"),
    )  # fmt: skip


def _tile(tile: TileView, board: Board) -> SheetTile:
    notes = [*tile.notes, *tile.unusual]
    if tile.as_of is not None and tile.as_of != board.as_of:
        notes.append(_("Data to %(moment)s") % {"moment": _moment(tile.as_of)})
    if tile.error:
        return SheetTile(tile.title, notes=(tile.error, *notes))
    if tile.type == "text":
        return SheetTile(tile.title, text=strip_tags(str(tile.html or "")))
    if tile.type == "image":
        return SheetTile(tile.title, text=tile.spec.alt)
    facts = _facts(tile)
    return SheetTile(
        tile.title, tile.unit_line, facts, tile.figure,
        None if facts or tile.figure else tile.table, notes=tuple(notes),
    )  # fmt: skip


def _facts(tile: TileView) -> tuple[Fact, ...]:
    if isinstance(tile, SidedView) and tile.sides:
        sides = [_fact(side.number, side.name) for side in tile.sides]
        return (*sides, Fact("", (tile.difference,)))
    return (_fact(tile.number),) if tile.number is not None else ()


def _fact(number: r.NumberView, name: str = "") -> Fact:
    words = [number.value.reason] if number.value.reason else []
    if number.delta is not None:
        sign = SIGNS[number.delta.direction]
        words.append(f"{sign}{number.delta.text} {number.comparison}")
    words.append(", ".join(part for part in (number.status_word, number.target) if part))
    words.append(number.note)
    value = number.value
    if value.unit and not value.tight:  # a unit that is a word has room below
        words.insert(0, value.unit)
        return Fact(value.number, tuple(part for part in words if part), name)
    return Fact(str(value), tuple(part for part in words if part), name)


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return _("unknown")
    local = timezone.localtime(moment)
    zone = timezone.get_current_timezone_name()
    return f"{formats.date_format(local, 'j M Y, H:i')} ({zone})"
