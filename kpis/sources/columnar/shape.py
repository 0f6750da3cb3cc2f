"""What a Parquet file says about itself: how much there is, and which columns can be taken over."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import ROW, Caps, ClockChanges
from kpis.sources.csv.bad import cell_too_long
from kpis.sources.csv.dialect import names_of
from kpis.sources.csv.encoding import check_size
from kpis.sources.csv.stage import too_many_rows
from kpis.sources.guard import bare, counting, explain, literal, name, open_guarded
from kpis.sources.zones import Step, odd_sql, steps, zone_named

MAGIC = b"PAR1"
SEALED = b"PARE"
INTEGER = re.compile(r"U?(TINY|SMALL|BIG)INT|U?INTEGER")
NUMBER = re.compile(r"FLOAT|DOUBLE|U?HUGEINT|DECIMAL.*")
TEXT = re.compile(r'VARCHAR|UUID|TIME|TIME WITH TIME ZONE|ENUM.*|JSON|"NULL"')
LEFT_OUT = {
    "BLOB": _("raw bytes"),
    "INTERVAL": _("a duration"),
    "BIT": _("bits"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A column that can be taken over, and the SQL that brings it into one of our types."""

    name: str
    type: str
    stored: str  # the type as the file calls it
    sql: str
    local: bool = False  # a timestamp without a zone

    def as_text(self) -> Taken:
        return Taken(self.name, "text", self.stored, bare(f"CAST({name(self.name)} AS VARCHAR)"))


@dataclass(frozen=True, slots=True)
class Table:
    """An open Parquet file."""

    connection: duckdb.DuckDBPyConnection
    source: str  # SQL that reads it, with file_row_number
    rows: int
    bytes: int
    columns: tuple[Taken, ...]
    left_out: tuple[tuple[str, str], ...]  # column, what it is

    def steps_of(self, column: Taken, zone: str) -> list[Step]:
        """What the clocks of the zone did in the years of a local timestamp."""
        if not column.local or zone == "UTC":
            return []
        years = self.connection.execute(
            f"SELECT DISTINCT year({column.sql}) AS y FROM {self.source} WHERE y IS NOT NULL"
        ).fetchall()
        return steps(zone_named(zone), [row[0] for row in years])

    def clock_changes(self, column: Taken, known: list[Step]) -> ClockChanges:
        """How many stamps of the column met a change of the clocks."""
        found = self.connection.execute(
            f"SELECT {counting(odd_sql('v', known, skipped=True))}, "
            f"{counting(odd_sql('v', known, skipped=False))} "
            f"FROM (SELECT {column.sql} AS v FROM {self.source})"
        ).fetchone() or (0, 0)
        return ClockChanges(moved_forward=found[0], taken_as_first=found[1])


@contextlib.contextmanager
def opened(
    path: Path, caps: Caps, *, target: Path | None = None, memory_mb: int = 512
) -> Iterator[Table]:
    """The file behind the guard, once it is known not to be too much."""
    size = check_size(path, caps)
    _check_ends(path)
    with contextlib.ExitStack() as stack:
        if target is None:
            target = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "none"
        connection = open_guarded([path, target], memory_mb=memory_mb)
        stack.callback(connection.close)
        source = f"read_parquet({literal(str(path.absolute()))}, file_row_number = true)"
        try:
            rows = _check_amount(connection, path, caps)
            columns, left_out = _columns(connection, source, caps)
            table = Table(connection, source, rows, size, columns, left_out)
            _check_texts(table, caps)
        except duckdb.Error as error:
            raise unreadable(error) from error
        yield table


def _check_ends(path: Path) -> None:
    with path.open("rb") as file:
        first = file.read(4)
        file.seek(max(path.stat().st_size - 4, 0))
        last = file.read(4)
    if SEALED in (first, last):
        raise Invalid(_("The Parquet file is encrypted. Send one without a key."), field="file")
    if first != MAGIC:
        raise Invalid(
            _("The name says Parquet, but the file is none. If it is text, call it .csv."),
            field="file",
        )
    if last != MAGIC:
        raise damaged()


def damaged() -> Invalid:
    return Invalid(
        _("The Parquet file is damaged or was cut off. Write it anew and send that."), field="file"
    )


