"""A dashboard as a mail: the same figures, words and filters as on its page."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from ace_portal.notifications.mail import Part
from ace_portal.notifications.unsubscribing import unsubscribe_url
from dashboards.content.board import Board, board
from dashboards.content.filters import query_string, read_state, span_words, state_words
from dashboards.content.models import Version
from dashboards.content.selectors import document_of, released_of
from dashboards.content.showing import TileView
from dashboards.content.tabs import tile_address
from dashboards.rendering import Cell
from dashboards.rendering.format import has_value
from dashboards.rendering.picture import Painter, picture
from dashboards.reports.models import Subscription

log = logging.getLogger("ace.reports")

#: what is a table in a mail, too
TABLES = ("table", "pivot")
#: of a table; the rest is one link away
MOST_ROWS = 20
NUMBERS_BESIDE = 2
#: what a number is compared with, and the line beside it: no figures of their own
BESIDE = {"before", "trend"}
SIGNS = {"good": "●", "watch": "▲", "bad": "■"}
_GAPS = re.compile(r"\n\s*\n\s*\n")
ARROWS = {"up": "↑", "down": "↓", "flat": "→"}


@dataclass(frozen=True)
class Letter:
    """What goes to the mail. ``failures`` name each tile that it could not show, and why."""

    version: Version
    subject: str
    text: str
    html: str
    parts: list[Part]
    failures: list[str]
    empty: bool


@dataclass
class Block:
    """A tile in the letter; ``cid`` names its picture, ``trouble`` says why there is none."""

    tile: TileView
    cid: str = ""
    trouble: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()
    more: int = 0
    link: str = ""
    unit_line: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.tile.title or self.tile.key

    @property
    def sign(self) -> str:
        number = self.tile.number
        return SIGNS.get(number.status or "", "") if number is not None else ""

    @property
    def change(self) -> str:
        """ "up 3.2 pt", so that no arrow has to say it alone."""
        delta = self.tile.number.delta if self.tile.number is not None else None
        if delta is None:
            return ""
        words = {"up": _("up %(by)s"), "down": _("down %(by)s"), "flat": _("unchanged")}
        return words[delta.direction] % {"by": delta.text}

    @property
    def arrow(self) -> str:
        delta = self.tile.number.delta if self.tile.number is not None else None
        return ARROWS[delta.direction] if delta is not None else ""


@dataclass
class Row:
    """Numbers side by side, one other block, or the title of a tab above its own."""

    numbers: list[Block] = field(default_factory=list)
    block: Block | None = None
    title: str = ""


def compose(subscription: Subscription, run: int, *, painter: Painter | None = None) -> Letter:
    """The released version under the subscription's filters, in its person's language and zone.

    Raises ``Invalid`` where the version cannot be read; the caller has made sure that there is one.
    """
    person = subscription.person
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        return _compose(subscription, run, painter)


def _compose(subscription: Subscription, run: int, painter: Painter | None) -> Letter:
    version = released_of(subscription.dashboard)
    assert version is not None
    document = document_of(version)
    state = read_state(document, QueryDict(subscription.query))
    page = board(document, state, reader=subscription.person)
    parts: list[Part] = []
    blocks = [_block(tile, run, parts, painter) for tile in page.tiles]
    address = f"{settings.BASE_URL}{subscription.dashboard.get_absolute_url()}"
    query = query_string(document, state)
    for block in blocks:
        # A table in a mail has no bars, and nothing to say of marks in them.
        is_table = block.tile.type in TABLES
        block.unit_line = page.span_words if is_table else block.tile.unit_line
        block.notes = _notes(block.tile, page)
        block.link = tile_address(address, query, block.tile.key)
    failures = [f"{block.name}: {block.trouble}" for block in blocks if block.trouble]
    context = _about(subscription, version, page) | {
        "link": f"{address}?{query}" if query else address,
        "rows": _grouped(page, blocks),
        "failures": len(failures),
    }
    return Letter(
        version=version,
        subject=str(context["subject"]),
        text=_GAPS.sub("\n\n", render_to_string("mail/report.txt", context)),
        html=render_to_string("mail/report.html", context),
        parts=parts,
        failures=failures,
        empty=not failures and not any(_has_figure(tile) for tile in page.tiles),
    )


def _about(subscription: Subscription, version: Version, page: Board) -> dict[str, Any]:
    dashboard, span = subscription.dashboard, span_words(page.span)
    chosen = state_words(page.document, page.state, page.span).removeprefix(span)
    return {
        "subject": f"{dashboard.name}, {span}",
        "person": subscription.person,
        "dashboard": dashboard,
        "facts": [
            (_("Period"), _period(page, span)),
            (_("Filters"), chosen.removeprefix("; ") or _("none")),
            (_("Figures to"), _known_to(page)),
            (_("Version"), version.number),
            *([(_("Rows"), page.whose_rows)] if page.whose_rows else []),
        ],
        "schedule": subscription.schedule_words,
        "report_url": f"{settings.BASE_URL}{subscription.get_absolute_url()}",
        "unsubscribe_url": unsubscribe_url("report", subscription.pk),
    }


def _known_to(page: Board) -> str:
    """Up to when the data goes, and whether newer data is held back."""
    known = _moment(page.as_of)
    if not page.held_back:
        return known
    return _("%(moment)s; newer data did not pass its checks") % {"moment": known}


def _period(page: Board, span: str) -> str:
    preset = page.opens_with
    return span if preset == span else f"{preset}, {span}"


def _notes(tile: TileView, page: Board) -> list[str]:
    """What does not apply to it, and how far its figures go where that is not the page's."""
    if tile.as_of is None or tile.as_of == page.as_of:
        return tile.notes
    return [*tile.notes, _("Data to %(moment)s") % {"moment": _moment(tile.as_of)}]


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return _("unknown")
    local = timezone.localtime(moment)
    zone = timezone.get_current_timezone_name()
    return f"{formats.date_format(local, 'j M Y, H:i')} ({zone})"


