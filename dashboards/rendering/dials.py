"""A figure on its scale: what is good, what to watch and what is missed, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboards.rendering import format as fmt
from dashboards.rendering.scale import Scale, scale
from dashboards.rendering.table import Cell, Head, Table, value_cell
from dashboards.rendering.tiles import Face, Threshold
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure

Tone = Literal["good", "watch", "bad"]

#: the half circle of a gauge: its middle, and how far from it its ring begins and ends
MIDDLE, INNER, OUTER = (100.0, 100.0), 66.0, 92.0
#: how far the scale goes beyond a target, where no natural end stops it
ROOM = 1.25


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the scale: ``start`` and ``width`` in percent of it, ``path`` its arc on a
    gauge, ``words`` from where to where it goes."""

    tone: Tone
    name: str
    words: str
    start: str
    width: str
    path: str


@dataclass(frozen=True, slots=True)
class Dial:
    """What ``{% dial %}`` draws; ``at`` is where the figure stands, in percent of the scale.

    Without a figure there is no mark, ``goals`` are the ends of what is good.
    """

    low: str
    high: str
    bands: tuple[Band, ...]
    at: str | None
    needle: tuple[str, str, str, str] | None
    goals: tuple[str, ...]
    goal_lines: tuple[tuple[str, str, str, str], ...]
    summary: str


def dial(
    face: Face, figure: Figure, *, partial: bool = False, wording: Wording = ENGLISH
) -> Dial | None:
    """None without a target: there is nothing to hold the figure against."""
    if face.target is None:
        return None
    axis = _axis(face, figure)
    edges = _edges(face, axis)
    value = _shown(figure.value, face) if fmt.has_value(figure) else None
    at = None if value is None else _place(value, axis)
    goals = tuple(_place(goal, axis) for goal in _goals(face))
    return Dial(
        low=_tick(axis.low, face, wording),
        high=_tick(axis.high, face, wording),
        bands=tuple(
            Band(
                tone, fmt.status_word(tone, wording), _words(low, high, axis, face, wording),
                _percent(_place(low, axis)),
                _percent(_place(high, axis) - _place(low, axis)),
                _arc(_place(low, axis), _place(high, axis)),
            )
            for tone, low, high in edges
        ),
        at=None if at is None else _percent(at),
        needle=None if at is None else _ray(at, INNER - 10, OUTER + 2),
        goals=tuple(map(_percent, goals)),
        goal_lines=tuple(_ray(goal, INNER - 4, OUTER + 6) for goal in goals),
        summary=_summary(face, figure, partial=partial, wording=wording),
    )  # fmt: skip


def dial_table(face: Face, figure: Figure, shown: Dial | None, *, wording: Wording) -> Table:
    """The figure, and each stretch of its scale in a row."""
    rows = [(Cell(face.name), value_cell(figure, face, wording))]
    if shown is not None:
        rows += [(Cell(band.name), Cell(band.words, numeric=True)) for band in shown.bands]
    return Table((Head(wording.value), Head(face.name, numeric=True)), tuple(rows))


def _summary(face: Face, figure: Figure, *, partial: bool, wording: Wording) -> str:
    said = wording.one_value.format(name=face.name, value=fmt.number(figure, face, wording))
    state = fmt.status(figure, face, partial=partial)
    target = fmt.target_text(face, wording)
    if state == "none":
        return f"{said} {wording.target}: {target}."
    word = fmt.status_word(state, wording)
    return f"{said} {wording.of_target.format(status=word, target=target)}"


def _shown(value: float | int | None, face: Face) -> float:
    return float(fmt.display_value(value or 0, face))


def _ends(face: Face) -> tuple[list[float], list[float]]:
    """What is good and what is to be watched, in display units, each one end of it or two."""
    target = face.target
    if target is None:
        return [], []
    return _both(target.good, face), [] if target.watch is None else _both(target.watch, face)


def _both(ends: Threshold, face: Face) -> list[float]:
    return [_shown(end, face) for end in (ends if isinstance(ends, tuple) else (ends,))]


def _goals(face: Face) -> list[float]:
    return _ends(face)[0]


def _axis(face: Face, figure: Figure) -> Scale:
    """From zero, with room for the figure and for what lies beyond the target."""
    good, watch = _ends(face)
    held = [*good, *watch]
    beyond = [end * ROOM for end in held if end > 0]
    most = 100.0 if face.unit == "percent" and max(held) <= 100 else None
    if most is not None:
        beyond = [most]
    value = [_shown(figure.value, face)] if fmt.has_value(figure) else []
    return scale([0.0, *held, *beyond, *value], zero=True, most=most)


def _edges(face: Face, axis: Scale) -> list[tuple[Tone, float, float]]:
    """The stretches from the low end of the scale to the high one; empty ones are left out."""
    good, watch = _ends(face)
    if face.direction == "band" and len(good) == 2:
        wide = watch if len(watch) == 2 else good
        cuts = [axis.low, wide[0], good[0], good[1], wide[1], axis.high]
        tones: tuple[Tone, ...] = ("bad", "watch", "good", "watch", "bad")
    elif face.direction == "down":
        cuts = [axis.low, good[0], (watch or good)[0], axis.high]
        tones = ("good", "watch", "bad")
    else:
        cuts = [axis.low, (watch or good)[0], good[0], axis.high]
        tones = ("bad", "watch", "good")
    held = [min(max(cut, axis.low), axis.high) for cut in cuts]
    return [
        (tone, low, high)
        for tone, low, high in zip(tones, held, held[1:], strict=False)
        if high > low
    ]


def _words(low: float, high: float, axis: Scale, face: Face, wording: Wording) -> str:
    """From where to where; the ends of the scale are no limits of what is meant."""
    if high >= axis.high:
        return wording.from_on.format(value=_tick(low, face, wording))
    if low <= axis.low:
        return wording.up_to.format(value=_tick(high, face, wording))
    return wording.between.format(low=_tick(low, face, wording), high=_tick(high, face, wording))


def _tick(value: float, face: Face, wording: Wording) -> str:
    own = value / 100 if face.unit == "percent" else value
    return fmt.goal_text(own, face, wording)


def _place(value: float, axis: Scale) -> float:
    """In percent of the scale."""
    return min(max((value - axis.low) / (axis.high - axis.low), 0), 1) * 100


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _point(place: float, radius: float) -> tuple[str, str]:
    """On the half circle, from its left end at 0 over the top to its right end at 100."""
    angle = math.pi * (1 - place / 100)
    x, y = MIDDLE[0] + radius * math.cos(angle), MIDDLE[1] - radius * math.sin(angle)
    return _percent(x), _percent(y)


def _ray(place: float, start: float, end: float) -> tuple[str, str, str, str]:
    return (*_point(place, start), *_point(place, end))


def _arc(start: float, end: float) -> str:
    """A piece of the ring as the path of a drawing."""
    (ax, ay), (bx, by) = _point(start, OUTER), _point(end, OUTER)
    (cx, cy), (dx, dy) = _point(end, INNER), _point(start, INNER)
    parts: Sequence[str] = (
        f"M{ax} {ay}", f"A{OUTER:g} {OUTER:g} 0 0 1 {bx} {by}", f"L{cx} {cy}",
        f"A{INNER:g} {INNER:g} 0 0 0 {dx} {dy}", "Z",
    )  # fmt: skip
    return "".join(parts)
