"""Snapshots as Parquet: describe what was written, then put it in place at once or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from kpis.sources.base import ROW, Column, Value
from kpis.sources.guard import literal, name

READ_ONLY = 0o440
#: how every load is written; rows stay in order whatever the plan of the query is
WRITTEN = "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, PRESERVE_ORDER)"
SHOWN = 100  # characters of a text's least and greatest value

TYPE_OF = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


@contextlib.contextmanager
def beside(target: Path, suffix: str = ".part") -> Iterator[Path]:
    """A name in the target's folder that is gone at the end, whatever happens."""
    path = target.absolute().with_name(f".{target.name}.{uuid.uuid4().hex}{suffix}")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The file's sha256, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put_in_place(part: Path, target: Path) -> None:
    """Make the finished file durable and read-only, and give it its name in one step."""
    part.chmod(READ_ONLY)
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(target)
    folder = os.open(target.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def describe(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, tuple[Column, ...]]:
    """Rows and columns of a Parquet file.

    DuckDB finds least and greatest values in the notes that the file has of itself, as long as
    nothing that is asked along has to be read; so they are asked apart, kind by kind.
    """
    source = f"read_parquet({literal(str(path.absolute()))})"
    found = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    shape = [(column, kind) for column, kind, *_more in found]

    def one(parts: Sequence[str]) -> tuple[Any, ...]:
        row = connection.execute(f"SELECT {', '.join(parts)} FROM {source}").fetchone()
        if row is None:
            raise RuntimeError("an aggregate without groups always has one row")
        return row

    ends: dict[str, tuple[Any, Any]] = {}
    for alike in dict.fromkeys(kind for _column, kind in shape):
        columns = [column for column, kind in shape if kind == alike]
        edges = one([end for column in columns for end in _ends(column, alike)])
        ends |= zip(columns, zip(edges[::2], edges[1::2], strict=True), strict=True)
    counts = [f"count({name(column)})" for column, _kind in shape]
    distinct = [
        "NULL" if column == ROW else f"approx_count_distinct({name(column)})"
        for column, _kind in shape
    ]
    rows, *facts = one(["count(*)", *counts, *distinct])
    told = []
    for place, (column, kind) in enumerate(shape):
        low, high = ends[column]
        filled, some = facts[place], facts[len(shape) + place]
        told.append(Column(column, TYPE_OF[kind], rows - filled, plain(low), plain(high), some))
    return int(rows), tuple(told)


def _ends(column: str, kind: str) -> tuple[str, str]:
    low, high = f"min({name(column)})", f"max({name(column)})"
    if kind == "VARCHAR":
        return f"left({low}, {SHOWN})", f"left({high}, {SHOWN})"
    return low, high


def plain(value: object) -> Value:
    """A value of the database as JSON can carry it."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def latest(columns: tuple[Column, ...]) -> str | None:
    """The greatest timestamp of all columns, the greatest day where there is none: the data's
    as-of, as far as the data can tell."""
    for kind in ("timestamp", "date"):
        stamps = [c.max for c in columns if c.type == kind and isinstance(c.max, str)]
        if stamps:
            return max(stamps)
    return None
