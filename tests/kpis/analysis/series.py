"""Generated series with labels: season, trend and noise are made, odd figures are put in."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from kpis.analysis.seasons import explain

NOISE = 3.0
SEED, EACH = 20_261_123, 8
SHAPES = ("flat", "slope", "bend")
#: what it is called, the length of a season, how many figures
KINDS = (
    ("hours, a season a day", 24, 672),
    ("days, a season a week", 7, 182),
    ("weeks, a season a year", 52, 208),
    ("months, a season a year", 12, 60),
    ("months, too few for a season", 1, 30),
)


@dataclass(frozen=True)
class Labelled:
    values: list[float]
    odd: list[bool]


def labelled(shape: str, season: int, count: int, chance: random.Random) -> Labelled:
    """Three in a hundred are odd: six to ten standard deviations of the noise away."""
    values, odd = [], []
    for n in range(count):
        value = 100.0 + chance.gauss(0, NOISE)
        if season > 1:
            turn = 2 * math.pi * n / season
            value += 10 * math.sin(turn) + 4 * math.cos(2 * turn)
        if shape == "slope":
            value += 0.15 * n
        elif shape == "bend":
            value += 12 * math.sin(3 * n / count)
        is_odd = chance.random() < 0.03
        if is_odd:
            value += chance.choice((-1, 1)) * chance.uniform(6, 10) * NOISE
        values.append(value)
        odd.append(is_odd)
    return Labelled(values, odd)


@dataclass(frozen=True)
class Score:
    """Of what was marked so much was odd; of what was odd so much was marked."""

    kind: str
    odd: int
    precision: float
    recall: float


def score(kind: str, season: int, count: int) -> Score:
    chance = random.Random(SEED + season)
    right = marked = odd = 0
    for shape in SHAPES:
        for _series in range(EACH):
            series = labelled(shape, season, count, chance)
            flags = list(_flags(series.values, season))
            right += sum(f and o for f, o in zip(flags, series.odd, strict=True))
            marked += sum(flags)
            odd += sum(series.odd)
    return Score(kind, odd, right / marked, right / odd)


def _flags(values: list[float], season: int) -> Iterator[bool]:
    for value, usual in zip(values, explain(values, season).usual, strict=True):
        yield usual is not None and not usual.low <= value <= usual.high


def table() -> str:
    """The rows of docs/anomalies.md."""
    scores = [score(*kind) for kind in KINDS]
    return "\n".join(f"| {s.kind} | {s.odd} | {s.precision:.2f} | {s.recall:.2f} |" for s in scores)
