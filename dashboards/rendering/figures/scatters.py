"""Two KPIs against each other: a mark for each value of a dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import CHARACTER, Json, frame, gutter, scale_of, value_axis
from dashboards.rendering.figures.colours import FOCUS
from dashboards.rendering.figures.series import NAME_LIMIT, Segment, shown
from dashboards.rendering.reduction import kept_pairs
from dashboards.rendering.safety import check, label
from dashboards.rendering.scale import Scale
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure, Result

HEIGHT, SIZE = 328, 10
#: so many marks have their names and their colours; of more, those that lie furthest out
NAMED, FURTHEST = 8, 5
#: where a name may stand beside its mark: how far across and how far up, the best first
SIDES = {"right": (1, 0), "left": (-1, 0), "above": (0, 1), "below": (0, -1)}
#: the least width and the height of what is drawn, in pixels
NARROW = (230, HEIGHT - 84)

Side = tuple[Face, Result]
Room = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    segment: Segment
    along: Figure
    up: Figure
    x: float
    y: float


def marks_of(along: Side, up: Side) -> list[Mark]:
    """The values of the dimension that both KPIs have a figure of, in the first one's order."""
    (face, result), (other_face, other) = along, up
    others = {point.segment: point.figure for point in other}
    found = []
    for point in result:
        figure = others.get(point.segment)
        x = shown(point.figure, face)
        y = None if figure is None else shown(figure, other_face)
        if figure is not None and x is not None and y is not None:
            found.append(Mark(point.segment, point.figure, figure, x, y))
    return found


def scatter(
    along: Side, up: Side, palette: Mapping[Segment, str], *, wording: Wording = ENGLISH
) -> Json | None:
    """None where no value of the dimension has both figures. Values are in display units."""
    every = marks_of(along, up)
    if not every:
        return None
    marks = [every[place] for place in kept_pairs([(mark.x, mark.y) for mark in every])]
    face, other = _plain(along[0]), _plain(up[0])
    x_axis = scale_of([[mark.x for mark in marks]], face, zero=False)
    y_axis = scale_of([[mark.y for mark in marks]], other, zero=False)
    few = [mark.along.few or mark.up.few for mark in marks]
    hues = [palette.get(mark.segment, FOCUS) if len(marks) <= NAMED else FOCUS for mark in marks]
    trace = {
        "type": "scatter", "mode": "markers", "x": [mark.x for mark in marks],
        "y": [mark.y for mark in marks], "cliponaxis": False, "hoverinfo": "text",
        "hovertext": [label(mark_words(mark, face, other, wording), 160) for mark in marks],
        "line": {"color": FOCUS, "width": 0},
        "marker": {
            "color": [
                "--surface" if thin else hue for thin, hue in zip(few, hues, strict=True)
            ],
            "opacity": 1,
            "size": [SIZE if len(marks) <= 200 else 5] * len(marks),
            "line": {"color": FOCUS, "width": [2 if thin else 0 for thin in few]},
        },
        "showlegend": False,
    }  # fmt: skip
    layout = frame(HEIGHT, top=32, bottom=52)
    layout["xaxis"] = {**value_axis(x_axis, face, wording), "tickangle": 0, "showline": True}
    layout["yaxis"] = value_axis(y_axis, other, wording)
    if len(marks) < len(every):
        layout["meta"] = {"points": len(every), "drawn": len(marks)}
    layout["margin"]["l"] = gutter(layout["yaxis"]["ticktext"])
    layout["annotations"] = [
        _axis_name(f"↑ {_named(other)}", x=0, y=1, up=True),
        _axis_name(f"{_named(face)} →", x=1, y=0, up=False),
        *names_of(marks, x_axis, y_axis, wording),
    ]
    drawn = {"data": [trace], "layout": layout}
    check(drawn)
    return drawn


def _plain(face: Face) -> Face:
    return Face(face.name, face.unit, face.unit_label, face.precision, face.direction)


