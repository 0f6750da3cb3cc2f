"""A bar for each category, lying, with its number beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import (
    CHARACTER,
    RIGHT,
    Json,
    category_axis,
    frame,
    gutter,
    row_value,
    scale_of,
    value_axis,
)
from dashboards.rendering.figures.colours import FOCUS, MUTED
from dashboards.rendering.figures.series import shown
from dashboards.rendering.figures.targets import goals, own_shapes, target_label, target_shapes
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Figure, Point, Result

# More than the eye can compare is left to the table.
MAX_BARS = 16
ROW_HEIGHT = 34
STANDING = 228
MOST_ON_TOP = 8


def bars(face: Face, result: Result, wording: Wording) -> Json:
    points = [point for point in result if fmt.has_value(point.figure)][:MAX_BARS]
    values = [shown(point.figure, face) or 0.0 for point in points]
    names = [label(fmt.segment_text(point.segment, wording), 28) for point in points]
    texts = [str(fmt.number(point.figure, face, wording)) for point in points]
    own = {n: face.at(p.segment) for n, p in enumerate(points) if face.own_of(p.segment)}
    axis = scale_of([values, *(goals(one) for one in own.values())], face, zero=True)
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(points))),
        "width": 0.54,
        "hoverinfo": "text",
        "hovertext": [
            _hover(point, text, wording, own.get(n))
            for n, (point, text) in enumerate(zip(points, texts, strict=True))
        ],
        "marker": {"color": [_colour(point.figure, face.at(point.segment)) for point in points]},
        "showlegend": False,
    }
    layout = _frame(len(points), names, texts, target=face.target is not None)
    # The bars speak with their own numbers: an axis would say it twice.
    layout["xaxis"] = {"range": [axis.low, axis.high], "visible": False}
    layout["yaxis"] = category_axis(names, axis)
    layout["shapes"] = target_shapes(face, vertical=True)
    layout["shapes"] += [shape for n, one in own.items() for shape in own_shapes(one, n)]
    layout["annotations"] = [
        *target_label(face, wording, axis=axis),
        *(row_value(n, text) for n, text in enumerate(texts)),
    ]
    return {"data": [trace], "layout": layout}


def standing(face: Face, result: Result, wording: Wording) -> Json:
    """A bar for each category side by side, with its number on top."""
    points = [point for point in result if fmt.has_value(point.figure)][:MAX_BARS]
    values = [shown(point.figure, face) or 0.0 for point in points]
    names = [label(fmt.segment_text(point.segment, wording), 16) for point in points]
    texts = [str(fmt.number(point.figure, face, wording)) for point in points]
    own = {n: face.at(p.segment) for n, p in enumerate(points) if face.own_of(p.segment)}
    axis = scale_of([values, *(goals(one) for one in own.values())], face, zero=True)
    trace = {
        "type": "bar", "x": list(range(len(points))), "y": values, "width": 0.54,
        "hoverinfo": "text",
        "hovertext": [
            _hover(point, text, wording, own.get(n))
            for n, (point, text) in enumerate(zip(points, texts, strict=True))
        ],
        "marker": {"color": [_colour(point.figure, face.at(point.segment)) for point in points]},
        "showlegend": False,
    }  # fmt: skip
    deep = int(14 + max(map(len, names), default=0) * CHARACTER * 0.75)
    layout = frame(STANDING + deep, top=24, bottom=deep)
    layout["barcornerradius"] = 2
    layout["xaxis"] = {
        "range": [-0.5, len(points) - 0.5], "tickvals": list(range(len(points))),
        "ticktext": names, "tickangle": -40, "showgrid": False, "showline": True,
    }  # fmt: skip
    layout["yaxis"] = value_axis(axis, face, wording)
    layout["margin"]["l"] = max(
        gutter(layout["yaxis"]["ticktext"]), int(len(names[0]) * CHARACTER * 0.75)
    )
    layout["shapes"] = target_shapes(face, vertical=False)
    layout["annotations"] = [
        *map(_on_top, range(len(points)), values, _short(points, face, wording)),
        *target_label(face, wording),
    ]
    return {"data": [trace], "layout": layout}


def _short(points: Sequence[Point], face: Face, wording: Wording) -> list[str]:
    """Figures without a unit that is a word, which the tile has said; none where they would touch,
    as the axis says them, too."""
    if len(points) > MOST_ON_TOP:
        return []
    bare = replace(face, unit_label="") if len(face.unit_label) > 3 else face
    return [str(fmt.number(point.figure, bare, wording)) for point in points]


def _on_top(place: int, value: float, text: str) -> Json:
    below = value < 0
    return {
        "x": place, "y": value, "text": label(text), "showarrow": False, "xanchor": "center",
        "yanchor": "top" if below else "bottom", "yshift": -2 if below else 2,
        "font": {"color": "--ink-2"},
    }  # fmt: skip


def _hover(point: Point, text: str, wording: Wording, own: Face | None) -> str:
    said = f"{fmt.segment_text(point.segment, wording)}: {text}"
    if own is not None:
        said += f" ({wording.own_target.format(target=fmt.target_text(own, wording))})"
    return label(said, 160)


def _colour(figure: Figure, face: Face) -> str:
    """The eye goes to what misses its target; without a target all bars count alike."""
    if face.target is None:
        return FOCUS
    return MUTED if fmt.status(figure, face) == "good" else FOCUS


def _frame(rows: int, names: Sequence[str], texts: Sequence[str], *, target: bool) -> Json:
    """Room for the names on the left, the numbers on the right and the target's words on top."""
    layout = frame(
        max(120, rows * ROW_HEIGHT + 16 + (20 if target else 0)),
        top=24 if target else 4,
        bottom=4,
        right=int(RIGHT + max(map(len, texts), default=0) * CHARACTER),
    )
    layout["margin"]["l"] = int(12 + max(map(len, names), default=0) * CHARACTER)
    layout["barcornerradius"] = 2
    return layout
