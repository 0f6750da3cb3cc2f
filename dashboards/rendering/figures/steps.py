"""Bars that lead from one figure to another: a funnel's steps, and a waterfall's contributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import fsum

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import (
    CHARACTER,
    Json,
    frame,
    gutter,
    value_axis,
)
from dashboards.rendering.figures.colours import FOCUS, MUTED
from dashboards.rendering.figures.series import Segment, shown
from dashboards.rendering.safety import check, label
from dashboards.rendering.scale import scale
from dashboards.rendering.table import Cell, Head, Table, value_cell
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure

ROW, HEIGHT = 72, 248
#: more contributions than the eye can follow are put together
MOST = 8

Step = tuple[Face, Figure]


def shares_of(steps: Sequence[Step], wording: Wording = ENGLISH) -> list[tuple[str, str]]:
    """Of each step how much it is of the first and of the one before, in percent; empty where
    one of the two has no value or is zero."""
    values = [float(f.value or 0) if fmt.has_value(f) else None for _face, f in steps]
    before = [None, *values[:-1]]
    return [
        (_share(value, values[0] if n else None, wording), _share(value, before[n], wording))
        for n, value in enumerate(values)
    ]


def _share(value: float | None, of: float | None, wording: Wording) -> str:
    if value is None or not of:
        return ""
    return f"{fmt.digits(Decimal(str(value / of * 100)), 0, wording)}%"


def funnel(steps: Sequence[Step], *, wording: Wording = ENGLISH) -> Json | None:
    """A lying bar for each step, in order; None where none of them has a figure."""
    values = [shown(figure, face) for face, figure in steps]
    if not any(value is not None for value in values):
        return None
    names = [
        f"{fmt.clipped(face.name, 24)}: {fmt.number(figure, face, wording)}"
        for face, figure in steps
    ]
    trace = {
        "type": "bar", "orientation": "h", "x": values, "y": list(range(len(steps))),
        "width": 0.32, "hoverinfo": "text",
        "hovertext": [
            label(f"{face.name}: {text}", 160)
            for (face, _figure), text in zip(steps, told(steps, wording), strict=True)
        ],
        "marker": {"color": [FOCUS] * len(steps)}, "showlegend": False,
    }  # fmt: skip
    layout = frame(len(steps) * ROW + 16, top=12, bottom=4)
    layout["margin"]["l"] = 8
    layout["barcornerradius"] = 2
    layout["xaxis"] = {"range": [0, max(v or 0 for v in values) or 1], "visible": False}
    layout["yaxis"] = {"range": [len(steps) - 0.4, -0.6], "visible": False}
    # Words above and below a bar: beside it a narrow tile would have no room for them.
    layout["annotations"] = [
        {
            "xref": "paper", "x": 0, "y": n + (0.2 if below else -0.2), "text": label(text),
            "showarrow": False, "xanchor": "left", "yanchor": "top" if below else "bottom",
            "font": {"color": "--ink-2"},
        }
        for n, lines in enumerate(zip(names, _shares(steps, wording), strict=True))
        for below, text in enumerate(lines) if text
    ]  # fmt: skip
    drawn = {"data": [trace], "layout": layout}
    check(drawn)
    return drawn


def told(steps: Sequence[Step], wording: Wording = ENGLISH) -> list[str]:
    """Each step's figure, and what part of the first and of the one before it is."""
    return [
        ", ".join(part for part in (str(fmt.number(figure, face, wording)), shares) if part)
        for (face, figure), shares in zip(steps, _shares(steps, wording), strict=True)
    ]


def _shares(steps: Sequence[Step], wording: Wording) -> list[str]:
    """Of the second step the first is the one before, which is said once."""
    texts = []
    for n, (first, before) in enumerate(shares_of(steps, wording)):
        parts = [wording.of_first.format(share=first)] if first else []
        if before and n > 1:
            parts.append(wording.of_before.format(share=before))
        texts.append(", ".join(parts))
    return texts


def funnel_table(steps: Sequence[Step], *, wording: Wording = ENGLISH) -> Table:
    """A row for each step, with both of its shares."""
    rows = tuple(
        (
            Cell(face.name), value_cell(figure, face, wording), Cell(first, numeric=True),
            Cell(before, numeric=True),
        )
        for (face, figure), (first, before) in zip(steps, shares_of(steps, wording), strict=True)
    )  # fmt: skip
    heads = (wording.step, wording.value, wording.share_first, wording.share_before)
    return Table(tuple(Head(text, numeric=n > 0) for n, text in enumerate(heads)), rows)


