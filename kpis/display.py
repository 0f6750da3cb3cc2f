"""Figures as people read them on KPI pages. Rounding happens here: half to even."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.saying import said
from kpis.engine.change import Change, Kind
from kpis.engine.definition import Definition, Where
from kpis.engine.periods import quarter_of, year_of
from kpis.engine.result import Figure, State
from kpis.engine.status import Direction, Status, Target
from kpis.engine.words import Words, where_words, words

DASH, MINUS = "–", "−"
GRAINS = {
    "month": gettext_lazy("Month"), "week": gettext_lazy("Week"), "day": gettext_lazy("Day"),
    "quarter": gettext_lazy("Quarter"), "year": gettext_lazy("Year"), "hour": gettext_lazy("Hour"),
}  # fmt: skip

WEEKDAYS = {
    0: gettext_lazy("Monday"), 1: gettext_lazy("Tuesday"), 2: gettext_lazy("Wednesday"),
    3: gettext_lazy("Thursday"), 4: gettext_lazy("Friday"), 5: gettext_lazy("Saturday"),
    6: gettext_lazy("Sunday"),
}  # fmt: skip
MONTHS = {
    1: gettext_lazy("January"), 2: gettext_lazy("February"), 3: gettext_lazy("March"),
    4: gettext_lazy("April"), 5: gettext_lazy("May"), 6: gettext_lazy("June"),
    7: gettext_lazy("July"), 8: gettext_lazy("August"), 9: gettext_lazy("September"),
    10: gettext_lazy("October"), 11: gettext_lazy("November"), 12: gettext_lazy("December"),
}  # fmt: skip


class Face(Protocol):
    """What a version says about its look."""

    unit: str
    unit_label: str
    precision: int
    direction: str


@dataclass(frozen=True)
class Shown:
    """A value in its parts; a ``tight`` unit follows without a space, ``reason`` says why none."""

    number: str
    unit: str = ""
    tight: bool = False
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.number}{'' if self.tight or not self.unit else ' '}{self.unit}"


@dataclass(frozen=True)
class Delta:
    """A change: the arrow has the sign, so ``text`` has none."""

    text: str
    direction: str
    tone: str


def is_percent(face: Face) -> bool:
    return face.unit == "percent"


def digits(value: float, precision: int, *, trim: bool = False) -> str:
    """Rounded half to even, thousands apart, with a true minus sign."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_EVEN)
    text = f"{abs(rounded):,.{precision}f}"
    if trim and precision:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if rounded < 0 else "") + text


def shown(figure: Figure, face: Face) -> Shown:
    """A figure for display; without a value it says why."""
    if figure.state is State.NO_DATA or (figure.value is None and figure.state is State.OK):
        return Shown(_("No data"), reason=_("There are no rows to compute it from."))
    if figure.value is None or not math.isfinite(figure.value):
        return Shown(DASH, reason=_("Undefined: the denominator is zero."))
    return shown_value(float(figure.value), face)


def shown_value(value: float, face: Face, *, trim: bool = False) -> Shown:
    if is_percent(face):
        return Shown(digits(scaled(value, face), face.precision, trim=trim), "%", tight=True)
    return Shown(digits(value, face.precision, trim=trim), face.unit_label)


def scaled(value: float, face: Face) -> float:
    """In the unit that is read: a share becomes percent, without binary dust."""
    return float(Decimal(repr(value)) * 100) if is_percent(face) else value


def change_text(change: Change, face: Face) -> Delta | None:
    """A change in the KPI's unit, for percentages in points; None where there is none to tell."""
    if change.kind is Kind.NONE or change.absolute is None:
        return None
    step = change.points if change.points is not None else change.absolute
    text = digits(abs(float(step)), face.precision)
    flat = not text.strip("0.,")
    direction = "flat" if flat else "up" if step > 0 else "down"
    unit = _("points") if is_percent(face) else face.unit_label
    return Delta(f"{text} {unit}".strip(), direction, _tone(direction, face.direction))


def difference_text(change: Change, face: Face) -> Delta | None:
    """What other rows, or another formula, made of the same period: nothing got better or worse."""
    delta = change_text(change, face)
    return None if delta is None else replace(delta, tone="none")


def _tone(way: str, good: str) -> str:
    if way == "flat" or good == Direction.BAND:
        return "none"
    return "good" if way == good else "bad"


def status_word(status: Status) -> str:
    return {
        Status.GOOD: _("On target"),
        Status.WATCH: _("Watch"),
        Status.BAD: _("Missed"),
        Status.NONE: _("No target"),
    }[status]


def good_text(target: Target, face: Face) -> str:
    """What good is: “8 h or less”."""
    return _stretch(target.good, target.direction, face)


def watch_text(target: Target, face: Face) -> str:
    return _stretch(target.watch, target.direction, face)


def _stretch(ends: tuple[float, float], direction: Direction, face: Face) -> str:
    low, high = ("" if math.isinf(end) else str(shown_value(end, face, trim=True)) for end in ends)
    match direction:
        case Direction.UP:
            return _("%(value)s or more") % {"value": low}
        case Direction.DOWN:
            return _("%(value)s or less") % {"value": high}
        case Direction.BAND:
            return _("%(low)s to %(high)s") % {"low": low, "high": high}


def tick_text(start: datetime, grain: str, fiscal_start: int = 1) -> str:
    """A period under an axis, where its neighbours say the rest."""
    if grain in {"day", "week"}:
        return formats.date_format(start.date(), "j M")
    return f"{start:%H:%M}" if grain == "hour" else period_text(start, grain, fiscal_start)


def period_text(start: datetime, grain: str, fiscal_start: int = 1) -> str:
    """A period by its start; ``start`` is in the KPI's zone."""
    year = str(year_of(start.date(), fiscal_start))
    if fiscal_start != 1:
        year = _("FY%(year)s") % {"year": year}
    day = formats.date_format(start.date(), "j M Y")
    match grain:
        case "year":
            return year
        case "quarter":
            n = quarter_of(start.date(), fiscal_start)
            return _("Q%(n)s %(year)s") % {"n": n, "year": year}
        case "month":
            return formats.date_format(start.date(), "M Y")
        case "week":
            return _("Week of %(day)s") % {"day": day}
        case "hour":
            return f"{day}, {start:%H:%M}"
        case "day":
            return day
        case _:
            return _("All rows")


def definition_words(definition: Definition, labels: Mapping[str, str] | None = None) -> Words:
    """A definition in the reader's own language."""
    found = words(definition, labels)
    conditions = tuple(said(condition) for condition in found.conditions)
    return Words(said(found.formula), said(found.numerator), said(found.denominator), conditions)


def condition_words(where: Where) -> str:
    """A condition in the reader's own language."""
    return said(where_words(where))
