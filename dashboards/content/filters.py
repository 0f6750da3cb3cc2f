"""What a reader has chosen: from the address of the page and back, and what it means in days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ace_portal.lib.errors import Invalid
from dashboards.content.document import Document
from dashboards.content.wording import wording
from kpis.engine.definition import AllOf, Column, Condition, Scalar, Where
from kpis.engine.query import FIRST_DAY, LAST_DAY

PERIODS = {
    "last_month": gettext_lazy("Last full month"),
    "last_3": gettext_lazy("Last 3 full months"),
    "last_6": gettext_lazy("Last 6 full months"),
    "last_12": gettext_lazy("Last 12 full months"),
    "all": gettext_lazy("All data"),
}
MONTHS = {"last_month": 1, "last_3": 3, "last_6": 6, "last_12": 12}
#: how a value that is empty is written in an address; a value that begins so gets another
EMPTY = "~"


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, half-open; None is open."""

    start: date | None = None
    end: date | None = None

    @classmethod
    def of_days(cls, first: date, last: date) -> Span:
        """Both days included."""
        return cls(first, last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class FilterState:
    """The choices of a reader; ``start`` and ``end`` are own dates, both included."""

    preset: str
    start: date | None = None
    end: date | None = None
    chosen: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)


def read_state(document: Document, params: QueryDict) -> FilterState:
    """The state that an address spells; what makes no sense is as if it were not there."""
    period = document.period
    preset = params.get("period") or period.preset
    start, end = period.start, period.end
    if preset == "own" and params.get("period"):
        start, end = _day(params.get("from")), _day(params.get("to"))
    known = preset in PERIODS or (preset == "own" and start and end and start <= end)
    if not known:
        preset, start, end = period.preset, period.start, period.end
    if preset != "own":
        start = end = None
    chosen = {
        choice.key: tuple(dict.fromkeys(read(text) for text in params.getlist(choice.key) if text))
        for choice in document.choices
    }
    return FilterState(preset, start, end, {key: v for key, v in chosen.items() if v})


def default_state(document: Document) -> FilterState:
    period = document.period
    return FilterState(period.preset, period.start, period.end)


def query_string(document: Document, state: FilterState) -> str:
    """The address of a state: empty for the one that the page opens with."""
    pairs: list[tuple[str, str]] = []
    period = document.period
    if (state.preset, state.start, state.end) != (period.preset, period.start, period.end):
        pairs.append(("period", state.preset))
        if state.start and state.end:
            pairs += [("from", state.start.isoformat()), ("to", state.end.isoformat())]
    for choice in document.choices:
        pairs += [(choice.key, written(value)) for value in state.chosen.get(choice.key, ())]
    return urlencode(pairs)


def written(value: str | None) -> str:
    """A value of a dropdown as the address has it."""
    if value is None:
        return EMPTY
    if not value:
        return EMPTY + "."
    return EMPTY + value if value.startswith(EMPTY) else value


def read(text: str) -> str | None:
    """The value that is ``written`` so."""
    if text == EMPTY:
        return None
    return "" if text == EMPTY + "." else text.removeprefix(EMPTY)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day < LAST_DAY else None


# Time --------------------------------------------------------------------------------------------


def span_of(state: FilterState, today: date) -> Span:
    """The days of a state; full months are those that were over on ``today``."""
    if state.preset in MONTHS:
        end = today.replace(day=1)
        return Span(_months_before(end, MONTHS[state.preset]), end)
    if state.preset == "own" and state.start and state.end:
        return Span.of_days(state.start, state.end)
    return Span()


def _months_before(day: date, count: int) -> date:
    month = day.year * 12 + day.month - 1 - count
    return date(month // 12, month % 12 + 1, 1)


def span_words(span: Span) -> str:
    """ "1 Aug to 31 Oct 2026"; both days included."""
    if span.start is None or span.end is None:
        return _("all data")
    first, last = span.start, span.end - timedelta(days=1)
    same = first.year == last.year
    return _("%(from)s to %(to)s") % {
        "from": _day_words(first, year=not same), "to": _day_words(last, year=True),
    }  # fmt: skip


def _day_words(day: date, *, year: bool) -> str:
    text = f"{day.day} {wording().months[day.month - 1]}"
    return f"{text} {day.year}" if year else text


def before_words(state: FilterState, span: Span, *, cut: bool, against: str = "previous") -> str:
    """With what a number is compared."""
    if against == "year":
        return _("vs the same stretch a year before") if cut else _("vs a year before")
    if cut:
        return _("vs the same stretch before")
    months = MONTHS.get(state.preset)
    if months == 1:
        return _("vs the month before")
    if months:
        return _("vs the %(n)d months before") % {"n": months}
    days = (span.end - span.start).days if span.start and span.end else 0
    return ngettext("vs the day before", "vs the %(n)d days before", days) % {"n": days}


# Choices -----------------------------------------------------------------------------------------


def where_of(
    document: Document, state: FilterState, dimensions: Sequence[str], types: Mapping[str, str]
) -> Where | None:
    """The conditions that apply to a KPI with these dimensions; ``types`` are its data's columns.

    Raises ``Invalid`` where a chosen value cannot be one of the column.
    """
    parts: list[Where] = []
    for choice in document.choices:
        values = state.chosen.get(choice.key)
        if values and choice.column in dimensions:
            kind = types.get(choice.column, "text")
            typed = tuple(_typed(value, kind, choice.label) for value in values)
            parts.append(Condition(Column(choice.column), "in", typed))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _typed(value: str | None, kind: str, label: str) -> Scalar:
    if value is None:
        return None
    try:
        if kind == "integer":
            return int(value)
        if kind == "boolean":
            return {"true": True, "false": False}[value]
        if kind == "date":
            return date.fromisoformat(value).isoformat()
    except (ValueError, KeyError) as error:
        raise Invalid(
            _("“%(value)s” is not a value of %(label)s.") % {"value": value, "label": label}
        ) from error
    return value


def ignored(document: Document, state: FilterState, dimensions: Sequence[str]) -> list[str]:
    """The labels of the dropdowns in use that do not reach a KPI with these dimensions."""
    return [
        choice.label
        for choice in document.choices
        if state.chosen.get(choice.key) and choice.column not in dimensions
    ]


def state_words(document: Document, state: FilterState, span: Span) -> str:
    """All filters in one line, as an explanation says them."""
    parts = [span_words(span)]
    for choice in document.choices:
        values = state.chosen.get(choice.key)
        if values:
            shown = ", ".join(_("(empty)") if value is None else value for value in values[:5])
            more = "" if len(values) <= 5 else _(" and %(n)d more") % {"n": len(values) - 5}
            parts.append(f"{choice.label}: {shown}{more}")
    return "; ".join(parts)
