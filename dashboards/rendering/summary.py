"""A chart in one or two sentences, for those who hear it and for those who skim."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.rendering import format as fmt
from dashboards.rendering.figures.bars import MAX_BARS
from dashboards.rendering.figures.marks import marks_in
from dashboards.rendering.figures.series import shown_segments
from dashboards.rendering.odd import odd_lines
from dashboards.rendering.tiles import Face
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.result import Point, Result


def summary(face: Face, result: Result, *, wording: Wording = ENGLISH) -> str:
    """First, last, lowest and highest, and how they stand against the target."""
    known = [point for point in result if fmt.has_value(point.figure)]
    if not known:
        return wording.one_value.format(name=face.name, value=wording.no_data)
    if result.grain is None and not result.by:
        return _sentences(_total(face, known[0], wording))
    if result.grain is None:
        return _sentences(_over_categories(face, result, known, wording))
    return _sentences(_over_time(face, result, known, wording))


def _total(face: Face, point: Point, wording: Wording) -> list[str]:
    value = str(fmt.number(point.figure, face, wording))
    return [wording.one_value.format(name=face.name, value=value), _standing(face, point, wording)]


def _over_time(face: Face, result: Result, known: Sequence[Point], wording: Wording) -> list[str]:
    parts = []
    segments = shown_segments(result)
    for segment in segments:
        own = [point for point in known if point.segment == segment]
        if not own:
            continue
        name = face.name if not result.by else fmt.segment_text(segment, wording)
        parts.append(
            wording.series.format(
                name=name,
                start=_when(own[0], wording),
                end=_when(own[-1], wording),
                first=_value(own[0], face, wording),
                last=_value(own[-1], face, wording),
            )
        )
    if len(segments) == 1:
        parts += [_extremes(face, known, wording), _standing(face, known[-1], wording)]
        parts += odd_lines(face, result, wording)
    parts += [mark.words for mark in marks_in(face, result) if mark.until is not None]
    return [*parts, *_gaps(result, known, wording), *_left_out(result, len(segments), wording)]


def _over_categories(
    face: Face, result: Result, known: Sequence[Point], wording: Wording
) -> list[str]:
    parts = [f"{face.name}.", _extremes(face, known, wording)]
    if face.target is not None:
        good = sum(fmt.status(p.figure, face.at(p.segment)) == "good" for p in known)
        target = fmt.target_text(face, wording)
        parts.append(wording.meeting.format(n=good, count=len(known), target=target))
    if len(known) > MAX_BARS:
        parts.append(wording.more.format(n=len(known) - MAX_BARS))
    return [*parts, *_gaps(result, known, wording)]


def _extremes(face: Face, known: Sequence[Point], wording: Wording) -> str:
    low = min(known, key=lambda point: point.figure.value or 0)
    high = max(known, key=lambda point: point.figure.value or 0)
    return wording.extremes.format(
        low=_value(low, face, wording, noted=False),
        low_at=_when(low, wording),
        high=_value(high, face, wording, noted=False),
        high_at=_when(high, wording),
    )


def _standing(face: Face, point: Point, wording: Wording) -> str:
    partial = point.period is not None and point.period.partial
    state = fmt.status(point.figure, face, partial=partial)
    if state == "none":
        return ""
    word = fmt.status_word(state, wording)
    return wording.of_target.format(status=word, target=fmt.target_text(face, wording))


def _gaps(result: Result, known: Sequence[Point], wording: Wording) -> list[str]:
    missing = len(result.points) - len(known)
    return [wording.missing.format(n=missing)] if missing else []


def _left_out(result: Result, shown: int, wording: Wording) -> list[str]:
    left = len({point.segment for point in result}) - shown
    return [wording.more.format(n=left)] if left else []


def _value(point: Point, face: Face, wording: Wording, *, noted: bool = True) -> str:
    partial = point.period is not None and point.period.partial
    note = fmt.note(point.figure, partial=partial, wording=wording) if noted else ""
    value = str(fmt.number(point.figure, face, wording))
    return f"{value} ({note})" if note else value


def _when(point: Point, wording: Wording) -> str:
    if point.period is not None:
        return fmt.period_text(point.period, wording)
    return fmt.segment_text(point.segment, wording)


def _sentences(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)
