"""Which sheets a workbook has and how much is on them, counted in the XML before it is parsed."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import ngettext
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps
from kpis.sources.csv.stage import too_many_rows
from kpis.sources.reading import Need
from kpis.sources.xlsx.container import WORKBOOK, Archive, broken

STRINGS = 1_000_000
MERGES = 10_000
SHEETS = 200
NAME = 200  # characters; Excel allows 31
XML = (".xml", ".rels")
ROOT = "_rels/.rels"
LINKS = "xl/_rels/workbook.xml.rels"
STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s")
USUAL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>/]{0,200}(/?)>')
ODD = re.compile(rb"<c[\t\r\n]|:c\s")
CELL = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]{0,200}\s)?r\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']"
    rb"[^<>]{0,200}(?<!/)>"
)


@dataclass(slots=True)
class Sheet:
    """A sheet and the area between its first and its last filled cell."""

    name: str
    hidden: bool = False
    values: int = 0
    errors: int = 0
    merges: int = 0
    filled: int = 0  # rows that hold anything
    first_row: int = 1 << 31
    last_row: int = 0
    first_column: int = 1 << 31
    last_column: int = 0

    @property
    def rows(self) -> int:
        return max(self.last_row - self.first_row + 1, 0)

    @property
    def columns(self) -> int:
        return max(self.last_column - self.first_column + 1, 0)


def sheets_in(archive: Archive) -> list[Sheet]:
    """The sheets in their order, each with what is on it."""
    sheets = {part: Sheet(name, hidden) for name, part, hidden in _listed(archive)}
    texts = 0
    for part in archive.parts:  # whichever the reader will look at
        sheet = sheets.get(part)
        if sheet is not None and not part.endswith(XML):
            raise broken()
        pieces = archive.pieces(part) if part.endswith(XML) else archive.unpacked(part)
        for piece in pieces:
            if sheet is not None:
                _count(sheet, piece)
                continue
            texts += len(STRING.findall(piece))
            if texts >= STRINGS:
                raise _too_many_texts()
    return list(sheets.values())


def _too_many_texts() -> Invalid:
    return Invalid(
        _(
            "The workbook holds %(most)s different texts or more. Send the table as CSV.",
            most=f"{STRINGS:,}",
        ),
        field="file",
    )


def _listed(archive: Archive) -> list[tuple[str, str, bool]]:
    """Name, part and whether it is hidden, of each sheet."""
    try:
        _require_usual_place(ElementTree.fromstring(archive.whole(ROOT)))
        links = ElementTree.fromstring(archive.whole(LINKS))
        book = ElementTree.fromstring(archive.whole(WORKBOOK))
    except ElementTree.ParseError as error:
        raise broken() from error
    parts = {
        str(link.get("Id")): posixpath.normpath(posixpath.join("/xl", str(link.get("Target"))))
        for link in links.iter()
        if link.get("Target")
    }
    sheets = []
    for sheet in book.findall(".//{*}sheets/{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        hidden = sheet.get("state", "visible") != "visible"
        sheets.append((sheet.get("name", ""), parts.get(key, "")[1:], hidden))
    if any(len(name) > NAME for name, _part, _hidden in sheets):
        raise broken()
    if len(sheets) > SHEETS:
        raise Invalid(_("The workbook has more than %(most)s sheets.", most=SHEETS), field="file")
    return sheets


def _require_usual_place(links: ElementTree.Element) -> None:
    """What is counted here must be what is read later."""
    books = [
        str(link.get("Target")).lstrip("/")
        for link in links.iter()
        if str(link.get("Type")).endswith("/officeDocument")
    ]
    if books != [WORKBOOK]:
        raise broken()


def _count(sheet: Sheet, piece: bytes) -> None:
    cells = _cells(piece)
    sheet.values += len(cells)
    sheet.errors += piece.count(b' t="e"')
    sheet.merges += len(MERGE.findall(piece)) if b"mergeCell" in piece else 0
    if not cells:
        return
    columns = [_number(letters) for letters in {letters for letters, _row in cells}]
    rows = {row for _letters, row in cells}
    numbers = {int(row) for row in rows}
    sheet.filled += len(numbers - {sheet.last_row})  # a row may go on in the next piece
    sheet.first_row = min(sheet.first_row, *numbers)
    sheet.last_row = max(sheet.last_row, *numbers)
    sheet.first_column = min(sheet.first_column, *columns)
    sheet.last_column = max(sheet.last_column, *columns)


def _cells(piece: bytes) -> list[tuple[bytes, bytes]]:
    """Column and row of each cell that holds something.

    Nearly every program writes cells alike; only where some are spelled otherwise, the slower
    pattern that knows all spellings reads the piece.
    """
    usual = USUAL.findall(piece)
    if len(usual) == piece.count(b"<c ") and ODD.search(piece) is None:
        return [(letters, row) for letters, row, closed in usual if not closed]
    return CELL.findall(piece)


def _number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def chosen(sheets: list[Sheet], told: str | None) -> tuple[Sheet, tuple[Need, ...]]:
    """The sheet to read, and the question which one where several hold a table."""
    if told is not None and told not in {sheet.name for sheet in sheets}:
        raise Invalid(
            _(
                "The workbook has no sheet “%(name)s”. Its sheets: %(sheets)s.",
                name=told,
                sheets=", ".join(sheet.name for sheet in sheets[:20]),
            ),
            field="sheet",
        )
    filled = [sheet for sheet in sheets if sheet.rows > 1 or sheet.name == told]
    open_to_see = [sheet for sheet in filled if not sheet.hidden or sheet.name == told] or filled
    if not open_to_see:
        raise Invalid(_("No sheet of the workbook holds a table."), field="file")
    sheet = next((sheet for sheet in open_to_see if sheet.name == told), open_to_see[0])
    if len(open_to_see) < 2:
        return sheet, ()
    question = _("Several sheets hold rows: which one is it?")
    labels = tuple(
        ngettext("%(name)s, %(n)s row", "%(name)s, %(n)s rows", one.filled, name=one.name,
                 n=f"{one.filled:,}")
        for one in open_to_see
    )  # fmt: skip
    names = tuple(one.name for one in open_to_see)
    return sheet, (Need("sheet", "", question, names, sheet.name, told is None, labels),)


def check_size_of(sheet: Sheet, caps: Caps) -> None:
    """Refuse a sheet that would take more memory than there is for it."""
    if sheet.columns > caps.columns:
        raise Invalid(
            _(
                "The sheet “%(name)s” spans %(n)s columns; at most %(most)s are allowed. Is there "
                "a cell far to the right?",
                name=sheet.name,
                n=f"{sheet.columns:,}",
                most=f"{caps.columns:,}",
            ),
            field="file",
        )
    if sheet.rows - 1 > caps.rows:
        raise too_many_rows(sheet.rows - 1, caps)
    if sheet.rows * sheet.columns > caps.cells:
        raise Invalid(
            _(
                "The sheet “%(name)s” spans %(n)s cells from the first to the last that is "
                "filled; at most %(most)s are allowed. Send the table as CSV.",
                name=sheet.name,
                n=f"{sheet.rows * sheet.columns:,}",
                most=f"{caps.cells:,}",
            ),
            field="file",
        )
    if sheet.merges > MERGES:
        raise Invalid(
            _(
                "The sheet “%(name)s” has more than %(most)s merged ranges. Split them first.",
                name=sheet.name,
                most=f"{MERGES:,}",
            ),
            field="file",
        )
