"""Rows of a database as Parquet, through pipes, so that memory holds a few of them at a time.

One thread writes what the database sends as CSV into a pipe, DuckDB reads it from there: fields
between commas, texts in double quotes, ``\\N`` without quotes for nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import IO, Any

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import (
    ROW,
    Caps,
    ClockChanges,
    LoadReport,
    Progress,
    check_names,
    ignore,
)
from kpis.sources.databases.base import NO_PLACE, Attribute, Database, Place
from kpis.sources.databases.pipes import Pieces, Writer, pieces_beside, started
from kpis.sources.guard import counting, explain, listed, literal, name, open_guarded
from kpis.sources.marks import COLUMNS_CHANGED, After
from kpis.sources.parquet import WRITTEN, describe, latest, sha256_of
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
NOTHING = "\\N"
WRITTEN_AT_ONCE = 2_000  # rows


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
        writer = Writer(partial(database.copy, connection, selected, kept), part.absolute())
        with pieces_beside(part) as pieces:
            read(writer, kept, pieces, progress, memory_mb)
            with guarded([*pieces.paths, part], memory_mb) as writes:
                names = [attribute.name for attribute in kept]
                changes = _join(writes, pieces.paths, part, names, naive, time_zone)
                rows, columns = describe(writes, part)
    if rows > caps.rows:
        raise Invalid(
            _("There are more than %(n)s rows. Ask for fewer of them.", n=f"{caps.rows:,}"),
            field="sql",
        )
    progress(1, 1)
    return LoadReport(
        rows=rows,
        bytes=part.stat().st_size,
        source_bytes=writer.size,
        source_sha256=writer.digest.hexdigest(),
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
    check_names([attribute.name for attribute in attributes])
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
    pieces: Pieces,
    progress: Progress,
    memory_mb: int,
) -> None:
    """Start the writer and write what comes through each of its pipes to a piece of Parquet."""
    columns = ", ".join(f"{literal(a.name)}: '{SQL_TYPES[a.type]}'" for a in attributes)
    with started(writer, progress) as pipes:
        for pipe in pipes:
            piece = pieces.new()
            source = f"read_csv({literal(str(pipe))}, columns={{{columns}}}, {READ})"
            sql = (
                f"COPY (SELECT *, row_number() OVER () + {pieces.rows} AS {ROW} FROM {source}) "
                f"TO {literal(str(piece))} {WRITTEN}"
            )
            with open_guarded([pipe, piece], memory_mb=memory_mb) as connection:
                try:
                    ((count,),) = connection.execute(sql).fetchall()
                except duckdb.Error as error:
                    if writer.error is None:
                        raise explain(error, doing=_("reading the rows"), field="sql") from error
                    break
            pieces.rows += count
    if writer.error is not None:
        raise writer.error


def _join(
    connection: duckdb.DuckDBPyConnection,
    pieces: Sequence[Path],
    target: Path,
    columns: Sequence[str],
    naive: Sequence[str],
    time_zone: str,
) -> dict[str, ClockChanges]:
    """Write the pieces to ``target``, stamps of the zone in UTC; what met a clock change."""
    if len(pieces) == 1 and not naive:
        pieces[0].replace(target)
        return {}
    table = f"read_parquet([{listed([str(path) for path in pieces])}])"
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
    connection.execute(f"COPY (SELECT {select} FROM {table}) TO {literal(str(target))} {WRITTEN}")
    return changes


def written(rows: Iterable[Sequence[Any]], types: Sequence[str], out: IO[bytes]) -> None:
    """Rows as Python has them, as the pipe wants them."""
    lines: list[str] = []
    for row in rows:
        lines.append(",".join(cell(value, kind) for value, kind in zip(row, types, strict=True)))
        if len(lines) >= WRITTEN_AT_ONCE:
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
