"""What stands at the end of a line: its last value, or the name of its segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import Json
from dashboards.rendering.figures.series import Slot
from dashboards.rendering.figures.targets import goals
from dashboards.rendering.safety import label
from dashboards.rendering.scale import Scale
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording

NAME_SHIFT = 24
#: how far the last value stands from its mark, and how high it is, in pixels
SHIFT, TEXT = 8, 18


@dataclass(frozen=True, slots=True)
class End:
    """The last value of a line, and the one that it comes from unless there is a gap."""

    place: int
    value: float
    before: float | None
    name: str
    colour: str


def end_of(values: Sequence[float | None], name: str, colour: str) -> list[End]:
    """One end; none for a line without a value."""
    for place in reversed(range(len(values))):
        value = values[place]
        if value is not None:
            return [End(place, value, values[place - 1] if place else None, name, colour)]
    return []


def end_value(
    end: End, axis: Scale, height: int, slots: Sequence[Slot], face: Face, wording: Wording
) -> Json:
    """The last value, on the side that the line does not come from; beside it where a target runs
    through there, and on the other side where that runs through both."""
    below = end.before is not None and end.before > end.value
    pixel = (axis.high - axis.low) / height
    in_the_way = [g for g in goals(face) if _touches(g, end.value, pixel, below=below)]
    beside = bool(in_the_way) and all(abs(g - end.value) / pixel > TEXT / 2 for g in in_the_way)
    below = below != (bool(in_the_way) and not beside)
    below = below and end.value - axis.low > 0.16 * (axis.high - axis.low)
    text = fmt.digits(Decimal(str(end.value)), face.precision, wording)
    unit = "%" if face.unit == "percent" else f" {face.unit_label}".rstrip()
    note = f", {wording.so_far}" if slots[end.place].partial else ""
    place = {"xanchor": "right", "yanchor": "top" if below else "bottom", "xshift": SHIFT,
             "yshift": -SHIFT if below else SHIFT}  # fmt: skip
    if beside:
        place = {"xanchor": "left", "yanchor": "middle", "xshift": SHIFT, "yshift": 0}
    return {
        "x": end.place,
        "y": end.value,
        "text": label(f"{text}{unit}{note}"),
        "showarrow": False,
        **place,
        "font": {"color": "--accent"},
    }


def _touches(goal: float, value: float, pixel: float, *, below: bool) -> bool:
    """Whether a line at ``goal`` runs through what is written beside ``value``."""
    away = (value - goal if below else goal - value) / pixel
    return SHIFT - 4 < away < SHIFT + TEXT


def end_names(ends: Iterable[End], place: int, axis: Scale, height: int) -> list[Json]:
    """The names of the lines right of ``place``, moved apart where they would touch."""
    gap = 15 / height * (axis.high - axis.low)
    placed: list[tuple[End, float]] = []
    ceiling = axis.high
    for end in sorted(ends, key=lambda end: -end.value):
        y = min(end.value, ceiling)
        placed.append((end, y))
        ceiling = y - gap
    lift = max(0.0, axis.low - placed[-1][1]) if placed else 0.0
    return [part for end, y in placed for part in _name_and_mark(end, place, y + lift)]


def _name_and_mark(end: End, place: int, y: float) -> tuple[Json, Json]:
    """The hue is in a mark: the name itself stays in ink, which is easier to read."""
    name = {
        "x": place,
        "y": y,
        "text": end.name,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": NAME_SHIFT,
        "font": {"color": "--ink-2"},
    }
    return name, {**name, "text": "●", "xshift": 10, "font": {"color": end.colour}}
