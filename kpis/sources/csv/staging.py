"""The file as text columns in Parquet, every row accounted for, before any value is interpreted.

The quick way is DuckDB's strict reader with the dialect given. When it stumbles, or its number of
rows is not the number counted in the bytes, Python's reader goes through the file line by line,
names what is wrong and, if bad rows may be skipped, writes a clean copy.

DuckDB keeps the order of the file in what it copies, by several threads too, so the place of a row
in the copy is its number. A window would number them as well, on one thread.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ace_portal.lib.words import sentence as _
from kpis.sources.base import BadRow, Caps, Progress
from kpis.sources.csv.bad import CUT, Bad, cell_too_long, misread, other_width, refuse_bad_rows
from kpis.sources.csv.dialect import Dialect, dialect_of
from kpis.sources.csv.encoding import ENCODINGS, Scan, scan, transcode
from kpis.sources.csv.options import Options
from kpis.sources.csv.stage import (
    SHOWN,
    Bytes,
    Lines,
    Staged,
    check_rows,
    reader_sql,
    write_clean,
    write_stage,
)
from kpis.sources.guard import explain, open_guarded
from kpis.sources.parquet import beside
from kpis.sources.reading import Need

ODD = re.compile(r"[\w \-]{0,20}[^\x00-\x7f][\w \-]{0,20}")  # a text with a letter beyond ASCII
ODD_CHARACTERS = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """One file of delimited text while it is staged."""

    connection: duckdb.DuckDBPyConnection
    scan: Scan
    dialect: Dialect
    path: Path  # UTF-8
    stage: Path
    clean: Path
    caps: Caps
    progress: Progress

    def result(self, rows: int, bad: Bad, *, complete: bool = True) -> Staged:
        scan, dialect = self.scan, self.dialect
        seen = {
            "encoding": scan.encoding, "delimiter": dialect.delimiter, "header": dialect.header,
        }  # fmt: skip
        return Staged(
            connection=self.connection,
            source=Bytes(scan.bytes, scan.sha256, scan.note),
            dialect=dialect,
            lines=self._lines(rows, bad),
            rows=rows,
            bad=bad,
            seen=seen,
            complete=complete,
            notes=(CUT,) if bad.cut else (),
            needs=() if scan.certain else (self._doubt(),),
        )

    def _doubt(self) -> Need:
        """The guess of the encoding, with a text of the file that shows whether it is right."""
        with self.path.open(encoding="utf-8") as file:
            odd = ODD.search(file.read(ODD_CHARACTERS))
        seen = odd[0].strip() if odd else ""
        question = _("%(why)s Is “%(text)s” right?", why=self.scan.note, text=seen)
        guess = self.scan.encoding
        choices = tuple(dict.fromkeys((guess, *ENCODINGS)))
        return Need(
            "encoding", "", question if seen else self.scan.note, choices, guess, urgent=False
        )

    def _lines(self, rows: int, bad: Bad) -> Lines:
        """The line in the file at which a data row begins."""
        scan, header = self.scan, self.dialect.header
        plain = not bad.total and not scan.quoted_breaks
        if plain and scan.breaks + scan.open_end - header == rows:
            return lambda numbers: {number: number + header for number in numbers}
        return self._looked_up

    def _looked_up(self, numbers: Set[int]) -> dict[int, int]:
        last = max(numbers, default=0)
        rows = numbered_rows(self)
        upto = itertools.takewhile(lambda row: row[0] <= last, rows)
        return {number: line for number, line, *_rest in upto if number in numbers}


@contextlib.contextmanager
def staged(
    path: Path,
    options: Options,
    target: Path,
    progress: Progress,
    *,
    caps: Caps,
    memory_mb: int,
    sample_rows: int | None = None,
) -> Iterator[Staged]:
    """Stage the file beside ``target``, which the connection may also write."""
    scanned = scan(path, options.encoding, caps)
    with contextlib.ExitStack() as stack:
        source = path.absolute()
        if not scanned.as_is:
            source = stack.enter_context(beside(target, ".text"))
            transcode(path, scanned.encoding, source)
        dialect = dialect_of(source, options, caps)
        stage = stack.enter_context(beside(target, ".stage"))
        clean = stack.enter_context(beside(target, ".clean"))
        connection = open_guarded([source, stage, clean, target], memory_mb=memory_mb)
        stack.callback(connection.close)
        text = Text(connection, scanned, dialect, source, stage, clean, caps, progress)
        try:
            result = _quick(text, sample_rows) or _careful(text, stop=options.bad_rows == "stop")
        except duckdb.Error as error:
            raise explain(error, doing=_("reading the file")) from error
        _check_cells(text, result)
        yield result


def _quick(text: Text, sample_rows: int | None) -> Staged | None:
    """Stage with the strict reader; None when the careful way must decide."""
    width, scanned = len(text.dialect.names), text.scan
    source = reader_sql(text.path, text.dialect, width)
    limit = "" if sample_rows is None else f" LIMIT {int(sample_rows)}"
    select = f"SELECT * FROM {source}{limit}"
    try:
        rows = write_stage(text.connection, select, width, text.stage, text.progress)
    except duckdb.InvalidInputException:
        return None
    complete = sample_rows is None or rows < sample_rows
    counted = scanned.breaks + scanned.open_end - text.dialect.header
    if complete and rows != counted and rows != _count_rows(text.path, text.dialect):
        return None
    return text.result(rows, Bad(), complete=complete)


def _careful(text: Text, *, stop: bool) -> Staged:
    """Stage a clean copy that Python's reader made; each row keeps its number in the source."""
    bad, dialect = Bad(), text.dialect
    with text.clean.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        last = ""  # what is wrong with the last row
        for number, line, row, reason in numbered_rows(text):
            last = reason
            if reason:
                bad.add(BadRow(line, "", dialect.delimiter.join(row)[:SHOWN], reason))
            else:
                writer.writerow([number, *row])
    bad.cut = bool(last) and text.scan.open_end
    if bad.total and stop:
        raise refuse_bad_rows(bad)
    places = list(range(len(dialect.names)))
    rows = write_clean(text.connection, text.clean, places, len(places), text.stage, text.progress)
    return text.result(rows, bad)


