"""Rows that come in pieces are the whole; who reads no further leaves nobody waiting."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ace_portal.lib.errors import PortalError
from kpis.sources.base import Caps, LoadReport, ignore
from kpis.sources.databases import pipes
from kpis.sources.databases.pipes import Writer, started
from kpis.sources.databases.registry import database_of
from kpis.sources.databases.rows import extract
from tests.fixtures.databases import ROWS, Outside, file_database


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    return file_database("duckdb", tmp_path_factory.mktemp("outside"))


def taken(outside: Outside, target: Path, query: str = "", **how: Any) -> LoadReport:
    database = database_of(outside.place.kind)
    return extract(
        database, outside.place, query or outside.orders, target, caps=Caps(), seconds=30, **how
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_pieces_are_the_whole(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    whole = taken(outside, tmp_path / "whole.parquet", time_zone=zone)
    pieces: list[Path] = []
    new = pipes.Pieces.new
    monkeypatch.setattr(pipes.Pieces, "new", lambda self: pieces.append(new(self)) or pieces[-1])
    monkeypatch.setattr(pipes, "AT_ONCE", 20_000)
    monkeypatch.setattr("kpis.sources.databases.rows.WRITTEN_AT_ONCE", 50)
    many = taken(outside, tmp_path / "many.parquet", time_zone=zone)

    assert len(pieces) > 3
    assert (many.rows, many.columns, many.source_sha256) == (
        ROWS, whole.columns, whole.source_sha256,
    )  # fmt: skip
    assert many.clock_changes == whole.clock_changes
    same = duckdb.sql(
        f"SELECT count(*) FROM '{tmp_path / 'whole.parquet'}' a "
        f"POSITIONAL JOIN '{tmp_path / 'many.parquet'}' b WHERE a IS DISTINCT FROM b"
    ).fetchall()
    assert same == [(0,)]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["many.parquet", "whole.parquet"]


def test_nothing_is_a_file_without_rows(outside: Outside, tmp_path: Path) -> None:
    none = taken(outside, tmp_path / "none.parquet", f"{outside.orders} WHERE id < 0")

    assert (none.rows, len(none.columns)) == (0, 10)


def test_reader_that_fails_lets_the_writer_go(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "AT_ONCE", 20_000)
    monkeypatch.setattr("kpis.sources.databases.rows.WRITTEN_AT_ONCE", 50)
    monkeypatch.setattr("kpis.sources.databases.rows.READ", "auto_detect=false, no_such=1")
    before = threading.active_count()

    with pytest.raises(PortalError, match="while reading the rows"):
        taken(outside, tmp_path / "rows.parquet")

    assert threading.active_count() <= before + 1  # the one that tells ends with its next look
    assert list(tmp_path.iterdir()) == []


def test_who_waits_with_the_next_pipe_is_let_go(tmp_path: Path) -> None:
    def send(writer: Writer) -> None:
        for _turn in range(100):
            writer.write(b"1\n" * 10)

    writer = Writer(send, tmp_path / "rows", at_once=20)
    with started(writer, ignore) as waiting, next(waiting).open("rb") as pipe:
        assert pipe.read() == b"1\n" * 10

    assert writer.error is None
    assert writer.lines <= 20  # of a thousand
    assert list(tmp_path.iterdir()) == []
