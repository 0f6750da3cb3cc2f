"""Points in the order of their periods, each with the words that it says under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.rendering import format as fmt
from dashboards.rendering.odd import odd_at, odd_words
from dashboards.rendering.safety import label
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import Wording
from kpis.engine.result import Figure, Period, Result

Segment = tuple[str | None, ...]

# More than the eye can compare is left to the table.
MAX_SERIES = 6
NAME_LIMIT = 18


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the time axis; without a period it is a gap that the data leaves."""

    period: Period | None
    before: Period | None

    @property
    def partial(self) -> bool:
        """Whether its period is not over."""
        return self.period is not None and self.period.partial


def shown_segments(result: Result) -> list[Segment]:
    """The segments that a chart over time draws: the largest by their last value, as they come."""
    last: dict[Segment, float] = {}
    for point in result:
        value = point.figure.value if fmt.has_value(point.figure) else None
        last[point.segment] = float(value) if value is not None else last.get(point.segment, 0.0)
    largest = set(sorted(last, key=lambda segment: -abs(last[segment]))[:MAX_SERIES])
    return [segment for segment in last if segment in largest]


def slots_of(result: Result) -> list[Slot]:
    """Every period once, in order, with one gap where the data leaves some out."""
    periods = {p.period.start: p.period for p in result if p.period is not None}
    slots: list[Slot] = []
    before: Period | None = None
    for period in (periods[start] for start in sorted(periods)):
        if before is not None and before.end < period.start:
            slots.append(Slot(None, before))
        slots.append(Slot(period, before))
        before = period
    return slots


def series_of(
    result: Result, slots: Sequence[Slot], segments: Sequence[Segment], face: Face
) -> dict[Segment, list[float | None]]:
    places = {slot.period.start: n for n, slot in enumerate(slots) if slot.period is not None}
    series: dict[Segment, list[float | None]] = {s: [None] * len(slots) for s in segments}
    for point in result:
        if point.segment in series and point.period is not None:
            series[point.segment][places[point.period.start]] = shown(point.figure, face)
    return series


def shown(figure: Figure, face: Face) -> float | None:
    if figure.value is None or not fmt.has_value(figure):
        return None
    return float(fmt.display_value(figure.value, face))


def hover(
    result: Result,
    segment: Segment,
    slots: Sequence[Slot],
    face: Face,
    wording: Wording,
    *,
    named: bool,
) -> list[str]:
    """A sentence for each slot, with the segment's name where there are several."""
    points = {p.period.start: p for p in result if p.period and p.segment == segment}
    texts = []
    for slot in slots:
        period = slot.period
        if period is None or period.start not in points:
            texts.append("")
            continue
        figure, odd = points[period.start].figure, odd_at(face, points[period.start])
        parts = [fmt.period_text(period, wording)]
        if named:
            parts.append(fmt.segment_text(segment, wording))
        note = fmt.note(figure, partial=period.partial, wording=wording)
        if odd is not None:
            note = "; ".join(part for part in (note, odd_words(odd, face, wording)) if part)
        value = str(fmt.number(figure, face, wording))
        texts.append(label(f"{', '.join(parts)}: {value}{f' ({note})' if note else ''}", 160))
    return texts
