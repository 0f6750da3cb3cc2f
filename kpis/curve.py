"""Lines as the geometry of inline SVG: the history of a KPI, and its spark in a list. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

TOP, BOTTOM = 28.0, 232.0
LEFT, RIGHT = 2.0, 97.0
SPARK_HEIGHT, SPARK_EDGE = 36.0, 4.0
TICKS = 4
EDGE = 12.0  # percent of the width in which words would stick out
LABEL = 24.0  # pixels that a label needs under its line
APART = 24.0  # percent of the width between two labels


@dataclass(frozen=True)
class Dot:
    """One period's figure; None is a gap."""

    value: float | None
    label: str
    partial: bool = False
    goal: float | None = None
    mark: str = ""
    odd: str = ""  # why the eye should stop here


@dataclass(frozen=True)
class Grid:
    y: str
    value: float


@dataclass(frozen=True)
class Tick:
    x: str
    label: str
    minor: bool


@dataclass(frozen=True)
class Goal:
    """A stretch of one target; its label stands on the side where the line is not."""

    x1: str
    x2: str
    y: str
    value: float
    below: bool


@dataclass(frozen=True)
class Mark:
    x: str
    label: str


@dataclass(frozen=True)
class Odd:
    """A figure to stop at; its words stand above it, below where there is no room."""

    x: str
    y: str
    label: str
    below: bool
    anchor: str  # of the words: start, middle or end


@dataclass(frozen=True)
class Curve:
    """In a box 100 wide and 260 high; x in percent, y in pixels."""

    grid: tuple[Grid, ...]
    path: str
    partial: str
    hatch: tuple[str, str] | None
    end: tuple[str, str] | None
    end_open: bool
    goals: tuple[Goal, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    odd: tuple[Odd, ...] = ()


@dataclass(frozen=True)
class Spark:
    """What the ``spark`` tag draws, in a box of 100 by 36."""

    path: str
    partial: str = ""
    target: str | None = None
    end: tuple[str, str] | None = None


def curve(dots: Sequence[Dot]) -> Curve | None:
    """The history; None with fewer than two values."""
    values = [dot.value for dot in dots if dot.value is not None]
    if len(values) < 2:
        return None
    goals = [dot.goal for dot in dots if dot.goal is not None]
    low, high, step = _axis(min([*values, *goals, 0.0]), max([*values, *goals, 0.0]))
    width = (RIGHT - LEFT) / max(len(dots) - 1, 1)

    def x(n: float) -> float:
        return LEFT + n * width

    def y(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    places = [None if d.value is None else (x(n), y(d.value)) for n, d in enumerate(dots)]
    partial = dots[-1].partial
    last = next((p for p in reversed(places) if p is not None), None)
    return Curve(
        grid=tuple(
            Grid(_text(y(low + n * step)), low + n * step)
            for n in range(round((high - low) / step) + 1)
        ),
        path=_path(places[:-1] if partial else places),
        partial=_last_leg(places) if partial else "",
        hatch=_hatch(x(len(dots) - 1.5), width) if partial else None,
        end=None if last is None else (_text(last[0]), _text(last[1])),
        end_open=partial and places[-1] is not None,
        goals=tuple(_goals(dots, x, y)),
        marks=tuple(Mark(_text(x(n - 0.5)), d.mark) for n, d in enumerate(dots) if d.mark),
        ticks=tuple(_ticks(dots, x)),
        odd=tuple(_odd(dots, places)),
    )


def _odd(dots: Sequence[Dot], places: Sequence[tuple[float, float] | None]) -> Iterator[Odd]:
    """The words stand where the line does not come from: a dip has them below.

    Where marks that say the same stand close together the first of them says it for all.
    """
    said: dict[str, float] = {}
    for n, (dot, place) in enumerate(zip(dots, places, strict=True)):
        if not dot.odd or place is None:
            continue
        x, y = place
        around = [beside[1] for beside in places[max(n - 1, 0) : n + 2] if beside is not None]
        dips = sum(around) / len(around) < y and y < BOTTOM - LABEL
        anchor = "start" if x < EDGE else "end" if x > 100 - EDGE else "middle"
        words = dot.odd if x - said.get(dot.odd, -APART) >= APART else ""
        if words:
            said[words] = x
        yield Odd(_text(x), _text(y), words, dips, anchor)


def _hatch(begin: float, width: float) -> tuple[str, str]:
    """Half a period on either side of the last dot, as far as the chart goes."""
    return _text(begin), _text(min(width, RIGHT - begin))


def spark(dots: Sequence[Dot]) -> Spark | None:
    """The same line without axes; None with fewer than two values."""
    values = [dot.value for dot in dots if dot.value is not None]
    if len(values) < 2:
        return None
    goal = dots[-1].goal
    spread = values if goal is None else [*values, goal]
    low, high = min(spread), max(spread)

    def at(n: int, value: float) -> tuple[float, float]:
        rise = 0.5 if high == low else (value - low) / (high - low)
        y = SPARK_HEIGHT - SPARK_EDGE - rise * (SPARK_HEIGHT - 2 * SPARK_EDGE)
        return n / (len(dots) - 1) * 100, y

    places = [None if dot.value is None else at(n, dot.value) for n, dot in enumerate(dots)]
    partial, end = dots[-1].partial, places[-1]
    return Spark(
        path=_path(places[:-1] if partial else places),
        partial=_last_leg(places) if partial else "",
        target=None if goal is None else _text(at(0, goal)[1]),
        end=None if end is None else (_text(end[0]), _text(end[1])),
    )


def _axis(low: float, high: float) -> tuple[float, float, float]:
    """Round ends that hold the values, and the step between lines."""
    spread = (high - low) or 1.0
    rough = spread / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough), 10 * power)
    return math.floor(low / step) * step, math.ceil((low + spread) / step) * step, step


def _goals(
    dots: Sequence[Dot], x: Callable[[float], float], y: Callable[[float], float]
) -> list[Goal]:
    found: list[Goal] = []
    start = 0
    for n in range(1, len(dots) + 1):
        if n < len(dots) and dots[n].goal == dots[start].goal:
            continue
        goal = dots[start].goal
        if goal is not None:
            left = max(x(start - 0.5), 0.0)
            last = next((d.value for d in reversed(dots[start:n]) if d.value is not None), goal)
            below = last > goal and y(goal) < BOTTOM - LABEL
            right = min(x(n - 0.5), 100.0)
            found.append(Goal(_text(left), _text(right), _text(y(goal)), goal, below))
        start = n
    return found


def _ticks(dots: Sequence[Dot], x: Callable[[float], float]) -> list[Tick]:
    """About six labels, so that they fit on a wide page, and half of them on a phone."""
    every = max(1, math.ceil(len(dots) / 6))
    chosen = [n for n in range(len(dots)) if (len(dots) - 1 - n) % every == 0]
    return [
        Tick(_text(x(n)), dots[n].label, minor=(len(chosen) - 1 - place) % 2 == 1)
        for place, n in enumerate(chosen)
    ]


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    """A move after each gap, so that no line runs where there is no figure."""
    parts: list[str] = []
    down = False
    for place in places:
        if place is not None:
            parts.append(f"{'L' if down else 'M'}{_text(place[0])} {_text(place[1])}")
        down = place is not None
    return " ".join(parts)


def _last_leg(places: Sequence[tuple[float, float] | None]) -> str:
    if len(places) < 2 or places[-2] is None or places[-1] is None:
        return ""
    return _path(places[-2:])


def _text(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