def unreadable(error: duckdb.Error) -> Exception:
    """What DuckDB could not read, in words."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return explain(error, doing=_("reading the file"))
    if isinstance(error, duckdb.BinderException):
        return Invalid(
            _(
                "A column of the file is called “file_row_number”, a name that only the portal "
                "gives. Rename it."
            ),
            field="file",
        )
    if isinstance(error, duckdb.ConversionException):
        return Invalid(
            _("A number of the file is too large for a whole number. Read the column as text."),
            field="types",
        )
    return damaged()


def _check_amount(connection: duckdb.DuckDBPyConnection, path: Path, caps: Caps) -> int:
    """Rows and unpacked bytes by the file's own account, before anything is unpacked."""
    at = literal(str(path.absolute()))
    ((rows,),) = connection.execute(
        f"SELECT CAST(num_rows AS BIGINT) FROM parquet_file_metadata({at})"
    ).fetchall()
    ((unpacked,),) = connection.execute(
        f"SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata({at})"
    ).fetchall()
    if rows > caps.rows:
        raise too_many_rows(rows, caps)
    if unpacked > caps.unpacked_bytes:
        raise Invalid(
            _(
                "Unpacked, the file has %(size)s MB; at most %(most)s MB are allowed. Leave out "
                "columns or split it by time.",
                size=f"{unpacked / 1e6:,.1f}",
                most=f"{caps.unpacked_bytes / 1e6:,.1f}",
            ),
            field="file",
        )
    if rows == 0:
        raise Invalid(_("The file has column names and no rows."), field="file")
    return int(rows)


def _columns(
    connection: duckdb.DuckDBPyConnection, source: str, caps: Caps
) -> tuple[tuple[Taken, ...], tuple[tuple[str, str], ...]]:
    found = connection.execute(
        f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}"
    ).fetchall()
    if len(found) > caps.columns:
        raise Invalid(
            _(
                "The file has %(n)s columns; at most %(most)s are allowed.",
                n=f"{len(found):,}",
                most=f"{caps.columns:,}",
            ),
            field="file",
        )
    taken, left_out = [], []
    for column, kind, *_rest in found:
        read = _taken(column, kind)
        if column.casefold() == ROW:
            left_out.append((column, _("numbers of rows, which the portal counts itself")))
        elif read is None:
            what = LEFT_OUT.get(kind) or _("a list or a structure")
            left_out.append((column, what))
        else:
            taken.append(read)
    if not taken:
        raise Invalid(_("No column of the file holds plain values."), field="file")
    names_of([column.name for column in taken])
    return tuple(taken), tuple(left_out)


def _taken(column: str, kind: str) -> Taken | None:
    quoted = name(column)
    if INTEGER.fullmatch(kind):
        return Taken(column, "integer", kind, f"CAST({quoted} AS BIGINT)")
    if NUMBER.fullmatch(kind):
        value = f"CAST({quoted} AS DOUBLE)"
        return Taken(column, "number", kind, f"(CASE WHEN isfinite({value}) THEN {value} END)")
    if TEXT.fullmatch(kind):
        return Taken(column, "text", kind, bare(f"CAST({quoted} AS VARCHAR)"))
    if kind == "BOOLEAN":
        return Taken(column, "boolean", kind, quoted)
    if kind == "DATE":
        return Taken(column, "date", kind, f"(CASE WHEN isfinite({quoted}) THEN {quoted} END)")
    if kind.startswith("TIMESTAMP"):
        zoned = kind == "TIMESTAMP WITH TIME ZONE"
        value = f"({quoted} AT TIME ZONE 'UTC')" if zoned else f"CAST({quoted} AS TIMESTAMP)"
        sql = f"(CASE WHEN isfinite({value}) THEN {value} END)"
        return Taken(column, "timestamp", kind, sql, local=not zoned)
    return None


def _check_texts(table: Table, caps: Caps) -> None:
    texts = [column.sql for column in table.columns if column.type == "text"]
    if not texts:
        return
    longest = ", ".join(f"max(length({text}))" for text in texts)
    found = table.connection.execute(
        f"SELECT greatest({longest}, 0) FROM {table.source}"
    ).fetchone()
    if found is not None and found[0] > caps.cell_characters:
        either = " OR ".join(f"length({text}) > {caps.cell_characters}" for text in texts)
        at = table.connection.execute(
            f"SELECT min(file_row_number) + 1 FROM {table.source} WHERE {either}"
        ).fetchone()
        raise cell_too_long(at[0] if at else 0, caps)


def checked_types(table: Table, types: Mapping[str, str]) -> tuple[Taken, ...]:
    """The columns as a person wants them: as the file says, or as text."""
    known = {column.name: column for column in table.columns}
    for column, kind in types.items():
        if column not in known:
            raise Invalid(
                _(
                    "The file has no column “%(name)s”. Its columns: %(columns)s.",
                    name=column,
                    columns=", ".join(list(known)[:20]),
                ),
                field="types",
            )
        if kind not in (known[column].type, "text"):
            raise Invalid(
                _(
                    "The file says what “%(name)s” is: it can be read so, or as text.",
                    name=column,
                ),
                field="types",
                column=column,
            )
    return tuple(
        column.as_text()
        if types.get(column.name, column.type) == "text" and column.type != "text"
        else column
        for column in table.columns
    )
