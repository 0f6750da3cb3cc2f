"""Rows of an address as Parquet by way of lines of JSON: types and bad rows are a file's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kpis.sources.base import ROW, Caps, LoadReport, Progress, ignore
from kpis.sources.databases.rows import SQL_TYPES
from kpis.sources.guard import literal, name, open_guarded
from kpis.sources.http.asking import Asked, Site
from kpis.sources.http.client import Client
from kpis.sources.http.fetching import fetch
from kpis.sources.jsonl import JsonOptions, JsonSource
from kpis.sources.marks import COLUMNS_CHANGED, After, spelled_as
from kpis.sources.parquet import WRITTEN, beside, describe, latest, put_in_place, sha256_of

PAGE_BYTES = 32_000_000
ENOUGH = 1_000  # rows of a sample
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows, and whether there are more."""

    rows: int
    complete: bool
    note: str


def client_of(site: Site, *, seconds: float, patience: float = PATIENCE) -> Client:
    return Client(site, seconds=seconds, page_bytes=PAGE_BYTES, patience=patience)


def knock(site: Site, *, seconds: float) -> None:
    """Raises where nobody answers, or where the token opens nothing."""
    with client_of(site, seconds=seconds) as client:
        client.knock(Asked().target(site))


def sample(site: Site, asked: Asked, target: Path, *, caps: Caps, seconds: float) -> Sample:
    """The first rows as lines of JSON at ``target``."""
    with client_of(site, seconds=seconds) as client, target.open("x", encoding="utf-8") as out:
        found = fetch(client, asked, out, caps=caps, enough=ENOUGH)
    return Sample(found.rows, found.complete, found.note)


def load(
    site: Site,
    asked: Asked,
    options: JsonOptions,
    target: Path,
    progress: Progress = ignore,
    *,
    caps: Caps,
    seconds: float,
    memory_mb: int = 512,
    after: After | None = None,
) -> LoadReport:
    """Write the rows to ``target`` as Parquet, or nothing there.

    ``after`` asks for the newer ones alone; where they have other columns than the live ones, all
    are asked for.
    """
    end = time.monotonic() + seconds
    if after is not None:
        report = _loaded(
            site, asked, options, target, progress, caps=caps, seconds=seconds,
            memory_mb=memory_mb, after=after,
        )  # fmt: skip
        if after.fits({column.name: column.type for column in report.columns}):
            return replace(report, read_after=after.bound)
        target.unlink()
    seconds = max(end - time.monotonic(), 1.0)
    report = _loaded(
        site, asked, options, target, progress, caps=caps, seconds=seconds, memory_mb=memory_mb,
        after=None,
    )  # fmt: skip
    return report if after is None else replace(report, read_all_for=COLUMNS_CHANGED)


def _loaded(
    site: Site,
    asked: Asked,
    options: JsonOptions,
    target: Path,
    progress: Progress,
    *,
    caps: Caps,
    seconds: float,
    memory_mb: int,
    after: After | None,
) -> LoadReport:
    began = time.monotonic()
    mark = "" if after is None else spelled_as(after, asked.mark_format)
    with beside(target, ".jsonl") as lines:
        with client_of(site, seconds=seconds) as client, lines.open("x", encoding="utf-8") as out:
            found = fetch(
                client, asked, out, progress, caps=caps, expected=list(options.types), mark=mark
            )
        if found.rows:
            roomy = replace(caps, bytes=caps.bytes * 4)  # names are repeated in every line
            report = JsonSource().load(
                lines, options, target, progress, caps=roomy, memory_mb=memory_mb
            )
        else:
            report = _nothing(target, options.types)
    return replace(
        report,
        source_bytes=found.bytes,
        source_sha256=found.digest.hexdigest(),
        seconds=round(time.monotonic() - began, 3),
        notes=(found.note, *report.notes),
    )


def _nothing(target: Path, types: Mapping[str, str]) -> LoadReport:
    """A table without rows, its columns those that are known."""
    began = time.monotonic()
    kinds = {**{column: SQL_TYPES[kind] for column, kind in types.items()}, ROW: "BIGINT"}
    select = ", ".join(f"NULL::{kind} AS {name(column)}" for column, kind in kinds.items())
    with beside(target) as part:
        connection = open_guarded([part])
        try:
            connection.execute(
                f"COPY (SELECT {select} WHERE false) TO {literal(str(part))} {WRITTEN}"
            )
            rows, columns = describe(connection, part)
        finally:
            connection.close()
        size, sha256 = part.stat().st_size, sha256_of(part)
        put_in_place(part, target)
    return LoadReport(
        rows=rows, bytes=size, source_bytes=0, source_sha256="", sha256=sha256, columns=columns,
        as_of=latest(columns), seconds=round(time.monotonic() - began, 3),
    )  # fmt: skip
