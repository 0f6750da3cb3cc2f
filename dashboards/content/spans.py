"""The periods that a page can be looked at in: their days, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.content.wording import wording
from kpis.engine.periods import Calendar
from kpis.engine.query import FIRST_DAY, LAST_DAY

PERIODS = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "days_7": gettext_lazy("Last 7 days"),
    "days_28": gettext_lazy("Last 28 days"),
    "days_90": gettext_lazy("Last 90 days"),
    "this_month": gettext_lazy("This month so far"),
    "this_quarter": gettext_lazy("This quarter so far"),
    "this_year": gettext_lazy("This year so far"),
    "last_week": gettext_lazy("Last full week"),
    "last_month": gettext_lazy("Last full month"),
    "last_quarter": gettext_lazy("Last full quarter"),
    "last_year": gettext_lazy("Last full year"),
    "last_3": gettext_lazy("Last 3 full months"),
    "last_6": gettext_lazy("Last 6 full months"),
    "last_12": gettext_lazy("Last 12 full months"),
    "all": gettext_lazy("All data"),
}
#: so many days up to the page's day, whatever months they lie in
ROLLING = {"days_7": 7, "days_28": 28, "days_90": 90}
#: the whole period that the page's day lies in: the data ends inside it
SO_FAR = {"today": "day", "this_month": "month", "this_quarter": "quarter", "this_year": "year"}
#: so many periods that were over on the page's day
FULL = {
    "yesterday": ("day", 1), "last_week": ("week", 1), "last_month": ("month", 1),
    "last_quarter": ("quarter", 1), "last_year": ("year", 1),
    "last_3": ("month", 3), "last_6": ("month", 6), "last_12": ("month", 12),
}  # fmt: skip
#: weeks from Monday, years from January: where the KPIs of a page do not agree on others
PLAIN = Calendar.of("UTC")


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, half-open; None is open."""

    start: date | None = None
    end: date | None = None

    @classmethod
    def of_days(cls, first: date, last: date) -> Span:
        """Both days included."""
        return cls(first, last + timedelta(days=1))


def span_of_preset(preset: str, today: date, calendar: Calendar = PLAIN) -> Span:
    """The days of a preset, counted from ``today``; open for all data and for own dates."""
    today = min(max(today, FIRST_DAY), LAST_DAY)
    if preset in ROLLING:
        end = today + timedelta(days=1)
        return Span(end - timedelta(days=ROLLING[preset]), end)
    if preset in SO_FAR:
        grain = SO_FAR[preset]
        start = calendar.first_day(today, grain)
        return Span(start, calendar.shift(start, grain, 1))
    if preset in FULL:
        grain, count = FULL[preset]
        end = calendar.first_day(today, grain)
        return Span(calendar.shift(end, grain, -count), end)
    return Span()


def span_words(span: Span) -> str:
    """ "1 Aug to 31 Oct 2026"; both days included, one day once."""
    if span.start is None or span.end is None:
        return _("all data")
    first, last = span.start, span.end - timedelta(days=1)
    if first == last:
        return _day_words(last, year=True)
    same = first.year == last.year
    return _("%(from)s to %(to)s") % {
        "from": _day_words(first, year=not same), "to": _day_words(last, year=True),
    }  # fmt: skip


def _day_words(day: date, *, year: bool) -> str:
    text = f"{day.day} {wording().months[day.month - 1]}"
    return f"{text} {day.year}" if year else text


_BEFORE: dict[str, Callable[[], str]] = {
    "day": lambda: _("vs the day before"),
    "week": lambda: _("vs the week before"),
    "month": lambda: _("vs the month before"),
    "quarter": lambda: _("vs the quarter before"),
    "year": lambda: _("vs the year before"),
}
_CUT: dict[str, Callable[[], str]] = {
    "day": lambda: _("vs the same hours of the day before"),
    "month": lambda: _("vs the same stretch of the month before"),
    "quarter": lambda: _("vs the same stretch of the quarter before"),
    "year": lambda: _("vs the same stretch of the year before"),
}


def words_before(preset: str, span: Span, *, cut: bool, against: str = "previous") -> str:
    """With what a number is compared; ``cut`` where the data ends inside the span."""
    if against == "year":
        return _("vs the same stretch a year before") if cut else _("vs a year before")
    if cut:
        grain = SO_FAR.get(preset)
        return _CUT[grain]() if grain else _("vs the same stretch before")
    grain, count = FULL.get(preset) or (SO_FAR.get(preset), 1)
    if grain and count == 1:
        return _BEFORE[grain]()
    if grain:
        return _("vs the %(n)d months before") % {"n": count}
    days = (span.end - span.start).days if span.start and span.end else 0
    return ngettext("vs the day before", "vs the %(n)d days before", days) % {"n": days}
