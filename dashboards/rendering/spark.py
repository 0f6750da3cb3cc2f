"""A line without axes beside a number, as the geometry of an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.rendering.format import has_value
from dashboards.rendering.tiles import Face
from kpis.engine.result import Result

WIDTH, HEIGHT, EDGE = 100.0, 36.0, 4.0


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths in a box of 100 by 36: full periods, the dotted way into a partial one, the target."""

    path: str
    partial: str = ""
    target: str | None = None
    end: tuple[str, str] | None = None


def spark(result: Result, face: Face) -> Spark | None:
    """The last segment-free series of ``result``; None with fewer than two values."""
    if result.by:
        raise ValueError("a sparkline shows one series")
    points = result.points
    values = [p.figure.value if has_value(p.figure) else None for p in points]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    goal = face.target.good if face.target is not None else None
    goal = None if isinstance(goal, tuple) else goal
    spread = [*known, goal] if goal is not None else known
    low, high = min(spread), max(spread)

    def at(n: int, value: float) -> tuple[str, str]:
        x = n / (len(points) - 1) * WIDTH
        rise = 0.5 if high == low else (value - low) / (high - low)
        return _text(x), _text(HEIGHT - EDGE - rise * (HEIGHT - 2 * EDGE))

    places = [None if value is None else at(n, value) for n, value in enumerate(values)]
    last = points[-1].period
    partial = last is not None and last.partial and places[-1] is not None
    dotted = ""
    if partial and len(places) > 1 and places[-2] is not None and places[-1] is not None:
        dotted = f"M{' '.join(places[-2])} L{' '.join(places[-1])}"
    return Spark(
        path=_path(places[:-1] if partial else places),
        partial=dotted,
        target=None if goal is None else at(0, goal)[1],
        end=places[-1],
    )


def _path(places: Sequence[tuple[str, str] | None]) -> str:
    """A move after each gap, so that no line runs where there is no figure."""
    parts: list[str] = []
    pen_down = False
    for place in places:
        if place is not None:
            parts.append(f"{'L' if pen_down else 'M'}{place[0]} {place[1]}")
        pen_down = place is not None
    return " ".join(parts)


def _text(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