def numbered_rows(text: Text) -> Iterator[tuple[int, int, list[str], str]]:
    """Data rows as (number, first line, cells, what is wrong or ""), blank lines left out."""
    dialect = text.dialect
    width, number, line = len(dialect.names), 0, 1
    with text.path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
        skip_header = dialect.header
        while True:
            line, reason = reader.line_num + 1, ""
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cut = text.scan.open_end and reader.line_num == line
                row, reason = [], misread(str(error), line, dialect.quote, text.caps, cut=cut)
            if not reason and len(row) < 2 and not "".join(row).strip():
                if width > 1 or skip_header:
                    continue
                row = row or [""]
            if skip_header:
                skip_header = False
                continue
            number += 1
            if len(row) == width + 1 and row[-1] == "":
                row = row[:-1]  # a delimiter at the end of the line
            if not reason and len(row) != width:
                reason = other_width(width, len(row))
            yield number, line, row, reason


def _check_cells(text: Text, staged: Staged) -> None:
    check_rows(staged, text.caps)
    # No cell has more letters than bytes, and those need not be counted.
    if _longest(staged, "strlen") <= text.caps.cell_characters:
        return
    if _longest(staged, "length") > text.caps.cell_characters:
        for _number, line, row, _reason in numbered_rows(text):
            if any(len(cell) > text.caps.cell_characters for cell in row):
                raise cell_too_long(line, text.caps)


def _longest(staged: Staged, measure: str) -> int:
    lengths = ", ".join(f"max({measure}(c{i}))" for i in range(len(staged.dialect.names)))
    found = staged.connection.execute(f"SELECT greatest({lengths}, 0) FROM raw").fetchone()
    return 0 if found is None else int(found[0])


def _count_rows(text: Path, dialect: Dialect) -> int:
    """Rows as Python's reader counts them, blank lines left out; -1 if it stumbles."""
    width = len(dialect.names)
    with text.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        try:
            return sum(1 for row in reader if row or width == 1) - dialect.header
        except csv.Error:
            return -1
