"""One sheet as rows of text, row by row, with the number that each has in the sheet."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    WorksheetNotFound,
    XmlError,
    ZipError,
    load_workbook,
)

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps
from kpis.sources.csv.dialect import names_of
from kpis.sources.csv.profiling import CERTAIN_NULLS, POSSIBLE_NULLS
from kpis.sources.xlsx.container import broken

UNREADABLE = (CalamineError, PasswordError, WorksheetNotFound, XmlError, ZipError, OSError)
SEEN_ROWS = 50  # the names of the columns are looked for in these
WHOLE = 1e15  # below this a float holds every whole number
SPELLED = frozenset((*CERTAIN_NULLS, *POSSIBLE_NULLS))

Row = list[Any]


@dataclass(slots=True)
class Grid:
    """What was written: the columns by name, and where each row stands in the sheet."""

    names: tuple[str, ...]
    places: list[int]  # of the columns among the cells of a row
    header_row: int  # 0: the columns have no names
    starts: list[int] = field(default_factory=list)  # data rows after a gap …
    shifts: list[int] = field(default_factory=list)  # … and what to add from there on
    words: list[bool] = field(default_factory=list)  # columns with a cell of text
    spelled: list[set[str]] = field(default_factory=list)  # spellings of "nothing" among them

    def lines(self, numbers: Set[int]) -> dict[int, int]:
        """The row of the sheet in which these data rows stand."""
        return {
            number: number + self.shifts[bisect_right(self.starts, number) - 1]
            for number in numbers
        }

    def texts(self, place: int, tokens: tuple[str, ...]) -> bool:
        cell = self.places[place]
        return self.words[cell] or bool(self.spelled[cell] - set(tokens))


def write_grid(path: Path, name: str, header_row: int | None, clean: Path, caps: Caps) -> Grid:
    """Write the data rows of the sheet to ``clean``, the number of each first."""
    try:
        sheet = load_workbook(str(path)).get_sheet_by_name(name)
        rows = _filled_down(sheet)
        head: list[tuple[int, Row]] = []
        for pair in rows:
            head.append(pair)
            if len(head) == SEEN_ROWS and (header_row or 0) <= pair[0]:
                break
        if not head:
            raise Invalid(_("The sheet is empty."), field="file")
        first = _header_at(head, header_row)
        with clean.open("w", encoding="utf-8", newline="", errors="replace") as file:
            grid = _write(file, head, rows, first, caps)
    except UNREADABLE as error:
        raise broken() from error
    return grid


def _filled_down(sheet: CalamineSheet) -> Iterator[tuple[int, Row]]:
    """The rows that hold anything, by their number; merged cells repeat the value on top."""
    left = (sheet.start or (0, 0))[1]
    merged: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _right) in sheet.merged_cell_ranges or ():
        if bottom > top and column >= left:
            merged.setdefault(top, []).append((column - left, bottom))
    under: dict[int, tuple[int, Any]] = {}
    for index, row in enumerate(sheet.iter_rows()):
        for column, bottom in merged.get(index, ()):
            if column < len(row):
                under[column] = (bottom, row[column])
        if row.count("") == len(row):
            continue
        for column, (bottom, value) in list(under.items()):
            if index > bottom:
                del under[column]
            elif row[column] == "":
                row[column] = value
        yield index + 1, row


def _header_at(head: list[tuple[int, Row]], told: int | None) -> int | None:
    """Which of these rows names the columns; None when none does.

    A title above the table fills few cells, so the first row that is at least half as full as the
    fullest counts, and it holds words only.
    """
    if told == 0:
        return None
    if told is not None:
        for place, (number, _row) in enumerate(head):
            if number == told:
                return place
        raise Invalid(
            _("Row %(n)s of the sheet is empty: it cannot name the columns.", n=told),
            field="header_row",
        )
    full = [len(row) - row.count("") for _number, row in head]
    place = next(place for place, count in enumerate(full) if 2 * count >= max(full))
    row = head[place][1]
    return place if all(isinstance(cell, str) for cell in row) else None


def _write(
    file: IO[str],
    head: list[tuple[int, Row]],
    rows: Iterator[tuple[int, Row]],
    first: int | None,
    caps: Caps,
) -> Grid:
    width = len(head[0][1])
    grid = Grid((), [], 0 if first is None else head[first][0])
    grid.words, grid.spelled = [False] * width, [set() for _place in range(width)]
    plain, unused = set(range(width)), list(range(width))
    writer = csv.writer(file, lineterminator="\n")
    number = 0
    for count, (at, row) in enumerate(_both(head, rows)):
        if first is not None and count <= first:
            continue
        number += 1
        if not grid.shifts or grid.shifts[-1] != at - number:
            grid.starts.append(number)
            grid.shifts.append(at - number)
        cells = [_clean(value) if value.__class__ is str else spelled(value) for value in row]
        if max(map(len, cells)) > caps.cell_characters:
            raise Invalid(
                _(
                    "A cell in row %(n)s has more than %(most)s characters.",
                    n=f"{at:,}",
                    most=f"{caps.cell_characters:,}",
                ),
                field="file",
            )
        _note_texts(grid, row, plain)
        unused = [place for place in unused if cells[place] == ""]
        writer.writerow([number, *cells])
    used = [place not in unused for place in range(width)]
    return _named(grid, [] if first is None else head[first][1], used)


def _both(
    head: list[tuple[int, Row]], rows: Iterator[tuple[int, Row]]
) -> Iterator[tuple[int, Row]]:
    yield from head
    yield from rows


def _note_texts(grid: Grid, row: Row, plain: set[int]) -> None:
    """Which of the columns without a text so far have one now, spellings of "nothing" apart."""
    for place in [place for place in plain if row[place].__class__ is str and row[place]]:
        word = row[place].strip()
        if word in SPELLED:
            grid.spelled[place].add(word)
        elif word:
            grid.words[place] = True
            plain.discard(place)


def _clean(text: str) -> str:
    if "\r" in text or "\0" in text:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text


def spelled(value: Any) -> str:
    """A number, a date, a time or a truth value in the one way that every reader here knows."""
    if value.__class__ is float:
        return str(int(value)) if value.is_integer() and abs(value) < WHOLE else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)


def _named(grid: Grid, header: Row, used: list[bool]) -> Grid:
    """The columns that have a name or a value."""
    names = [_plain(cell) for cell in header] or [f"column_{i + 1}" for i in range(len(used))]
    grid.places = [
        place for place, name in enumerate(names) if used[place] or (header and name.strip())
    ]
    grid.names = names_of([names[place] for place in grid.places])
    return grid


def _plain(cell: Any) -> str:
    return cell if isinstance(cell, str) else spelled(cell)
