"""Where a formula changed: a line between two periods, and what the new version is called."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.rendering.figures.axes import Json
from dashboards.rendering.figures.series import Slot
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face, Mark
from kpis.engine.result import Period, Result


def marks_in(face: Face, result: Result) -> list[Mark]:
    """The marks that lie inside the periods of a result."""
    periods = [point.period for point in result if point.period is not None]
    return [m for m in face.marks if any(p.start <= m.at < p.end for p in periods)]


def mark_shapes(face: Face, slots: Sequence[Slot]) -> list[Json]:
    return [
        {
            "type": "line", "xref": "x", "yref": "paper", "x0": place, "x1": place, "y0": 0,
            "y1": 1, "line": {"color": "--chart-axis", "width": 1, "dash": "2px,3px"},
        }
        for place, _mark in _places(face, slots)
    ]  # fmt: skip


def mark_labels(face: Face, slots: Sequence[Slot]) -> list[Json]:
    """On top, on the side of the period that is measured by the new version."""
    return [
        {
            "yref": "paper", "y": 1, "yanchor": "top", "x": place, "xanchor": "left", "xshift": 3,
            "text": label(mark.label), "showarrow": False, "font": {"color": "--ink-3"},
            "bgcolor": "--surface", "borderpad": 1,
        }
        for place, mark in _places(face, slots)
    ]  # fmt: skip


def _into(mark: Mark, period: Period) -> float:
    """How far into its period a mark stands, from 0 to 1."""
    if not mark.happened:
        return 0.0
    return (mark.at - period.start) / (period.end - period.start)


def _places(face: Face, slots: Sequence[Slot]) -> list[tuple[float, Mark]]:
    return [
        (n - 0.5 + _into(mark, slot.period), mark)
        for mark in face.marks
        for n, slot in enumerate(slots)
        if slot.period is not None and slot.period.start <= mark.at < slot.period.end
    ]