def _block(tile: TileView, run: int, parts: list[Part], painter: Painter | None) -> Block:
    block = Block(tile, trouble=tile.error)
    if tile.error:
        return block
    if tile.type in TABLES and tile.table is not None:
        block.rows = tile.table.rows[:MOST_ROWS]
        block.more = len(tile.table.rows) - len(block.rows) + tile.table.left_out
        block.rows = (*block.rows, *([tile.table.foot] if tile.table.foot else []))
    if tile.figure is not None:
        try:
            png = _picture(tile.figure, painter)
        except Exception:  # whatever the drawing library says, the rest stands
            log.exception("tile %s could not be drawn", tile.key)
            block.trouble = _("The picture could not be drawn.")
            return block
        block.cid = f"{tile.key}.{run}@report"
        parts.append(Part.of(f"{tile.key}.png", "image/png", png, cid=block.cid))
    return block


def _picture(figure: dict[str, Any], painter: Painter | None) -> bytes:
    # Where the drawing library keeps its list of fonts: a home directory may not be writable.
    os.environ.setdefault("MPLCONFIGDIR", str(settings.DATA_DIR / "matplotlib"))
    return picture(figure, painter=painter)


def _grouped(page: Board, blocks: list[Block]) -> list[Row]:
    """The rows of each tab under its title; of a page without tabs without any."""
    known = {block.tile.key: block for block in blocks}
    rows: list[Row] = []
    for title, tiles in page.groups:
        rows += [Row(title=title)] if title and tiles else []
        rows += _rows([known[tile.key] for tile in tiles])
    return rows


def _rows(blocks: list[Block]) -> list[Row]:
    rows: list[Row] = []
    for block in blocks:
        if block.tile.type != "number":
            rows.append(Row(block=block))
        elif rows and 0 < len(rows[-1].numbers) < NUMBERS_BESIDE:
            rows[-1].numbers.append(block)
        else:
            rows.append(Row(numbers=[block]))
    return rows


def _has_figure(tile: TileView) -> bool:
    results = [a.result for name, a in tile.answers.items() if name not in BESIDE and a.result]
    return any(has_value(point.figure) for result in results for point in result)
