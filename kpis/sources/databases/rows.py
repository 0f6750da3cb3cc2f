"""Rows of a database as Parquet: through a pipe, so that neither memory nor disk holds them twice.

One thread writes what the database sends as CSV into a pipe, DuckDB reads it from there: fields
between commas, texts in double quotes, ``\\N`` without quotes for nothing.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import ROW, Caps, ClockChanges, LoadReport, Progress, ignore
from kpis.sources.databases.base import NO_PLACE, Attribute, Database, Place
from kpis.sources.guard import counting, explain, literal, name, open_guarded
from kpis.sources.marks import COLUMNS_CHANGED, After
from kpis.sources.parquet import beside, describe, latest, sha256_of
from kpis.sources.zones import odd_sql, steps, to_utc_sql, zone_named

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
READ = (
    "delim=',', quote='\"', escape='\"', nullstr='\\N', allow_quoted_nulls=false, header=false, "
    "auto_detect=false, parallel=false, max_line_size=4000000"
)
TICK = 0.3
NOTHING = "\\N"


@dataclass(slots=True)
class Counted:
    """A stream into the pipe that counts and hashes what goes through."""

    out: IO[bytes]
    size: int = 0
    lines: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.lines += data.count(b"\n")
        self.digest.update(data)
        self.out.write(data)
        return len(data)


@dataclass(slots=True)
class Writer:
    """The thread that asks the database, and what became of it."""

    send: Any
    pipe: Path
    counted: Counted | None = None
    error: BaseException | None = None

    def run(self) -> None:
        """Open the pipe first, whatever happens then: the reader waits for that."""
        with self.pipe.open("wb", buffering=1 << 20) as out:
            self.counted = Counted(out)
            try:
                self.send(self.counted)
            except BrokenPipeError:
                pass  # the reader has its own reason
            except BaseException as error:  # noqa: BLE001  it is raised where the rows are awaited
                self.error = error


def extract(
    database: Database,
    place: Place,
    query: str,
    part: Path,
    progress: Progress = ignore,
    *,
    caps: Caps,
    seconds: float,
    memory_mb: int = 512,
    time_zone: str = "UTC",
    after: After | None = None,
) -> LoadReport:
    """Write the rows of ``query`` to ``part`` as Parquet, stamps in UTC, and tell about them.

    ``_row`` counts them in the order in which they came. ``after`` asks for newer rows alone; where
    the columns are not those of the live load any more, all are read.
    """
    began = time.monotonic()
    with database.reading(place, seconds=seconds) as connection:
        database.check_rights(connection)
        attributes = database.attributes(connection, query)
        check_attributes(attributes)
        kept = [attribute for attribute in attributes if attribute.type]
        where = "" if after is None else database.newer(kept, after, time_zone)
        selected = database.selected(query, attributes, where=where, limit=caps.rows + 1)
        naive = [a.name for a in kept if a.naive] if time_zone != "UTC" else []
        with beside(part) as raw, piped(part) as pipe:
            first = raw if naive else part
            writer = Writer(lambda out: database.copy(connection, selected, kept, out), pipe)
            read(writer, kept, first, progress, memory_mb)
            changes = {}
            with guarded([first, part], memory_mb) as writes:
                if naive:
                    changes = _to_utc(writes, first, part, [a.name for a in kept], naive, time_zone)
                rows, columns = describe(writes, part)
    if rows > caps.rows:
        raise Invalid(
            _("There are more than %(n)s rows. Ask for fewer of them.", n=f"{caps.rows:,}"),
            field="sql",
        )
    assert writer.counted is not None
    progress(1, 1)
    return LoadReport(
        rows=rows,
        bytes=part.stat().st_size,
        source_bytes=writer.counted.size,
        source_sha256=writer.counted.digest.hexdigest(),
        sha256=sha256_of(part),
        columns=columns,
        as_of=latest(columns),
        seconds=round(time.monotonic() - began, 3),
        clock_changes=changes,
        sql=selected,
        read_after=after.bound if after is not None and where else None,
        read_all_for=COLUMNS_CHANGED if after is not None and not where else "",
    )


def check_attributes(attributes: Sequence[Attribute]) -> None:
    """Raise ``Invalid`` where a query's columns cannot be those of a dataset."""
    seen: set[str] = set()
    for attribute in attributes:
        if attribute.name.casefold() in seen:
            raise Invalid(
                _(
                    "Two columns of the result are called “%(name)s”. Name one of them with AS.",
                    name=attribute.name,
                ),
                field="sql",
            )
        seen.add(attribute.name.casefold())
    if ROW in seen:
        raise Invalid(
            _("The column “%(name)s” is the portal's own. Name it otherwise.", name=ROW),
            field="sql",
        )
    if not any(attribute.type for attribute in attributes):
        raise Invalid(_("No column is left: %(why)s.", why=NO_PLACE), field="sql")


