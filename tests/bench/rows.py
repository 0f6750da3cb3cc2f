"""One line of the result, the table of all of them, and the file."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HEAD = ("what", "value", "unit", "floor", "ratio", "goal", "met")


@dataclass(frozen=True)
class Row:
    """A figure; ``floor`` is the least that the same work costs without the portal."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        met = {True: "yes", False: "NO", None: ""}[self.met]
        return (
            self.name, written(self.value), self.unit, written(self.floor), written(self.ratio),
            self.goal, met,
        )  # fmt: skip


def at_most(name: str, value: float, unit: str, limit: float) -> Row:
    """A figure that has a limit of its own."""
    return Row(name, value, unit, goal=f"≤ {limit:g} {unit}", met=value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Row:
    return Row(name, value, unit, goal=f"≥ {limit:g} {unit}", met=value >= limit)


def against(
    name: str, value: float, unit: str, floor: float, *, times: float | None = None,
    more: float | None = None,
) -> Row:  # fmt: skip
    """A figure whose limit is ``times`` its floor, or the floor and ``more``."""
    ratio = value / floor
    if times is not None:
        return Row(name, value, unit, floor, ratio, f"≤ {times:g} × floor", ratio <= times)
    assert more is not None
    return Row(name, value, unit, floor, ratio, f"≤ floor + {more:g} {unit}", value - floor <= more)


def written(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def table(rows: Sequence[Row]) -> str:
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    numbers = {1, 3, 4}
    return "".join(
        "  ".join(
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def write(rows: Sequence[Row], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    text = json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def interleaved(times: int, *works: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, taken in turns: a noisy machine is noisy for all of them."""
    taken: list[list[float]] = [[] for _work in works]
    for work in works:
        work()
    for _turn in range(times):
        for place, work in enumerate(works):
            began = time.perf_counter()
            work()
            taken[place].append((time.perf_counter() - began) * 1000)
    return [statistics.median(some) for some in taken]
