"""The frame of a figure: its margins, its scale and the labels on its axes.

Positions on an axis are numbers and its labels are text beside them, so that no category is ever
taken for a number, a date or a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.series import Slot
from dashboards.rendering.figures.targets import goals
from dashboards.rendering.safety import label
from dashboards.rendering.scale import Scale, scale
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording

Json = dict[str, Any]

#: the width of a character of the labels, in pixels
CHARACTER = 6.6
TOP, RIGHT, BOTTOM = 8, 16, 28
LEGEND_ROW = 20
#: beyond these labels on an axis of time nobody sees more of them
MOST_TICKS = 400


def frame(height: int, *, top: int = TOP, bottom: int = BOTTOM, right: int = RIGHT) -> Json:
    """A layout with room for the labels around it, and nothing in it."""
    return {
        "height": height,
        "margin": {"t": top, "r": right, "b": bottom, "l": 32, "pad": 0},
        "showlegend": False,
        "hovermode": "closest",
        "shapes": [],
        "annotations": [],
    }


def legend() -> Json:
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "font": {"color": "--ink-2"},
        "itemclick": False,
        "itemdoubleclick": False,
    }


def legend_height(names: int) -> int:
    """Room above a chart for so many names, two beside each other."""
    return 8 + LEGEND_ROW * -(-names // 2)


def scale_of(series: Iterable[Sequence[float | None]], face: Face, *, zero: bool) -> Scale:
    values = [value for values in series for value in values if value is not None]
    return scale([*values, *goals(face)], zero=zero, most=100.0 if face.unit == "percent" else None)


def time_axis(slots: Sequence[Slot], wording: Wording) -> Json:
    last, step = len(slots) - 1, -(-len(slots) // MOST_TICKS)
    places = [
        (n, slot) for n, slot in enumerate(slots)
        if slot.period is not None and (last - n) % step == 0
    ]  # fmt: skip
    ticks = [fmt.period_tick(s.period, s.before, wording) for _, s in places if s.period]
    return {
        "range": [-0.5, len(slots) - 0.5],
        "tickvals": [n for n, _ in places],
        "ticktext": [label(tick) for tick in ticks],
        "tickangle": 0,
        "showgrid": False,
        "showline": True,
    }


def value_axis(axis: Scale, face: Face, wording: Wording) -> Json:
    suffix = "%" if face.unit == "percent" else ""
    return {
        "range": [axis.low, axis.high],
        "tickvals": axis.ticks,
        "ticktext": axis.labels(wording, suffix),
        "showgrid": True,
        "zeroline": axis.low < 0 < axis.high,
    }


def gutter(labels: Sequence[str]) -> int:
    return max(32, int(14 + max(map(len, labels), default=0) * CHARACTER))


def category_axis(names: Sequence[str], axis: Scale) -> Json:
    """The first category stands on top."""
    return {
        "range": [len(names) - 0.5, -0.5],
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "tickfont": {"color": "--ink-2"},
        "showgrid": False,
        "zeroline": False,
        "showline": axis.low >= 0,
    }


def row_value(row: int, text: str) -> Json:
    """The number of a bar, in a column of its own where no target line crosses it."""
    return {
        "xref": "paper",
        "x": 1,
        "y": row,
        "text": label(text),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "middle",
        "xshift": int(8 + len(text) * CHARACTER),
        "align": "right",
        "font": {"color": "--ink-2"},
    }
