"""Inside the child: run gated SQL over its inputs and write what it gives."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import duckdb
from sqlglot import tokenize
from sqlglot.errors import SqlglotError

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.words import joined
from ace_portal.lib.words import sentence as _
from kpis.engine.stopping import stopped_after
from kpis.sandbox.gate import DIALECT, Gated, gate, refuse
from kpis.sandbox.limits import Limits
from kpis.sources.base import ROW, LoadReport, Value, check_names
from kpis.sources.guard import bare, explain, literal, name, open_guarded
from kpis.sources.parquet import WRITTEN, describe, latest, plain, sha256_of

PREVIEW_MOST = 200
ALIKE = 0.6  # from this likeness on, of 1, a name may be a slip of another
CELL = 500  # characters of a cell in a preview

_AS_INTEGER = "(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)"
_AS_TEXT = '(VARCHAR|UUID|TIME|ENUM.*|"NULL")'
_UNFIT = {
    "INTERVAL": _("a duration: count it with date_diff('second', …)"),
    "BLOB": _("raw bytes: leave it out"),
}


@dataclass(frozen=True, slots=True)
class Output:
    """One column that the query gives, and the SQL that brings it into one of our types."""

    name: str
    type: str
    sql: str


@contextmanager
def running(
    sql: str, inputs: Mapping[str, Path], target: Path | None, limits: Limits
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Gated]]:
    """A guarded database with the inputs as views, interrupted at the time limit."""
    gated = gate(sql, list(inputs))
    paths = [*inputs.values(), *([target] if target is not None else [])]
    connection = open_guarded(paths, memory_mb=limits.memory_mb, threads=limits.threads)
    try:
        with stopped_after(connection, limits.seconds):
            for slug, path in inputs.items():
                connection.execute(
                    f"CREATE VIEW {name(slug)} AS "
                    f"SELECT * FROM read_parquet({literal(str(path.absolute()))})"
                )
            yield connection, gated
    except duckdb.InterruptException as error:
        raise too_slow(limits) from error
    except (duckdb.Error, MemoryError) as error:
        raise in_words(error, sql) from error
    finally:
        connection.close()


def too_slow(limits: Limits) -> Invalid:
    """The refusal of a query that ran out of time."""
    return Invalid(
        _(
            "The query took longer than %(n)s seconds and was stopped. Read fewer rows, "
            "or check that each JOIN has its condition.",
            n=f"{limits.seconds:g}",
        ),
        field="sql",
    )


def materialise(sql: str, inputs: Mapping[str, Path], part: Path, limits: Limits) -> LoadReport:
    """Write the result to ``part``; the parent gives it its name."""
    began = time.monotonic()
    with running(sql, inputs, part, limits) as (connection, gated):
        columns = outputs(connection, gated)
        select = ", ".join(f"{column.sql} AS {name(column.name)}" for column in columns)
        if all(column.name.lower() != ROW for column in columns):
            select += f", row_number() OVER () AS {ROW}"
        connection.execute(
            f"COPY (SELECT {select} FROM ({gated.sql}) LIMIT {limits.rows + 1}) "
            f"TO {literal(str(part.absolute()))} {WRITTEN}"
        )
        rows, described = describe(connection, part)
        if rows > limits.rows:
            raise Invalid(
                _(
                    "The query gives more than %(n)s rows. Filter or group them.",
                    n=f"{limits.rows:,}",
                ),
                field="sql",
            )
    return LoadReport(
        rows=rows,
        bytes=part.stat().st_size,
        source_bytes=len(gated.sql.encode()),
        source_sha256=hashlib.sha256(gated.sql.encode()).hexdigest(),
        sha256=sha256_of(part),
        columns=described,
        as_of=latest(described),
        seconds=round(time.monotonic() - began, 3),
        sql=gated.sql,
    )


def preview(
    sql: str, inputs: Mapping[str, Path], limit: int, limits: Limits
) -> tuple[list[Output], list[list[Value]]]:
    """The first rows of the result."""
    with running(sql, inputs, None, limits) as (connection, gated):
        columns = outputs(connection, gated)
        select = ", ".join(column.sql for column in columns)
        rows = connection.execute(
            f"SELECT {select} FROM ({gated.sql}) LIMIT {min(max(limit, 0), PREVIEW_MOST)}"
        ).fetchall()
    return columns, [[_short(plain(cell)) for cell in row] for row in rows]


def outputs_of(sql: str, inputs: Mapping[str, Path], limits: Limits) -> list[Output]:
    """The columns that the query gives, without running it."""
    with running(sql, inputs, None, limits) as (connection, gated):
        return outputs(connection, gated)


def outputs(connection: duckdb.DuckDBPyConnection, gated: Gated) -> list[Output]:
    """Name and type of each column; Invalid for one that a dataset cannot hold."""
    found: list[Output] = []
    seen: set[str] = set()
    described = connection.execute(f"DESCRIBE {gated.sql}").fetchall()
    check_names([column for column, *_rest in described])
    for column, kind, *_rest in described:
        if column.casefold() in seen:
            raise Invalid(
                _(
                    "Two columns of the result are called “%(name)s”. Name one of them with AS.",
                    name=column,
                ),
                field="sql",
            )
        seen.add(column.casefold())
        if column.lower() == ROW and not re.fullmatch(_AS_INTEGER, kind):
            raise Invalid(_("The column “%(name)s” must be a row number.", name=ROW), field="sql")
        found.append(_output(column, kind))
    return found


def _output(column: str, kind: str) -> Output:
    quoted = name(column)
    if re.fullmatch(_AS_INTEGER, kind):
        return Output(column, "integer", f"CAST({quoted} AS BIGINT)")
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        return Output(column, "number", f"CAST({quoted} AS DOUBLE)")
    if re.fullmatch(_AS_TEXT, kind):
        return Output(column, "text", bare(f"CAST({quoted} AS VARCHAR)"))
    if kind in ("BOOLEAN", "DATE"):
        return Output(column, kind.lower(), quoted)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return Output(column, "timestamp", f"({quoted} AT TIME ZONE 'UTC')")
    if kind.startswith("TIMESTAMP"):
        return Output(column, "timestamp", f"CAST({quoted} AS TIMESTAMP)")
    what = _UNFIT.get(kind) or _("a list or a structure: take one value out of it")
    raise Invalid(_("The column “%(name)s” is %(what)s.", name=column, what=what), field="sql")


def _short(value: Value) -> Value:
    return value[:CELL] if isinstance(value, str) else value


def in_words(error: Exception, sql: str) -> PortalError:
    """What DuckDB says about typed SQL, with the place in the text that was typed."""
    text = str(error)
    match = re.search(r'Referenced column "(.+?)" not found', text) or re.search(
        r'does not have a column named "(.+?)"', text
    )
    if match:
        return _no_column(sql, match[1], re.search(r"Candidate bindings: (.+)", text))
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException) or "bad_alloc" in text:
        return Invalid(
            _(
                "The query needs more memory than it may use and was stopped. Read fewer rows, or "
                "group them earlier."
            ),
            field="sql",
        )
    if isinstance(error, duckdb.IOException):
        return explain(error, doing=_("running the query"), field="sql")
    first = re.sub(r"^[A-Za-z ]+ Error: ", "", text.splitlines()[0]) if text else _("it failed")
    what = first.rstrip(".!") if text else first
    return Invalid(_("The query does not run: %(what)s.", what=what), field="sql")


def _no_column(sql: str, name: str, hints: re.Match[str] | None) -> Invalid:
    start = _find(sql, name)
    known = re.findall(r'"([^"]+)"', hints[1]) if hints is not None else []
    quoted = [_("“%(value)s”", value=hint) for hint in known if _alike(name, hint)][:3]
    if not quoted:
        return refuse(sql, start, _("there is no column “%(name)s”", name=name))
    why = _(
        "there is no column “%(name)s”. Did you mean %(names)s?",
        name=name,
        names=joined(_(" or "), quoted),
    )
    return refuse(sql, start, why, end="")


def _alike(typed: str, known: str) -> bool:
    """Whether one may stand for the other: DuckDB names the nearest, however far that is."""
    bare = typed.rpartition(".")[2].casefold()
    return SequenceMatcher(None, bare, known.rpartition(".")[2].casefold()).ratio() >= ALIKE


def _find(sql: str, word: str) -> int | None:
    """Where the word stands in the typed text."""
    try:
        tokens = tokenize(sql, dialect=DIALECT)
    except SqlglotError:
        return None
    wanted = word.rpartition(".")[2].casefold()
    return next((token.start for token in tokens if token.text.casefold() == wanted), None)
