"""Figures that season and trend do not explain, in words."""

from __future__ import annotations

from dashboards.rendering import format as fmt
from dashboards.rendering.tiles import Face, Odd
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Point, Result


def odd_at(face: Face, point: Point) -> Odd | None:
    """What is unusual about a point; only the whole of a full period was ever looked at."""
    period = point.period
    if not face.odd or period is None or period.partial or point.segment:
        return None
    return next((odd for odd in face.odd if odd.start == period.start), None)


def odd_words(odd: Odd, face: Face, wording: Wording = ENGLISH) -> str:
    """On which side it lies of what was expected, and what that was."""
    sentence = {
        (True, "season"): wording.odd_above_season,
        (False, "season"): wording.odd_below_season,
        (True, "trend"): wording.odd_above_trend,
        (False, "trend"): wording.odd_below_trend,
    }[odd.above, odd.how]
    low, high = (fmt.text(end, face, wording) for end in (odd.low, odd.high))
    return sentence.format(low=low, high=high)


def odd_lines(face: Face, result: Result, wording: Wording = ENGLISH) -> tuple[str, ...]:
    """A sentence for each unusual figure of a result, in the order of its periods."""
    return tuple(
        wording.odd.format(
            when=fmt.period_text(point.period, wording),
            value=fmt.number(point.figure, face, wording),
            words=odd_words(odd, face, wording),
        )
        for point in result
        if point.period is not None and (odd := odd_at(face, point)) is not None
    )
