"""Two bars for each category, lying, one for each of two segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import CHARACTER, RIGHT, Json, frame, legend, scale_of
from dashboards.rendering.figures.series import NAME_LIMIT, Segment, shown
from dashboards.rendering.safety import check, label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Figure, Result

#: more than the eye can compare is left to the table
MOST_PAIRS = 10
ROW_HEIGHT, BAR, LEGEND = 46, 0.34, 28

#: what a side is called, its figures by one dimension, its colour
Side = tuple[str, Result, str]


def side_bars(face: Face, sides: Sequence[Side], *, wording: Wording = ENGLISH) -> Json | None:
    """Values are in display units; None where no side has anything to draw."""
    plain = replace(face, target=None, own=())
    rows = _rows(sides)
    found = [_figures(result) for _name, result, _hue in sides]
    values = [[_shown(figures, row, plain) for row in rows] for figures in found]
    if not any(value is not None for own in values for value in own):
        return None
    axis = scale_of(values, plain, zero=True)
    names = [label(fmt.segment_text(row, wording), 28) for row in rows]
    traces: list[Json] = []
    notes: list[Json] = []
    longest = 0
    for n, (name, _result, colour) in enumerate(sides):
        places = [row + (n - 0.5) * (BAR + 0.04) for row in range(len(rows))]
        texts = [_text(found[n], row, plain, wording) for row in rows]
        longest = max([longest, *map(len, texts)])
        notes += map(_beside, places, texts)
        traces.append({
            "type": "bar", "orientation": "h", "name": label(name, NAME_LIMIT), "x": values[n],
            "y": places, "width": BAR, "hoverinfo": "text", "showlegend": True,
            "hovertext": [
                label(f"{row}, {name}: {text}", 160)
                for row, text in zip(names, texts, strict=True)
            ],
            "marker": {"color": colour},
        })  # fmt: skip
    layout = frame(
        len(rows) * ROW_HEIGHT + LEGEND + 8, top=LEGEND, bottom=4,
        right=int(RIGHT + longest * CHARACTER),
    )  # fmt: skip
    layout["margin"]["l"] = int(12 + max(map(len, names), default=0) * CHARACTER)
    layout |= {"barmode": "overlay", "barcornerradius": 2, "showlegend": True, "legend": legend()}
    layout["xaxis"] = {"range": [axis.low, axis.high], "visible": False}
    layout["yaxis"] = {
        "range": [len(names) - 0.5, -0.5], "tickvals": list(range(len(names))), "ticktext": names,
        "tickfont": {"color": "--ink-2"}, "showgrid": False, "zeroline": False,
        "showline": axis.low >= 0,
    }  # fmt: skip
    layout["annotations"] = notes
    drawn = {"data": traces, "layout": layout}
    check(drawn)
    return drawn


def pairs_left_out(sides: Sequence[Side]) -> int:
    """How many categories only the table has."""
    return max(0, len(_segments(sides)) - MOST_PAIRS)


def _segments(sides: Sequence[Side]) -> list[Segment]:
    return list(dict.fromkeys(p.segment for _name, result, _hue in sides for p in result))


def _rows(sides: Sequence[Side]) -> list[Segment]:
    return _segments(sides)[:MOST_PAIRS]


def _figures(result: Result) -> dict[Segment, Figure]:
    return {point.segment: point.figure for point in result}


def _shown(figures: dict[Segment, Figure], row: Segment, face: Face) -> float | None:
    return shown(figures[row], face) if row in figures else None


def _text(figures: dict[Segment, Figure], row: Segment, face: Face, wording: Wording) -> str:
    return str(fmt.number(figures[row], face, wording)) if row in figures else wording.no_data


def _beside(place: float, text: str) -> Json:
    """The number of a bar, in a column of its own."""
    return {
        "xref": "paper", "x": 1, "y": place, "text": label(text), "showarrow": False,
        "xanchor": "right", "yanchor": "middle", "xshift": int(8 + len(text) * CHARACTER),
        "align": "right", "font": {"color": "--ink-2"},
    }  # fmt: skip
