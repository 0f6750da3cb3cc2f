"""DuckDB that reads the files it was given and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import duckdb

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Progress

TICK = 0.2  # seconds between two reports of progress


def literal(value: str) -> str:
    """The value as an SQL string."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """The value as an SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


def bare(text: str) -> str:
    """SQL for a text without the sign of no character, which no database of ours keeps."""
    return f"replace({text}, chr(0), '')"


def listed(values: Sequence[str]) -> str:
    """The values as a comma-separated row of SQL strings."""
    return ", ".join(literal(value) for value in values)


def among(value: str, values: Sequence[str]) -> str:
    """The condition that the value is one of these strings; false where there is no value.

    DuckDB makes a join of a long ``IN``, and after a join it writes a file on one thread.
    """
    return f"(coalesce(list_position([{listed(values)}], {value}), 0) > 0)"


def counting(condition: str) -> str:
    """SQL for the number of rows that meet the condition; 0, not null, when none has a value."""
    return f"count(CASE WHEN {condition} THEN 1 END)"


def open_guarded(
    paths: Sequence[Path], *, memory_mb: int = 512, threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """A database in memory that may touch exactly these files, locked.

    The order matters: external access goes off after the paths are known, and the lock comes last.
    ``COPY … TO`` over one of the paths stays possible, so only trusted SQL or SQL behind the gate
    may run here.
    """
    connection = duckdb.connect(":memory:")
    allowed = listed([str(path.absolute()) for path in paths])
    for setting in (
        f"threads = {int(threads)}",
        f"memory_limit = '{int(memory_mb)}MB'",
        "temp_directory = ''",
        "TimeZone = 'UTC'",
        "enable_progress_bar = true",
        "enable_progress_bar_print = false",
        "python_enable_replacements = false",
        "python_scan_all_frames = false",
        "autoload_known_extensions = false",
        "autoinstall_known_extensions = false",
        "allow_community_extensions = false",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def run_reporting(
    connection: duckdb.DuckDBPyConnection, sql: str, progress: Progress, *, start: int, stop: int
) -> None:
    """Run a statement that returns nothing and report how far it is, as percent of the whole."""
    progress(start, 100)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, sql)
        try:
            while not running.done():
                wait([running], timeout=TICK)
                done = max(connection.query_progress(), 0.0) / 100
                progress(start + (stop - start) * done, 100)
        except BaseException:
            connection.interrupt()
            raise
        running.result()
    progress(stop, 100)


def explain(error: Exception, *, doing: str, field: str = "file") -> PortalError:
    """The failure of the machine in words: ``doing``, Words itself, completes "while …"."""
    text = str(error)
    if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)) or "bad_alloc" in text:
        return Invalid(
            _(
                "The memory was not enough while %(doing)s. "
                "Use a smaller file or ask for fewer rows.",
                doing=doing,
            ),
            field=field,
        )
    if "No space left" in text:
        return Temporary(
            _(
                "The disk is full, so the portal stopped while %(doing)s. Nothing was changed. "
                "Try again when there is space.",
                doing=doing,
            )
        )
    if "File too large" in text:
        return Invalid(
            _("The result grew over the size limit while %(doing)s.", doing=doing), field=field
        )
    first = text.splitlines()[0] if text else type(error).__name__
    return PortalError(
        _("Something failed while %(doing)s: %(what)s", doing=doing, what=first), field=field
    )
