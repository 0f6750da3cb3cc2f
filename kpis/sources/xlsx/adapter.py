"""The seam through which the portal uses workbooks.

A sheet becomes text first: ISO dates, true and false, numbers in full. What finds and converts
types in delimited text then does it here as well, with the row of the sheet as the line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import ngettext
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, Progress
from kpis.sources.csv.adapter import TextSource
from kpis.sources.csv.bad import Bad
from kpis.sources.csv.dialect import Dialect
from kpis.sources.csv.encoding import check_size
from kpis.sources.csv.stage import Bytes, Staged, check_rows, write_clean
from kpis.sources.guard import explain, open_guarded
from kpis.sources.parquet import beside, sha256_of
from kpis.sources.reading import Reading
from kpis.sources.xlsx.container import opened
from kpis.sources.xlsx.grid import Grid, write_grid
from kpis.sources.xlsx.sheets import Sheet, check_size_of, chosen, sheets_in


@dataclass(frozen=True, slots=True)
class SheetOptions(Reading):
    """How to read a workbook."""

    what: ClassVar[str] = _("a workbook")

    sheet: str | None = None
    header_row: int | None = None  # 0: there is none

    def __post_init__(self) -> None:
        if self.header_row is not None and self.header_row < 0:
            raise Invalid(_("Rows are counted from 1."), field="header_row")
        Reading.__post_init__(self)


@contextlib.contextmanager
def staged(
    path: Path,
    options: SheetOptions,
    target: Path,
    progress: Progress,
    *,
    caps: Caps,
    memory_mb: int,
    sample_rows: int | None = None,
) -> Iterator[Staged]:
    """Stage one sheet beside ``target``; it is read as a whole, whatever ``sample_rows`` says."""
    size = check_size(path, caps)
    with opened(path, caps) as archive:
        sheets = sheets_in(archive)
    sheet, needs = chosen(sheets, options.sheet)
    check_size_of(sheet, caps)
    progress(2, 100)
    with contextlib.ExitStack() as stack:
        clean = stack.enter_context(beside(target, ".clean"))
        stage = stack.enter_context(beside(target, ".stage"))
        grid = write_grid(path, sheet.name, options.header_row, clean, caps)
        connection = open_guarded([stage, clean, target], memory_mb=memory_mb)
        stack.callback(connection.close)
        try:
            rows = write_clean(connection, clean, grid.places, len(grid.words), stage, progress)
        except duckdb.Error as error:
            raise explain(error, doing=_("reading the workbook")) from error
        asked = any(need.urgent for need in needs)
        result = Staged(
            connection=connection,
            source=Bytes(size, sha256_of(path)),
            dialect=_dialect(sheet, grid),
            lines=grid.lines,
            rows=rows,
            bad=Bad(),
            seen={"sheet": None if asked else sheet.name, "header_row": grid.header_row},
            notes=_notes(sheet, grid, sheets),
            needs=needs,
            texts=grid.texts,
        )
        check_rows(result, caps)
        yield result


def _dialect(sheet: Sheet, grid: Grid) -> Dialect:
    note = _("Read from the sheet “%(name)s”.", name=sheet.name)
    header = _("No row names the columns.")
    if grid.header_row:
        header = _("Row %(n)s of the sheet names the columns.", n=f"{grid.header_row:,}")
    return Dialect(",", '"', bool(grid.header_row), grid.names, note, header)


def _notes(sheet: Sheet, grid: Grid, sheets: list[Sheet]) -> tuple[str, ...]:
    notes = []
    if sheet.errors:
        notes.append(
            ngettext(
                "%(n)s cell holds an error such as #N/A and is read as empty.",
                "%(n)s cells hold an error such as #N/A and are read as empty.",
                sheet.errors,
                n=f"{sheet.errors:,}",
            )
        )
    if sheet.merges:
        notes.append(_("Cells that were merged downwards repeat the value on top."))
    hidden = [one.name for one in sheets if one.hidden and one.rows > 1 and one is not sheet]
    if hidden:
        notes.append(_("Hidden sheets were left out: %(names)s.", names=", ".join(hidden[:20])))
    return tuple(notes)


class XlsxSource(TextSource):
    kind = "xlsx"
    label = _("Excel workbook")
    suffixes = (".xlsx", ".xlsm")
    answers = (
        "types", "null_tokens", "date_order", "time_zone", "bad_rows", "sheet", "header_row",
    )  # fmt: skip
    cutting = ("sheet", "header_row")
    sensed = cutting
    reads_as = SheetOptions
    stager = staticmethod(staged)
