"""Values as people read them. Rounding happens here and nowhere else: half to even."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from dashboards.rendering.tiles import Face, Threshold
from dashboards.rendering.wording import ENGLISH, Wording
from kpis.engine.periods import quarter_of, year_of
from kpis.engine.result import Figure, Period, State

MINUS = "−"
DASH = "–"

Status = Literal["good", "watch", "bad", "none"]


@dataclass(frozen=True, slots=True)
class Number:
    """A value in its parts: ``tight`` units follow without a space, ``reason`` says why none."""

    number: str
    unit: str = ""
    tight: bool = False
    reason: str = ""

    def __str__(self) -> str:
        if not self.unit:
            return self.number
        return f"{self.number}{'' if self.tight else ' '}{self.unit}"


@dataclass(frozen=True, slots=True)
class Delta:
    """A change. ``text`` is without a sign, since the arrow has it; ``relative`` has one."""

    text: str
    relative: str
    direction: Literal["up", "down", "flat"]
    tone: Literal["good", "bad", "none"]


def display_value(value: float | int, face: Face) -> Decimal:
    """In the unit that is displayed: a share becomes percent."""
    exact = Decimal(str(value))
    return exact * 100 if face.unit == "percent" else exact


def exact(value: float | int) -> Decimal:
    """A number as it is written."""
    return Decimal(str(value))


def digits(value: Decimal, precision: int, wording: Wording = ENGLISH) -> str:
    """``value`` rounded half to even, with thousands apart and a true minus sign."""
    rounded = value.quantize(Decimal(1).scaleb(-precision), rounding=ROUND_HALF_EVEN)
    sign = MINUS if rounded < 0 else ""
    text = f"{abs(rounded):,.{precision}f}"
    return sign + text.replace(",", "\0").replace(".", wording.decimal).replace("\0", wording.group)


def has_value(figure: Figure) -> bool:
    return figure.state is State.OK and figure.value is not None and math.isfinite(figure.value)


def number(figure: Figure, face: Face, wording: Wording = ENGLISH) -> Number:
    """A figure for display; without a value it is a dash or "No data", and says why."""
    if figure.state is State.NO_DATA:
        return Number(wording.no_data)
    if figure.value is None or not has_value(figure):
        return Number(DASH, reason=wording.undefined)
    return _number(figure.value, face, wording)


def _number(value: float | int, face: Face, wording: Wording) -> Number:
    text = digits(display_value(value, face), face.precision, wording)
    if face.unit == "percent":
        return Number(text, "%", tight=True)
    return Number(text, face.unit_label)


def text(value: float | int | None, face: Face, wording: Wording = ENGLISH) -> str:
    """A value with its unit, on one line."""
    return wording.no_data if value is None else str(_number(value, face, wording))


def clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def shown_text(figure: Figure, face: Face, wording: Wording = ENGLISH) -> str:
    """A figure with its unit, on one line, or why there is none."""
    return str(number(figure, face, wording))


def delta(
    current: Figure, previous: Figure, face: Face, wording: Wording = ENGLISH
) -> Delta | None:
    """The change from ``previous``, in the KPI's unit, for percentages in points.

    None where one of them has no value. Two values that read alike are unchanged.
    """
    if not (has_value(current) and has_value(previous)):
        return None
    now, then = Decimal(str(current.value)), Decimal(str(previous.value))
    step = display_value(float(now), face) - display_value(float(then), face)
    shown = digits(abs(step), face.precision, wording)
    flat = not shown.strip(f"0{wording.decimal}{wording.group}")
    direction: Literal["up", "down", "flat"] = "flat" if flat else "up" if step > 0 else "down"
    unit = {"percent": wording.points, "count": ""}.get(face.unit, face.unit_label)
    return Delta(
        text=f"{shown} {unit}".rstrip(),
        relative=_relative(now, then, wording),
        direction=direction,
        tone=_tone(direction, face),
    )


def _relative(now: Decimal, then: Decimal, wording: Wording) -> str:
    if then == 0:
        return wording.new if now else "0%"
    share = (now - then) / abs(then) * 100
    sign = "+" if share > 0 else ""
    return f"{sign}{digits(share, 0, wording)}%"


def _tone(direction: str, face: Face) -> Literal["good", "bad", "none"]:
    if direction == "flat" or face.direction == "band":
        return "none"
    return "good" if direction == face.direction else "bad"


def status(figure: Figure, face: Face, *, partial: bool = False) -> Status:
    """Good, watch or bad by the thresholds; none without a target or a value, and none of what
    grows while its period lasts."""
    if partial and face.grows:
        return "none"
    if face.target is None or figure.value is None or not has_value(figure):
        return "none"
    if _meets(figure.value, face.target.good, face):
        return "good"
    watch = face.target.watch
    return "watch" if watch is not None and _meets(figure.value, watch, face) else "bad"


def _meets(value: float | int, threshold: Threshold, face: Face) -> bool:
    if isinstance(threshold, tuple):
        low, high = threshold
        return low <= value <= high
    return value <= threshold if face.direction == "down" else value >= threshold


def status_word(status: Status, wording: Wording = ENGLISH) -> str:
    return {
        "good": wording.status_good,
        "watch": wording.status_watch,
        "bad": wording.status_bad,
        "none": wording.status_none,
    }[status]


def target_text(face: Face, wording: Wording = ENGLISH) -> str:
    """What good is: "8 h or less". Empty without a target."""
    if face.target is None:
        return ""
    good = face.target.good
    if isinstance(good, tuple):
        low, high = (goal_text(value, face, wording) for value in good)
        return wording.between.format(low=low, high=high)
    phrase = wording.or_less if face.direction == "down" else wording.or_more
    return phrase.format(value=goal_text(good, face, wording))


def goals_text(face: Face, wording: Wording = ENGLISH) -> str:
    """The value of what is good alone: "8 h", of a band both ends. Empty without a target."""
    if face.target is None:
        return ""
    good = face.target.good
    ends = good if isinstance(good, tuple) else (good,)
    return " – ".join(goal_text(end, face, wording) for end in ends)


def goal_text(value: float, face: Face, wording: Wording) -> str:
    """A threshold is what somebody typed: without the zeros that precision would add."""
    number = digits(display_value(value, face), face.precision, wording)
    if face.precision:
        number = number.rstrip("0").rstrip(wording.decimal)
    if face.unit == "percent":
        return f"{number}%"
    return number if face.unit == "count" else f"{number} {face.unit_label}".rstrip()


def period_text(period: Period, wording: Wording = ENGLISH) -> str:
    """A period by its start, with the year where the grain alone would be ambiguous."""
    start = period.start
    month = wording.months[start.month - 1]
    match period.grain:
        case "year":
            return _year(period, wording)
        case "quarter":
            return f"{_quarter(period, wording)} {_year(period, wording)}"
        case "month":
            return f"{month} {start.year}"
        case "hour" | "minute":
            return f"{start.day} {month}, {start:%H:%M}"
        case _:
            return f"{start.day} {month} {start.year}"


def _year(period: Period, wording: Wording) -> str:
    year = year_of(period.start.date(), period.fiscal_start)
    return str(year) if period.fiscal_start == 1 else wording.fiscal_year.format(year=year)


def _quarter(period: Period, wording: Wording) -> str:
    return wording.quarter.format(n=quarter_of(period.start.date(), period.fiscal_start))


def period_tick(period: Period, before: Period | None, wording: Wording = ENGLISH) -> str:
    """A period under an axis: short, with what has changed since the label ``before``."""
    start = period.start
    month = wording.months[start.month - 1]
    new_year = before is not None and before.start.year != start.year
    match period.grain:
        case "year":
            return _year(period, wording)
        case "quarter":
            quarter, year = _quarter(period, wording), _year(period, wording)
            same = before is not None and _year(before, wording) == year
            return quarter if same else f"{quarter} {year}"
        case "month":
            return f"{month} {start.year}" if new_year or before is None else month
        case "hour" | "minute":
            same_day = before is not None and before.start.date() == start.date()
            return f"{start:%H:%M}" if same_day else f"{start.day} {month}, {start:%H:%M}"
        case _:
            return f"{start.day} {month} {start.year}" if new_year else f"{start.day} {month}"


def segment_text(segment: tuple[str | None, ...], wording: Wording = ENGLISH) -> str:
    """The name of a segment as data has it: still text, not markup."""
    names = [wording.empty_segment if name in (None, "") else str(name) for name in segment]
    return ", ".join(names) or wording.whole


def note(figure: Figure, *, partial: bool = False, wording: Wording = ENGLISH) -> str:
    """What a reader must know beside the number: few cases, a period that is not over."""
    notes = []
    if figure.few and figure.denominator is not None:
        cases = digits(Decimal(str(figure.denominator)), 0, wording)
        notes.append(wording.few.format(n=cases))
    if partial:
        notes.append(wording.so_far)
    return ", ".join(notes)
