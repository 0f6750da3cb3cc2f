"""The file as text columns in Parquet, every row accounted for, before any value is interpreted.

The quick way is DuckDB's strict reader with the dialect given. When it stumbles, or its number of
rows is not the number counted in the bytes, Python's reader goes through the file line by line,
names what is wrong and, if bad rows may be skipped, writes a clean copy.

Rows are numbered while they are read: a window without order keeps DuckDB's reader in file order,
which a parallel copy to Parquet does not.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import BadRow, Caps, Progress
from kpis.sources.csv.bad import Bad, cell_too_long, misread, other_width, refuse_bad_rows
from kpis.sources.csv.dialect import Dialect, dialect_of
from kpis.sources.csv.encoding import Scan, scan, transcode
from kpis.sources.csv.options import Options
from kpis.sources.guard import explain, listed, literal, open_guarded, run_reporting
from kpis.sources.parquet import beside

GROUP = 20_480  # rows per group of the staging file
SHOWN = 80  # characters of a bad row that are repeated


@dataclass(slots=True)
class Staged:
    """Text columns c0, c1, … and ``_row`` as the view ``raw``; an empty cell is null."""

    connection: duckdb.DuckDBPyConnection
    scan: Scan
    dialect: Dialect
    text: Path
    rows: int
    bad: Bad
    complete: bool = True


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
        text = path.absolute()
        if not scanned.as_is:
            text = stack.enter_context(beside(target, ".text"))
            transcode(path, scanned.encoding, text)
        dialect = dialect_of(text, options, caps)
        stage = stack.enter_context(beside(target, ".stage"))
        clean = stack.enter_context(beside(target, ".clean"))
        connection = open_guarded([text, stage, clean, target], memory_mb=memory_mb)
        stack.callback(connection.close)
        try:
            result = _quick(connection, scanned, dialect, text, stage, progress, sample_rows)
            if result is None:
                result = _careful(
                    connection, scanned, dialect, text, stage, clean, options, caps, progress
                )
        except duckdb.Error as error:
            raise explain(error, doing=_("reading the file")) from error
        _check_cells(result, caps)
        yield result


def _quick(
    connection: duckdb.DuckDBPyConnection,
    scanned: Scan,
    dialect: Dialect,
    text: Path,
    stage: Path,
    progress: Progress,
    sample_rows: int | None,
) -> Staged | None:
    """Stage with the strict reader; None when the careful way must decide."""
    source = _reader_sql(text, dialect, len(dialect.names))
    limit = "" if sample_rows is None else f" LIMIT {int(sample_rows)}"
    try:
        _write_stage(
            connection, f"SELECT row_number() OVER () AS n, * FROM {source}{limit}", stage, progress
        )
    except duckdb.InvalidInputException:
        return None
    _create_view(connection, stage, len(dialect.names))
    rows = _count(connection)
    complete = sample_rows is None or rows < sample_rows
    counted = scanned.breaks + scanned.open_end - dialect.header
    if complete and rows != counted and rows != _count_rows(text, dialect):
        return None
    return Staged(connection, scanned, dialect, text, rows, Bad(), complete)


def _careful(
    connection: duckdb.DuckDBPyConnection,
    scanned: Scan,
    dialect: Dialect,
    text: Path,
    stage: Path,
    clean: Path,
    options: Options,
    caps: Caps,
    progress: Progress,
) -> Staged:
    """Stage a clean copy that Python's reader made; each row keeps its number in the source."""
    bad = Bad()
    with clean.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, line, row, reason in numbered_rows(text, dialect, caps):
            if reason:
                bad.add(BadRow(line, "", dialect.delimiter.join(row)[:SHOWN], reason))
            else:
                writer.writerow([number, *row])
    if bad.total and options.bad_rows == "stop":
        raise refuse_bad_rows(bad)
    if clean.stat().st_size:
        plain = Dialect(",", '"', header=False, names=(), dialect_note="", header_note="")
        source = _reader_sql(clean, plain, len(dialect.names) + 1, ", new_line = '\\n'")
        shifted = ", ".join(f"c{i + 1} AS c{i}" for i in range(len(dialect.names)))
        select = f"SELECT CAST(c0 AS BIGINT) AS n, {shifted} FROM {source}"
    else:
        nothing = ", ".join(f"NULL::VARCHAR AS c{i}" for i in range(len(dialect.names)))
        select = f"SELECT 0::BIGINT AS n, {nothing} WHERE false"
    _write_stage(connection, select, stage, progress)
    _create_view(connection, stage, len(dialect.names))
    return Staged(connection, scanned, dialect, text, _count(connection), bad)


