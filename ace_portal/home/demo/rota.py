"""The planner's database of a service desk that does not exist: who is on duty, shift by shift."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

DAYS = 182
LATELY = 7  # days that the planner adds after the portal has read the rest

TABLE = """\
CREATE TABLE shifts (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    team TEXT NOT NULL,
    shift TEXT NOT NULL,
    agents INTEGER NOT NULL,
    hours REAL NOT NULL,
    lead TEXT,
    changed_at TEXT NOT NULL
)
"""

#: team → how many are there early and late, and who leads
TEAMS = {
    "Identity": (3, 2, ("Okafor", "Lind")),
    "Applications": (4, 2, ("Brandt", "Silva")),
    "Network": (3, 1, ("Beck", "Haddad")),
    "End-user computing": (4, 2, ("Moreno", "Novak")),
    "Service desk": (6, 4, ("Nair", "Okoro")),
}
ON_WEEKENDS = ("Network", "Service desk")

Shift = tuple[int, str, str, str, int, float, str | None, str]


def write_rota(path: Path, *, until: date) -> None:
    """A new file with the shifts up to a week before the end of ``until``. Stamps are UTC."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as planner, planner:
        planner.execute(TABLE)
    _write(path, [shift for shift, day in shifts(until) if day <= until - timedelta(days=LATELY)])


def add_last_week(path: Path, *, until: date) -> None:
    """What the planner has written since."""
    _write(path, [shift for shift, day in shifts(until) if day > until - timedelta(days=LATELY)])


def _write(path: Path, rows: list[Shift]) -> None:
    with closing(sqlite3.connect(path)) as planner, planner:
        planner.executemany("INSERT INTO shifts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def shifts(until: date, seed: int = 11) -> Iterator[tuple[Shift, date]]:
    """Every shift with its day, in order; in the last week somebody forgot to name three leads."""
    chance = random.Random(seed)
    number = 0
    for back in range(DAYS, -1, -1):
        day = until - timedelta(days=back)
        for team, (early, late, leads) in TEAMS.items():
            for name, planned, begins in (("Early", early, 7), ("Late", late, 13)):
                if day.weekday() > 4 and (team not in ON_WEEKENDS or name == "Late"):
                    continue
                number += 1
                agents = planned if day.weekday() < 5 else 1
                agents -= agents > 1 and chance.random() < 0.15  # somebody is ill
                lead = None if (back, name) in FORGOTTEN.get(team, ()) else leads[name == "Late"]
                changed = datetime(day.year, day.month, day.day, begins)
                yield (
                    (number, day.isoformat(), team, name, agents, agents * 7.5, lead,
                     changed.isoformat(sep=" ")),
                    day,
                )  # fmt: skip


#: team → (days before the last one, shift) without a lead; the desk works every day
FORGOTTEN = {"Service desk": ((6, "Early"), (4, "Early"), (1, "Early"))}
