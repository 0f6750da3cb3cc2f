"""The rows of a file as text columns in Parquet, whatever the file was; everything after is the
same for all kinds that become text first."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, Progress
from kpis.sources.csv.bad import Bad
from kpis.sources.csv.dialect import Dialect
from kpis.sources.guard import listed, literal, run_reporting
from kpis.sources.reading import Need

GROUP = 20_480  # rows per group of the staging file
SHOWN = 80  # characters of a bad row that are repeated

Lines = Callable[[Set[int]], dict[int, int]]
"""Where in the source each of these data rows begins."""

OptionsT = TypeVar("OptionsT", contravariant=True)


@dataclass(frozen=True, slots=True)
class Bytes:
    """The file as a whole."""

    bytes: int
    sha256: str
    note: str = ""  # how its letters were read


@dataclass(slots=True)
class Staged:
    """Text columns c0, c1, … and ``_row`` as the view ``raw``; an empty cell is null."""

    connection: duckdb.DuckDBPyConnection
    source: Bytes
    dialect: Dialect
    lines: Lines
    rows: int
    bad: Bad
    seen: Mapping[str, Any]  # the options with which it was read
    complete: bool = True
    notes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    texts: Callable[[int, tuple[str, ...]], bool] = field(default=lambda _place, _tokens: False)
    """Whether the source itself says that a column is text, these null tokens left out."""


class Stager(Protocol[OptionsT]):
    """How one kind of file becomes ``Staged``, beside ``target``."""

    def __call__(
        self,
        path: Path,
        options: OptionsT,
        target: Path,
        progress: Progress,
        *,
        caps: Caps,
        memory_mb: int,
        sample_rows: int | None = None,
    ) -> contextlib.AbstractContextManager[Staged]: ...


def reader_sql(path: Path, dialect: Dialect, width: int, more: str = "") -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, strict_mode = true, "
        f"delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)}, "
        f"escape = {literal(dialect.quote)}, header = {str(dialect.header).lower()}, "
        f"nullstr = [{listed([''])}], allow_quoted_nulls = true, columns = {{{columns}}}{more})"
    )


def write_clean(
    connection: duckdb.DuckDBPyConnection,
    clean: Path,
    places: list[int],
    width: int,
    stage: Path,
    progress: Progress,
) -> int:
    """Stage a clean copy whose first cell is the number of the row; the rows that it has.

    ``width`` cells follow the number; those at ``places`` become c0, c1, …
    """
    if clean.stat().st_size:
        plain = Dialect(",", '"', header=False, names=(), dialect_note="", header_note="")
        source = reader_sql(clean, plain, width + 1, ", new_line = '\\n'")
        shifted = ", ".join(f"c{place + 1} AS c{i}" for i, place in enumerate(places))
        select = f"SELECT CAST(c0 AS BIGINT) AS n, {shifted} FROM {source}"
    else:
        nothing = ", ".join(f"NULL::VARCHAR AS c{i}" for i in range(len(places)))
        select = f"SELECT 0::BIGINT AS n, {nothing} WHERE false"
    return write_stage(connection, select, len(places), stage, progress, number="n")


def write_stage(
    connection: duckdb.DuckDBPyConnection,
    select: str,
    width: int,
    stage: Path,
    progress: Progress,
    *,
    number: str = "file_row_number + 1",
) -> int:
    """Copy the query's rows and make the view ``raw`` over them; how many there are.

    ``number`` says which row of the source each of them is.
    """
    run_reporting(
        connection,
        f"COPY ({select}) TO {literal(str(stage))} (FORMAT parquet, COMPRESSION uncompressed, "
        f"ROW_GROUP_SIZE {GROUP}, USE_TMP_FILE false, PRESERVE_ORDER)",
        progress,
        start=5,
        stop=50,
    )
    columns = ", ".join(f"c{i}" for i in range(width))
    connection.execute(
        f"CREATE OR REPLACE VIEW raw AS SELECT {number} AS _row, {columns} "
        f"FROM read_parquet({literal(str(stage))}, file_row_number = true)"
    )
    found = connection.execute("SELECT count(*) FROM raw").fetchone()
    return int(found[0]) if found else 0


def check_rows(staged: Staged, caps: Caps) -> None:
    """Refuse a table without rows, or with more than there may be."""
    if staged.rows == 0 and not staged.bad.total:
        raise Invalid(_("The file has column names and no rows."), field="file")
    if staged.rows > caps.rows:
        raise too_many_rows(staged.rows, caps)


def too_many_rows(rows: int, caps: Caps) -> Invalid:
    return Invalid(
        _(
            "The file has %(n)s rows; at most %(most)s are allowed. Split it by time.",
            n=f"{rows:,}",
            most=f"{caps.rows:,}",
        ),
        field="file",
    )