def numbered_rows(
    text: Path, dialect: Dialect, caps: Caps
) -> Iterator[tuple[int, int, list[str], str]]:
    """Data rows as (number, first line, cells, what is wrong or ""), blank lines left out."""
    width, number, line = len(dialect.names), 0, 1
    with text.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
        skip_header = dialect.header
        while True:
            line, reason = reader.line_num + 1, ""
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row, reason = [], misread(str(error), line, dialect.quote, caps)
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


def lines_of(staged: Staged, numbers: set[int], caps: Caps) -> dict[int, int]:
    """The line in the file at which each of these data rows begins."""
    scanned, header = staged.scan, staged.dialect.header
    if (
        not staged.bad.total
        and not scanned.quoted_breaks
        and scanned.breaks + scanned.open_end - header == staged.rows
    ):
        return {number: number + header for number in numbers}
    last = max(numbers, default=0)
    rows = numbered_rows(staged.text, staged.dialect, caps)
    upto = itertools.takewhile(lambda row: row[0] <= last, rows)
    return {number: line for number, line, *_rest in upto if number in numbers}


def _check_cells(staged: Staged, caps: Caps) -> None:
    if staged.rows == 0 and not staged.bad.total:
        raise Invalid(_("The file has column names and no rows."), field="file")
    if staged.rows > caps.rows:
        raise Invalid(
            _(
                "The file has %(n)s rows; at most %(most)s are allowed. Split it by time.",
                n=f"{staged.rows:,}",
                most=f"{caps.rows:,}",
            ),
            field="file",
        )
    lengths = ", ".join(f"max(length(c{i}))" for i in range(len(staged.dialect.names)))
    found = staged.connection.execute(f"SELECT greatest({lengths}, 0) FROM raw").fetchone()
    if found is not None and found[0] > caps.cell_characters:
        for _number, line, row, _reason in numbered_rows(staged.text, staged.dialect, caps):
            if any(len(cell) > caps.cell_characters for cell in row):
                raise cell_too_long(line, caps)


def _reader_sql(path: Path, dialect: Dialect, width: int, more: str = "") -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, strict_mode = true, "
        f"delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)}, "
        f"escape = {literal(dialect.quote)}, header = {str(dialect.header).lower()}, "
        f"nullstr = [{listed([''])}], allow_quoted_nulls = true, columns = {{{columns}}}{more})"
    )


def _write_stage(
    connection: duckdb.DuckDBPyConnection, select: str, stage: Path, progress: Progress
) -> None:
    run_reporting(
        connection,
        f"COPY ({select}) TO {literal(str(stage))} (FORMAT parquet, COMPRESSION uncompressed, "
        f"ROW_GROUP_SIZE {GROUP}, USE_TMP_FILE false)",
        progress,
        start=5,
        stop=50,
    )


def _create_view(connection: duckdb.DuckDBPyConnection, stage: Path, width: int) -> None:
    columns = ", ".join(f"c{i}" for i in range(width))
    connection.execute(
        f"CREATE OR REPLACE VIEW raw AS SELECT n AS _row, {columns} "
        f"FROM read_parquet({literal(str(stage))})"
    )


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute("SELECT count(*) FROM raw").fetchone()
    return int(found[0]) if found else 0


def _count_rows(text: Path, dialect: Dialect) -> int:
    """Rows as Python's reader counts them, blank lines left out; -1 if it stumbles."""
    width = len(dialect.names)
    with text.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        try:
            return sum(1 for row in reader if row or width == 1) - dialect.header
        except csv.Error:
            return -1
