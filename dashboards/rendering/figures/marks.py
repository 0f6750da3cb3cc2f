"""Where a formula changed or something happened: a line, a band where it lasted, and its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboards.rendering.figures.axes import Json
from dashboards.rendering.figures.series import Slot
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face, Mark
from kpis.engine.result import Period, Result


def marks_in(face: Face, result: Result) -> list[Mark]:
    """The marks that lie inside the periods of a result, or reach into one."""
    periods = [point.period for point in result if point.period is not None]
    return [m for m in face.marks if any(_reaches(m, p) for p in periods)]


def _reaches(mark: Mark, period: Period) -> bool:
    if mark.until is not None:
        return mark.at < period.end and period.start < mark.until
    return period.start <= mark.at < period.end


def mark_shapes(face: Face, slots: Sequence[Slot]) -> list[Json]:
    return [
        {
            "type": "line", "xref": "x", "yref": "paper", "x0": place, "x1": place, "y0": 0,
            "y1": 1, "line": {"color": "--chart-axis", "width": 1, "dash": "2px,3px"},
        }
        for place, mark in _places(face, slots)
        if mark.until is None
    ] + [
        {
            "type": "rect", "xref": "x", "yref": "paper", "x0": place,
            "x1": _place_of(mark.until, slots), "y0": 0, "y1": 1, "layer": "below",
            "fillcolor": "--none-soft", "line": {"width": 0},
        }
        for place, mark in _places(face, slots)
        if mark.until is not None
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
    moments = [
        (n - 0.5 + _into(mark, slot.period), mark)
        for mark in face.marks
        for n, slot in enumerate(slots)
        if mark.until is None
        and slot.period is not None and slot.period.start <= mark.at < slot.period.end
    ]  # fmt: skip
    stretches = [
        (_place_of(mark.at, slots), mark)
        for mark in face.marks
        if any(mark.until and slot.period and _reaches(mark, slot.period) for slot in slots)
    ]
    return moments + stretches


def _place_of(moment: datetime, slots: Sequence[Slot]) -> float:
    """Where a moment lies on the axis, at its end where it lies beyond; in a gap in its middle."""
    place = -0.5
    for n, slot in enumerate(slots):
        if slot.period is None:
            continue
        if moment < slot.period.start:
            return n - 1.0 if n and slots[n - 1].period is None else place
        if moment < slot.period.end:
            into: float = (moment - slot.period.start) / (slot.period.end - slot.period.start)
            return n - 0.5 + into
        place = n + 0.5
    return place
