"""The seam through which the portal uses JSON: objects become rows of text, as in CSV."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb

from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, Progress
from kpis.sources.csv.adapter import TextSource
from kpis.sources.csv.bad import refuse_bad_rows
from kpis.sources.csv.dialect import Dialect
from kpis.sources.csv.encoding import check_size
from kpis.sources.csv.stage import Bytes, Staged, check_rows, write_clean
from kpis.sources.guard import explain, open_guarded
from kpis.sources.jsonl.reading import in_lines
from kpis.sources.jsonl.table import write_objects
from kpis.sources.parquet import beside, sha256_of
from kpis.sources.reading import Reading


@dataclass(frozen=True, slots=True)
class JsonOptions(Reading):
    """How to read JSON."""

    what: ClassVar[str] = _("a JSON file")


@contextlib.contextmanager
def staged(
    path: Path,
    options: JsonOptions,
    target: Path,
    progress: Progress,
    *,
    caps: Caps,
    memory_mb: int,
    sample_rows: int | None = None,
) -> Iterator[Staged]:
    """Stage the objects beside ``target``; all of them, whatever ``sample_rows`` says."""
    size = check_size(path, caps)
    with contextlib.ExitStack() as stack:
        clean = stack.enter_context(beside(target, ".clean"))
        stage = stack.enter_context(beside(target, ".stage"))
        objects = write_objects(path, clean, caps)
        if objects.bad.total and (options.bad_rows == "stop" or not objects.columns):
            raise refuse_bad_rows(objects.bad)
        names = objects.names
        connection = open_guarded([stage, clean, target], memory_mb=memory_mb)
        stack.callback(connection.close)
        places = list(range(len(names)))
        try:
            rows = write_clean(connection, clean, places, len(places), stage, progress)
        except duckdb.Error as error:
            raise explain(error, doing=_("reading the file")) from error
        note = _("A list of objects.") if not in_lines(path) else _("One object a line.")
        header = _("The keys of the objects name the columns.")
        result = Staged(
            connection=connection,
            source=Bytes(size, sha256_of(path)),
            dialect=Dialect(",", '"', header=False, names=names, dialect_note=note,
                            header_note=header),
            lines=objects.lines,
            rows=rows,
            bad=objects.bad,
            seen={},
            notes=objects.notes,
        )  # fmt: skip
        check_rows(result, caps)
        yield result


class JsonSource(TextSource):
    kind = "json"
    label = _("JSON lines")
    suffixes = (".jsonl", ".ndjson", ".json")
    answers = ("types", "null_tokens", "date_order", "time_zone", "bad_rows")
    reads_as = JsonOptions
    stager = staticmethod(staged)