@dataclass(frozen=True, slots=True)
class Fall:
    """From ``before`` to ``now`` by contributions that add up, in the KPI's own unit."""

    before: Figure
    now: Figure
    moves: tuple[tuple[Segment, float], ...]


def waterfall(face: Face, fall: Fall, *, zero: bool, wording: Wording = ENGLISH) -> Json | None:
    """A bar for either end and one for each contribution between them; None without both ends.

    Without ``zero`` the axis begins where the contributions can be seen.
    """
    start, end = shown(fall.before, face), shown(fall.now, face)
    if start is None or end is None:
        return None
    moves = [(name, float(fmt.display_value(step, face))) for name, step in steps_of(fall, wording)]
    tops = [start]
    for _name, step in moves:
        tops.append(tops[-1] + step)
    axis = scale([*tops, end], zero=zero)
    floor = axis.low if axis.low > 0 else 0.0
    names = [wording.before, *(name for name, _step in moves), wording.now]
    values = [start - floor, *(step for _name, step in moves), end - floor]
    signed = [signed_text(step, face, wording) for _name, step in steps_of(fall, wording)]
    ends = [str(fmt.number(figure, _bare(face), wording)) for figure in (fall.before, fall.now)]
    texts = [ends[0], *signed, ends[1]]
    trace = {
        "type": "bar", "x": list(range(len(values))), "y": values,
        "base": [floor, *tops[:-1], floor], "width": 0.62, "hoverinfo": "text",
        "hovertext": [label(f"{n}: {t}", 160) for n, t in zip(names, texts, strict=True)],
        "marker": {"color": [FOCUS, *[MUTED] * len(moves), FOCUS]}, "showlegend": False,
    }  # fmt: skip
    labels = [label(name, 16) for name in names]
    deep = int(14 + max(map(len, labels)) * CHARACTER * 0.75)
    layout = frame(HEIGHT + deep, top=24, bottom=deep)
    layout["barmode"] = "overlay"
    layout["xaxis"] = {
        "range": [-0.5, len(values) - 0.5], "tickvals": list(range(len(values))),
        "ticktext": labels, "tickangle": -40, "showgrid": False, "showline": True,
    }  # fmt: skip
    layout["yaxis"] = value_axis(axis, face, wording)
    layout["margin"]["l"] = max(
        gutter(layout["yaxis"]["ticktext"]), int(len(labels[0]) * CHARACTER * 0.75)
    )
    bare = [text.removesuffix(f" {wording.points}") for text in texts]  # the axis has the unit
    reached = [start, *map(max, tops[:-1], tops[1:]), end]
    layout["annotations"] = [
        {
            "x": place, "y": top, "text": label(text), "showarrow": False, "xanchor": "center",
            "yanchor": "bottom", "yshift": 2, "font": {"color": "--ink-2"},
        }
        for place, (top, text) in enumerate(zip(reached, bare, strict=True))
    ]  # fmt: skip
    drawn = {"data": [trace], "layout": layout}
    check(drawn)
    return drawn


def steps_of(fall: Fall, wording: Wording = ENGLISH) -> list[tuple[str, float]]:
    """The largest contributions by name, and the rest of them together."""
    moves = [(name, step) for name, step in fall.moves if step]
    own = moves if len(moves) <= MOST else moves[: MOST - 1]
    found = [(fmt.segment_text(segment, wording), step) for segment, step in own]
    if len(own) < len(moves):
        rest = [step for _segment, step in moves[len(own) :]]
        found.append((wording.rest.format(n=len(rest)), fsum(rest)))
    return found


def signed_text(step: float, face: Face, wording: Wording = ENGLISH) -> str:
    """A contribution with its sign; of a percentage in points."""
    bare = replace(face, unit="count", unit_label=wording.points) if face.unit == "percent" else \
        _bare(face)  # fmt: skip
    shown_step = step * 100 if face.unit == "percent" else step
    text = str(fmt.number(Figure(shown_step), bare, wording))
    return text if text.startswith(fmt.MINUS) or not shown_step else f"+{text}"


def _bare(face: Face) -> Face:
    return replace(face, unit_label="") if len(face.unit_label) > 3 else face


def waterfall_table(face: Face, fall: Fall, *, name: str, wording: Wording = ENGLISH) -> Table:
    """Every contribution in a row between both ends."""
    rows = [(Cell(wording.before), value_cell(fall.before, face, wording))]
    rows += [
        (
            Cell(fmt.segment_text(segment, wording)),
            Cell(signed_text(step, face, wording), numeric=True, order=step),
        )
        for segment, step in fall.moves
    ]
    rows.append((Cell(wording.now), value_cell(fall.now, face, wording)))
    return Table((Head(name), Head(face.name, numeric=True)), tuple(rows))
