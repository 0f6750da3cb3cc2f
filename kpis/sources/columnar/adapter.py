"""The seam through which the portal uses Parquet files: their types are taken at their word."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from ace_portal.lib.words import joined
from ace_portal.lib.words import sentence as _
from kpis.sources.base import ROW, Caps, LoadReport, Progress, ignore
from kpis.sources.columnar.shape import Table, Taken, checked_types, opened, unreadable
from kpis.sources.csv.orders import CHOSEN
from kpis.sources.guard import explain, literal, name, run_reporting
from kpis.sources.kinds import FileSource
from kpis.sources.parquet import WRITTEN, beside, describe, latest, plain, put_in_place, sha256_of
from kpis.sources.reading import ColumnProfile, Profile, Reading
from kpis.sources.zones import Step, to_utc_sql

PREVIEW_ROWS = 50
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class ColumnarOptions(Reading):
    """How to read a Parquet file."""

    what: ClassVar[str] = _("a Parquet file")


class ParquetSource(FileSource):
    kind = "parquet"
    label = _("Parquet file")
    suffixes = (".parquet", ".pq")
    answers = ("types", "time_zone")

    def options(self, data: Mapping[str, Any]) -> ColumnarOptions:
        return ColumnarOptions.from_json(data)

    def profile_from_json(self, data: Mapping[str, Any]) -> Profile:
        return Profile.from_json(data, ColumnarOptions)

    def profile(
        self, path: Path, options: Reading | None = None, *, caps: Caps | None = None
    ) -> Profile:
        asked = options or ColumnarOptions()
        with opened(path, caps or Caps()) as table:
            columns = checked_types(table, asked.types)
            try:
                return _profile(table, columns, asked)
            except duckdb.Error as error:
                raise unreadable(error) from error

    def check(self, path: Path, options: Reading, *, caps: Caps | None = None) -> None:
        self.profile(path, options, caps=caps)

    def load(
        self,
        path: Path,
        options: Reading,
        target: Path,
        progress: Progress = ignore,
        *,
        caps: Caps | None = None,
        memory_mb: int = 512,
    ) -> LoadReport:
        """Take the columns over; ``_row`` is the place of the row in the file, from 1."""
        began = time.monotonic()
        try:
            with (
                beside(target) as part,
                opened(path, caps or Caps(), target=part, memory_mb=memory_mb) as table,
            ):
                taken = checked_types(table, options.types)
                known = {c.name: table.steps_of(c, options.time_zone) for c in taken}
                _write(table, taken, known, part, progress)
                rows, columns = describe(table.connection, part)
                size, sha256 = part.stat().st_size, sha256_of(part)
                put_in_place(part, target)
                return LoadReport(
                    rows=rows,
                    bytes=size,
                    source_bytes=table.bytes,
                    source_sha256=sha256_of(path),
                    sha256=sha256,
                    columns=columns,
                    as_of=latest(columns),
                    seconds=round(time.monotonic() - began, 3),
                    clock_changes={
                        c.name: table.clock_changes(c, known[c.name])
                        for c in taken
                        if known[c.name]
                    },
                    notes=_notes(table),
                )
        except duckdb.ConversionException as error:
            raise unreadable(error) from error
        except (duckdb.Error, OSError, MemoryError) as error:
            raise explain(error, doing=_("loading the file")) from error


def _write(
    table: Table,
    columns: tuple[Taken, ...],
    known: Mapping[str, list[Step]],
    part: Path,
    progress: Progress,
) -> None:
    select = ", ".join(
        f"{to_utc_sql(column.sql, known[column.name])} AS {name(column.name)}" for column in columns
    )
    run_reporting(
        table.connection,
        f"COPY (SELECT {select}, CAST(file_row_number + 1 AS BIGINT) AS {ROW} "
        f"FROM {table.source}) "
        f"TO {literal(str(part))} {WRITTEN}",
        progress,
        start=5,
        stop=95,
    )


def _profile(table: Table, columns: tuple[Taken, ...], asked: Reading) -> Profile:
    parts = [f"count({c.sql}), approx_count_distinct({c.sql}), max({c.sql})" for c in columns]
    facts = table.connection.execute(f"SELECT {', '.join(parts)} FROM {table.source}").fetchall()[0]
    shown = table.connection.execute(
        f"SELECT {', '.join(column.sql for column in columns)} FROM {table.source} "
        f"ORDER BY file_row_number LIMIT {PREVIEW_ROWS}"
    ).fetchall()
    preview = tuple(tuple(_said(cell) for cell in row) for row in shown)
    chosen = {column for column, kind in asked.types.items() if kind == "text"}
    return Profile(
        options=replace(asked, types={column.name: column.type for column in columns}),
        bytes=table.bytes,
        rows=table.rows,
        complete=True,
        encoding_note="",
        dialect_note="",
        header_note=_("Names and types are in the file."),
        columns=tuple(
            _column(
                column, original.type, facts[3 * i], facts[3 * i + 1], table.rows,
                [row[i] for row in preview], asked=column.name in chosen,
            )
            for i, (column, original) in enumerate(zip(columns, table.columns, strict=True))
        ),
        null_candidates=(),
        needs=(),
        preview=preview,
        notes=_notes(table),
        as_of=_as_of(columns, [facts[3 * i + 2] for i in range(len(columns))]),
    )  # fmt: skip


def _column(
    column: Taken,
    original: str,
    filled: int,
    distinct: int,
    rows: int,
    cells: list[str],
    *,
    asked: bool,
) -> ColumnProfile:
    reason = _("The file says so: %(type)s.", type=column.stored)
    return ColumnProfile(
        name=column.name,
        type=column.type,
        reason=CHOSEN if asked and original != "text" else reason,
        nulls=rows - filled,
        distinct=distinct,
        examples=tuple(dict.fromkeys(cell for cell in cells if cell))[:EXAMPLES],
        choices=tuple(dict.fromkeys((original, "text"))),
    )


def _said(cell: object) -> str:
    value = plain(cell)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _as_of(columns: tuple[Taken, ...], greatest: list[Any]) -> str | None:
    """The latest timestamp, with "Z" where it is an instant; the latest day where there is none."""
    stamps = [
        (greatest[i], column)
        for i, column in enumerate(columns)
        if column.type == "timestamp" and greatest[i] is not None
    ]
    if not stamps:
        days = (
            greatest[i]
            for i, column in enumerate(columns)
            if column.type == "date" and greatest[i] is not None
        )
        return str(max(days, default="")) or None
    latest_of_all = max(moment for moment, _column in stamps)
    fixed = not any(column.local for _moment, column in stamps)
    return str(latest_of_all.isoformat(sep=" ")) + ("Z" if fixed else "")


def _notes(table: Table) -> tuple[str, ...]:
    if not table.left_out:
        return ()
    named = [
        _("“%(name)s” (%(what)s)", name=column[:100], what=what)
        for column, what in table.left_out[:20]
    ]
    return (_("Left out: %(columns)s.", columns=joined(", ", named)),)
