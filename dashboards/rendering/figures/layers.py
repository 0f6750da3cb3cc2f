"""The parts of a whole, on each other: six at most, the smaller ones together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.colours import MUTED
from dashboards.rendering.figures.series import (
    NAME_LIMIT,
    Segment,
    Slot,
    hover,
    series_of,
)
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Figure, Point, Result

MAX_PARTS = 6


@dataclass(frozen=True, slots=True)
class Layer:
    """One part over time, in display units: ``bases`` is where each of its values begins."""

    name: str
    colour: str
    values: list[float | None]
    bases: list[float]
    texts: list[str]

    @property
    def tops(self) -> list[float]:
        """Where each value ends; of what is not there, where it would begin."""
        return [base + (v or 0) for v, base in zip(self.values, self.bases, strict=True)]


def parts_of(points: Iterable[Point]) -> tuple[list[Segment], list[Segment]]:
    """The segments that are shown by themselves, the largest first, and those that are the rest."""
    sums: dict[Segment, float] = {}
    for point in points:
        value = point.figure.value if fmt.has_value(point.figure) else None
        sums[point.segment] = sums.get(point.segment, 0.0) + abs(float(value or 0))
    ordered = sorted(sums, key=lambda segment: -sums[segment])
    if len(ordered) <= MAX_PARTS:
        return ordered, []
    return ordered[: MAX_PARTS - 1], ordered[MAX_PARTS - 1 :]


def has_negative(points: Iterable[Point]) -> bool:
    return any((point.figure.value or 0) < 0 for point in points if fmt.has_value(point.figure))


def layers(
    result: Result,
    slots: Sequence[Slot],
    face: Face,
    palette: Mapping[Segment, str],
    words: Wording,
) -> list[Layer]:
    """From the bottom up; what is below zero goes down from it, beside what goes up."""
    own, rest = parts_of(result)
    series = series_of(result, slots, [*own, *rest], face)
    up, down = [0.0] * len(slots), [0.0] * len(slots)
    found = []
    for segment in own:
        bases = _placed(series[segment], up, down)
        texts = hover(result, segment, slots, face, words, named=len(own) > 1)
        name = label(fmt.segment_text(segment, words), NAME_LIMIT)
        found.append(Layer(name, palette[segment], series[segment], bases, texts))
    if rest:
        values = [_sum([series[segment][n] for segment in rest]) for n in range(len(slots))]
        name = words.rest.format(n=len(rest))
        texts = _rest_texts(name, values, slots, face, words)
        found.append(Layer(label(name), MUTED, values, _placed(values, up, down), texts))
    return found


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) if known else None


def _placed(values: Sequence[float | None], up: list[float], down: list[float]) -> list[float]:
    """Where each value begins; the heights that are reached are written down."""
    bases = []
    for n, value in enumerate(values):
        reached = down if (value or 0) < 0 else up
        bases.append(reached[n])
        reached[n] += value or 0
    return bases


def _rest_texts(
    name: str, values: Sequence[float | None], slots: Sequence[Slot], face: Face, words: Wording
) -> list[str]:
    texts = []
    for value, slot in zip(values, slots, strict=True):
        if value is None or slot.period is None:
            texts.append("")
            continue
        note = f" ({words.so_far})" if slot.partial else ""
        # Only what is counted or summed is put together, and that is never a percentage.
        shown = fmt.number(Figure(value), face, words)
        texts.append(label(f"{fmt.period_text(slot.period, words)}, {name}: {shown}{note}", 160))
    return texts