@contextmanager
def piped(part: Path) -> Iterator[Path]:
    """A named pipe beside the target."""
    with beside(part, ".pipe") as path:
        os.mkfifo(path, 0o600)
        yield path


@contextmanager
def guarded(paths: Sequence[Path], memory_mb: int) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_guarded(paths, memory_mb=memory_mb)
    try:
        yield connection
    except (duckdb.Error, MemoryError) as error:
        raise explain(error, doing=_("writing the rows"), field="sql") from error
    finally:
        connection.close()


def read(
    writer: Writer,
    attributes: Sequence[Attribute],
    target: Path,
    progress: Progress,
    memory_mb: int,
) -> None:
    """Start the writer and write what comes through its pipe to ``target``."""
    columns = ", ".join(f"{literal(a.name)}: '{SQL_TYPES[a.type]}'" for a in attributes)
    sql = (
        f"COPY (SELECT *, row_number() OVER () AS {ROW} FROM "
        f"read_csv({literal(str(writer.pipe))}, columns={{{columns}}}, {READ})) "
        f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    )
    sending = threading.Thread(target=writer.run, daemon=True)
    with guarded([writer.pipe, target], memory_mb) as connection:
        reading = threading.Thread(target=_told(writer, progress, sending), daemon=True)
        sending.start()
        reading.start()
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            if writer.error is None:
                raise explain(error, doing=_("reading the rows"), field="sql") from error
        sending.join(60)
    if writer.error is not None:
        raise writer.error


def _told(writer: Writer, progress: Progress, sending: threading.Thread) -> Any:
    """Say how many rows came, until all did."""

    def tell() -> None:
        while sending.is_alive():
            if writer.counted is not None:
                progress(writer.counted.lines, 0)
            sending.join(TICK)

    return tell


def _to_utc(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    target: Path,
    columns: Sequence[str],
    naive: Sequence[str],
    time_zone: str,
) -> dict[str, ClockChanges]:
    """Rewrite ``source`` with stamps of the declared zone in UTC; what met a clock change."""
    table = f"read_parquet({literal(str(source))})"
    zone, changes, spelled = zone_named(time_zone), {}, {}
    for column in naive:
        value = name(column)
        years = connection.execute(
            f"SELECT DISTINCT year({value}) FROM {table} WHERE isfinite({value})"
        ).fetchall()
        known = steps(zone, [row[0] for row in years])
        spelled[column] = f"{to_utc_sql(value, known)} AS {value}"
        counts = connection.execute(
            f"SELECT {counting(odd_sql(value, known, skipped=True))}, "
            f"{counting(odd_sql(value, known, skipped=False))} FROM {table}"
        ).fetchone() or (0, 0)
        changes[column] = ClockChanges(moved_forward=counts[0], taken_as_first=counts[1])
    select = ", ".join([*(spelled.get(c, name(c)) for c in columns), ROW])
    connection.execute(
        f"COPY (SELECT {select} FROM {table} ORDER BY {ROW}) TO {literal(str(target))} "
        "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    )
    return changes


def written(rows: Iterable[Sequence[Any]], types: Sequence[str], out: IO[bytes]) -> None:
    """Rows as Python has them, as the pipe wants them."""
    lines: list[str] = []
    for row in rows:
        lines.append(",".join(cell(value, kind) for value, kind in zip(row, types, strict=True)))
        if len(lines) >= 2_000:
            out.write(("\n".join(lines) + "\n").encode())
            lines.clear()
    if lines:
        out.write(("\n".join(lines) + "\n").encode())


def cell(value: Any, kind: str) -> str:
    """One value of a column of that type."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal() if kind == "boolean":
            return "true" if value else "false"
        case int() | float() | Decimal():
            return repr(value) if isinstance(value, float) else str(value)
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return naive.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case timedelta():
            return f'"{value}"'
        case bytes():
            return NOTHING
        case _:
            text = str(value).replace("\0", "").replace('"', '""')
            return f'"{text}"'