def _named(face: Face) -> str:
    unit = "%" if face.unit == "percent" else face.unit_label
    return f"{fmt.clipped(face.name, 40)}, {unit}" if unit else fmt.clipped(face.name, 40)


def _axis_name(text: str, *, x: int, y: int, up: bool) -> Json:
    return {
        "xref": "paper", "yref": "paper", "x": x, "y": y, "text": label(text), "showarrow": False,
        "xanchor": "left" if up else "right", "yanchor": "bottom" if up else "top",
        "yshift": 10 if up else -28, "font": {"color": "--ink-2"},
    }  # fmt: skip


def mark_words(mark: Mark, face: Face, other: Face, wording: Wording = ENGLISH) -> str:
    """A mark in words: its name and both figures."""
    said = (
        f"{fmt.segment_text(mark.segment, wording)}: "
        f"{face.name} {fmt.shown_text(mark.along, face, wording)}, "
        f"{other.name} {fmt.shown_text(mark.up, other, wording)}"
    )
    figure = mark.along if mark.along.few else mark.up
    note = fmt.note(figure, wording=wording)
    return f"{said} ({note})" if note else said


def names_of(
    marks: Sequence[Mark], x_axis: Scale, y_axis: Scale, wording: Wording = ENGLISH
) -> list[Json]:
    """The names of all of a few marks; of many those furthest from the middle.

    Each stands where it meets no other one, even on a phone; else it is left to the table.
    """
    placed = [(_share(mark.x, x_axis), _share(mark.y, y_axis)) for mark in marks]
    order = list(range(len(marks)))
    if len(marks) > NAMED:
        middle = [median(at[n] for at in placed) for n in (0, 1)]
        order.sort(key=lambda n: -sum(abs(placed[n][i] - middle[i]) for i in (0, 1)))
        order = order[:FURTHEST]
    taken = [_room(placed[n], 0, 0, 0) for n in order]
    notes = []
    for n in order:
        text = label(fmt.segment_text(marks[n].segment, wording), NAME_LIMIT)
        for side, (across, up) in SIDES.items():
            room = _room(placed[n], len(text), across, up)
            if room[0] >= 0 and room[1] <= NARROW[0] and not any(_meet(room, t) for t in taken):
                taken.append(room)
                notes.append(_name(marks[n], text, side))
                break
    return notes


def _share(value: float, axis: Scale) -> float:
    return (value - axis.low) / (axis.high - axis.low)


def _room(at: tuple[float, float], length: int, across: int, up: int) -> Room:
    """What a name takes, in pixels of a narrow chart: left, right, top and bottom."""
    x, y = at[0] * NARROW[0], (1 - at[1]) * NARROW[1]
    half, wide = SIZE / 2, length * CHARACTER
    left = {1: x + half + 3, -1: x - half - 3 - wide, 0: x - wide / 2}[across]
    middle = y - up * 15
    return left, left + wide, middle - 7, middle + 7


def _meet(one: Room, other: Room) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _name(mark: Mark, text: str, side: str) -> Json:
    across, up = SIDES[side]
    return {
        "x": mark.x, "y": mark.y, "showarrow": False, "text": text,
        "xanchor": {1: "left", -1: "right", 0: "center"}[across], "yanchor": "middle",
        "xshift": across * 9, "yshift": up * 15, "font": {"color": "--ink-2"},
    }  # fmt: skip


def scatter_words(along: Side, up: Side, wording: Wording = ENGLISH) -> str:
    """How many marks there are, and the ends of both KPIs."""
    marks = marks_of(along, up)
    if not marks:
        return wording.one_value.format(name=along[0].name, value=wording.no_data)
    parts = [wording.marks.format(n=len(marks))]
    for face, figures in (
        (along[0], [mark.along for mark in marks]), (up[0], [mark.up for mark in marks]),
    ):  # fmt: skip
        ordered = sorted(figures, key=lambda figure: figure.value or 0)
        low, high = (fmt.shown_text(ordered[n], face, wording) for n in (0, -1))
        parts.append(wording.ends.format(name=face.name, low=low, high=high))
    return " ".join(parts)
