"""A ring around each unusual figure: a shape, so that it is seen without its colour."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.axes import Json
from dashboards.rendering.figures.series import Slot, shown
from dashboards.rendering.odd import odd_at
from dashboards.rendering.tiles import Face
from kpis.engine.result import Result

#: across, in pixels: the ring, and the point in its middle
RING, POINT = 14, 5


def rings(face: Face, result: Result, slots: Sequence[Slot], colour: str) -> list[Json]:
    """One trace with all of them, that says nothing itself; none where nothing is unusual."""
    places = {slot.period.start: n for n, slot in enumerate(slots) if slot.period is not None}
    found = [
        (places[point.period.start], shown(point.figure, face))
        for point in result
        if point.period is not None
        and odd_at(face, point) is not None
        and fmt.has_value(point.figure)
    ]
    if not found:
        return []
    twice = [place for place in found for _part in (RING, POINT)]
    return [
        {
            "type": "scatter", "mode": "markers", "name": face.name, "hoverinfo": "skip",
            "showlegend": False, "cliponaxis": False,
            "x": [x for x, _y in twice],
            "y": [y for _x, y in twice],
            "line": {"color": colour, "width": 0},
            "marker": {
                "color": ["--surface", colour] * len(found),
                "size": [RING, POINT] * len(found),
                "line": {"color": "--watch", "width": [2, 0] * len(found)},
            },
        }
    ]  # fmt: skip
