"""Files to read, and a way to look at what came of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str, *, encoding: str = "utf-8", name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return to_file


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "loads"
    folder.mkdir()
    return folder / "load.parquet"


def rows_of(path: Path, sql: str = "SELECT * FROM load ORDER BY _row") -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW load AS SELECT * FROM read_parquet('{path}')")
        return connection.execute(sql).fetchall()


@pytest.fixture
def event_log(write: Write) -> Path:
    """Several rows per case, "?" for nothing, dates with the day first, one row per event."""
    chance = random.Random(7)
    lines = ["number,state,made_sla,reopen_count,assigned_to,opened_at,updated_at,resolved_at"]
    start = datetime(2016, 2, 29, 1, 16)
    for case in range(900):
        opened = start + timedelta(minutes=37 * case)
        events = chance.randint(1, 4)
        for event in range(events):
            last = event == events - 1
            updated = opened + timedelta(hours=event + 1)
            who = "?" if chance.random() < 0.3 else f"Resolver {chance.randint(1, 90)}"
            resolved = "?" if case % 10 == 0 else _day_first(updated)
            lines.append(
                f"INC{case:07},{'Closed' if last else 'Active'},{str(case % 3 > 0).lower()},"
                f"{case % 4},{who},{_day_first(opened)},{_day_first(updated)},{resolved}"
            )
    return write("\n".join(lines) + "\n")


def _day_first(moment: datetime) -> str:
    return f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"
