"""Two small loads to query."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

Inputs = dict[str, Path]


@pytest.fixture(autouse=True)
def _started(started_children: None) -> None:
    """How a child comes to be is part of what is tested here."""


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    events, teams = tmp_path / "events.parquet", tmp_path / "teams.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'INC' || (i // 3) AS number, i % 5 AS hops, i / 4 AS cost, "
            "i % 2 = 0 AS met, TIMESTAMP '2024-01-01' + to_hours(i) AS opened, "
            "DATE '2024-01-01' + CAST(i AS INTEGER) AS day, 'T' || (i % 4) AS team, "
            f"i + 1 AS _row FROM range(60) AS r(i)) TO '{events}' (FORMAT parquet)"
        )
        connection.execute(
            f"COPY (SELECT 'T' || i AS team, 'Team ' || i AS label FROM range(4) AS r(i)) "
            f"TO '{teams}' (FORMAT parquet)"
        )
    return {"event-log": events, "teams": teams}
