"""Tables as a workbook: text stays text, numbers stay numbers, nothing is computed or linked."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from ace_portal.lib.csvfile import cell

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: what a workbook takes: characters of a cell and of a sheet's name, rows of a sheet
MOST_TEXT, MOST_NAME, MOST_ROWS = 32_767, 31, 1_048_576
#: numbers with more digits than these lose some in a spreadsheet: they stay text
EXACT = 2**53
_NO_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


def xlsx_response(name: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """A download with one sheet for each table."""
    answer = HttpResponse(workbook(sheets), content_type=TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The file; sheets that are called alike are told apart by a number.

    The library comes with the first of them: eight megabytes that few processes need.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    taken: set[str] = set()
    with Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            page = book.add_worksheet(_name(sheet.name, taken))
            page.freeze_panes(1, 0)
            for place, title in enumerate(sheet.head):
                page.write_string(0, place, str(cell(title))[:MOST_TEXT], bold)
            for row, values in enumerate(sheet.rows[: MOST_ROWS - 1], start=1):
                for place, value in enumerate(values):
                    _write(page, row, place, value)
            page.autofit()
    return out.getvalue()


def _write(page: Worksheet, row: int, place: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, place, value)
    elif isinstance(value, int | float) and math.isfinite(value) and abs(value) <= EXACT:
        page.write_number(row, place, value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        page.write_string(row, place, value.isoformat())
    else:
        page.write_string(row, place, str(cell(value))[:MOST_TEXT])


def _name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook takes, and that no sheet before it has."""
    plain = "".join(c if c.isprintable() else " " for c in wanted).translate(_NO_NAME)
    base = " ".join(plain.split()).strip("'")[:MOST_NAME] or "Sheet"
    if base.lower() == "history":  # kept by Excel for itself
        base = "History 1"
    name, number = base, 2
    while name.lower() in taken:
        mark = f" {number}"
        name, number = base[: MOST_NAME - len(mark)] + mark, number + 1
    taken.add(name.lower())
    return name
