"""A file on its way in, against DuckDB's own reader, which checks nothing."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from kpis.sandbox.limits import Limits
from kpis.sources.csv import Options, load, profile
from tests.bench.rows import Row, against, interleaved
from tests.fixtures.eventlog import event_log
from tests.fixtures.stack import ROOT

GIVEN = ROOT.parent / "shared" / "data" / "uci498_incident_event_log.zip"
MEMBER = "incident_event_log.csv"
BYTES = 46_212_397
HOW = Options(null_tokens=("?",), date_order="day_first", time_zone="UTC")


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        path = incident_log(Path(folder))
        # A load is told what the look at the file has found, as in the portal.
        how = profile(path, HOW).options
        target = Path(folder) / "ours.parquet"
        bare = Path(folder) / "bare.parquet"

        def ours() -> None:
            target.unlink(missing_ok=True)
            load(path, how, target, memory_mb=Limits().memory_mb)

        def floor() -> None:
            with duckdb.connect(":memory:", config={"threads": 2}) as connection:
                connection.execute(
                    f"COPY (FROM read_csv('{path}', nullstr='?')) TO '{bare}' "
                    "(FORMAT parquet, COMPRESSION zstd)"
                )

        value, least = interleaved(3, ours, floor)
    yield against("import of a log of 46 MB", value, "ms", least, times=2)


def incident_log(folder: Path) -> Path:
    """The public log where it is at hand, else one of our own of the same size."""
    if GIVEN.is_file():
        with zipfile.ZipFile(GIVEN) as archive:
            return Path(archive.extract(MEMBER, folder))
    path = folder / MEMBER
    part = event_log(4_000)
    header, body = part.split("\n", 1)
    with path.open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        while file.tell() < BYTES:
            file.write(body if body.endswith("\n") else body + "\n")
    return path
