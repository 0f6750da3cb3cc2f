"""What a reader has chosen: from the address of the page and back, and what it means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict

from ace_portal.lib.errors import Invalid
from dashboards.content.document import Document
from dashboards.content.document.model import LEVEL, MARK
from dashboards.content.document.schema import TAB
from dashboards.content.kinds import (
    Values,
    conditions_of,
    fault_of,
    is_said,
    pairs_of,
    reaches,
    read,
    values_in,
    words_of,
    written,
)
from dashboards.content.sides import (
    FIRST,
    SECOND,
    Sides,
    choice_of,
    key_in,
    pairs_of_sides,
    read_sides,
    sides_words,
)
from dashboards.content.spans import (
    PERIODS,
    PLAIN,
    ROLLING,
    Span,
    span_of_preset,
    span_words,
    words_before,
)
from kpis.engine.definition import AllOf, Condition, Where
from kpis.engine.periods import Calendar
from kpis.engine.query import FIRST_DAY, LAST_DAY

__all__ = [
    "EVERY",
    "ON_TILE",
    "PERIODS",
    "ROLLING",
    "FilterState",
    "Span",
    "before_words",
    "check_state",
    "compared_words",
    "default_state",
    "drilled",
    "full_address",
    "ignored",
    "is_filtered",
    "labels_in",
    "missing",
    "open_tab",
    "plain_address",
    "query_string",
    "read",
    "read_state",
    "settled",
    "span_of",
    "span_words",
    "state_words",
    "uncompared",
    "unknown_names",
    "where_of",
    "without",
    "written",
]

#: in an address: the document's own state, where the empty address opens somebody's saved view
VIEW, PLAIN_VIEW = "view", "plain"


@dataclass(frozen=True, slots=True)
class FilterState:
    """The choices of a reader; ``start`` and ``end`` are own dates, both included.

    ``chosen`` has the values of each filter in use, by its key, as ``kinds`` spells them;
    ``refused`` what was typed into a filter that cannot take it, which counts for nothing. ``tab``
    is the key of the one that is open, "" for the first, ``EVERY`` for all below each other.
    ``named`` says that an empty address would open another state, so that this one needs a name
    even where it is the one that the document begins with. ``sides`` are two segments to compare.
    """

    preset: str
    start: date | None = None
    end: date | None = None
    chosen: Mapping[str, Values] = field(default_factory=dict)
    refused: Mapping[str, Values] = field(default_factory=dict)
    tab: str = ""
    named: bool = field(default=False, compare=False)
    sides: Sides | None = None


#: in the place of a tab's key: all of them
EVERY = "*"
#: an address that leads to a tile names it, so that its tab is open; no filter is called so
ON_TILE = "on-tile"


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
    chosen, refused = {}, {}
    for choice in document.filters:
        values = values_in(choice, params) if is_said(choice, params) else choice.default
        if values and fault_of(choice, values):
            refused[choice.key] = values
        elif values:
            chosen[choice.key] = values
    _keep_way_down(document, chosen)
    return FilterState(
        preset, start, end, chosen, refused, _tab_in(document, params),
        named=params.get(VIEW) == PLAIN_VIEW, sides=read_sides(document, params),
    )  # fmt: skip


def _tab_in(document: Document, params: QueryDict) -> str:
    """The tab that an address opens: that of the tile that it leads to, else the one it names."""
    if not document.tabs:
        return ""
    tile = document.tile(params.get(ON_TILE, ""))
    key = document.tab_of(tile) if tile is not None else params.get(TAB, "")
    known = [EVERY, *(tab.key for tab in document.tabs[1:])]
    return key if key in known else ""


def open_tab(document: Document, state: FilterState) -> str | None:
    """The key of the tab that is open; None where the whole page is."""
    if state.tab == EVERY or not document.tabs:
        return None
    return state.tab or document.tabs[0].key


def _keep_way_down(document: Document, chosen: dict[str, Values]) -> None:
    """Leave out the levels below one that has no value."""
    broken = False
    for level in document.levels:
        broken = broken or level.key not in chosen
        if broken:
            chosen.pop(level.key, None)


def drilled(document: Document, state: FilterState, column: str) -> str:
    """By what a split by a column is split where one has drilled down: the level that is next."""
    if column not in document.drill:
        return column
    done = sum(level.key in state.chosen for level in document.levels)
    place = max(document.drill.index(column), min(done, len(document.drill) - 1))
    return document.drill[place]


def check_state(document: Document, state: FilterState) -> None:
    """Raise ``Invalid``, with the filter's key, where it cannot take what was given."""
    for choice in document.filters:
        if choice.key in state.refused:
            raise Invalid(fault_of(choice, state.refused[choice.key]), field=choice.key)
    if state.sides is not None and state.sides.fault:
        raise Invalid(state.sides.fault, field=SECOND)


def settled(state: FilterState) -> FilterState:
    """The state without what its filters cannot take, as one keeps it: of all tabs."""
    sides = None if state.sides is not None and state.sides.fault else state.sides
    return replace(state, refused={}, tab="", sides=sides)


def uncompared(state: FilterState) -> FilterState:
    """The state of one segment alone, as a figure that is kept or sent has it."""
    return replace(settled(state), sides=None)


def without(state: FilterState, key: str) -> FilterState:
    """The state as if a filter were not in use."""
    chosen = {name: values for name, values in state.chosen.items() if name != key}
    refused = {name: values for name, values in state.refused.items() if name != key}
    return replace(state, chosen=chosen, refused=refused)


def default_state(document: Document) -> FilterState:
    period = document.period
    chosen = {choice.key: choice.default for choice in document.choices if choice.default}
    return FilterState(period.preset, period.start, period.end, chosen)


def missing(document: Document, state: FilterState, tile: str = "") -> list[str]:
    """The labels of the filters without which a tile, or the page, shows nothing."""
    return [
        choice.label
        for choice in document.choices
        if choice.required and document.is_for(choice, tile) and not state.chosen.get(choice.key)
    ]


def is_filtered(document: Document, state: FilterState) -> bool:
    """Whether anything is chosen otherwise than the page opens with; its tab is no filter."""
    return bool(query_string(document, replace(state, tab="", named=False)))


def query_string(document: Document, state: FilterState) -> str:
    """The address of a state: empty for the one that the page opens with."""
    pairs: list[tuple[str, str]] = []
    period = document.period
    if (state.preset, state.start, state.end) != (period.preset, period.start, period.end):
        pairs.append(("period", state.preset))
        if state.start and state.end:
            pairs += [("from", state.start.isoformat()), ("to", state.end.isoformat())]
    for choice in document.filters:
        values = state.chosen.get(choice.key) or state.refused.get(choice.key, ())
        pairs += pairs_of(choice, values)
    pairs += pairs_of_sides(state.sides)
    if state.tab:
        pairs.append((TAB, state.tab))
    return urlencode(pairs or ([(VIEW, PLAIN_VIEW)] if state.named else []))


def plain_address(state: FilterState) -> str:
    """That of the state which the document begins with, whatever an empty address opens."""
    return urlencode({VIEW: PLAIN_VIEW}) if state.named else ""


def full_address(document: Document, state: FilterState) -> str:
    """The state with all that it says, also what the document begins with today."""
    pairs = [("period", state.preset)]
    if state.start and state.end:
        pairs += [("from", state.start.isoformat()), ("to", state.end.isoformat())]
    for choice in document.filters:
        values = state.chosen.get(choice.key, ())
        if values or choice.default:
            pairs += pairs_of(replace(choice, default=()), values) or [(choice.key, "")]
    return urlencode(pairs + pairs_of_sides(state.sides))


def labels_in(document: Document, state: FilterState) -> dict[str, str]:
    """The filters in use by their keys, as people call them."""
    compared = state.sides.key if state.sides is not None else ""
    used = [c for c in document.filters if state.chosen.get(c.key) or c.key == compared]
    return {choice.key: choice.label for choice in used}


def unknown_names(document: Document, params: QueryDict) -> list[str]:
    """The keys in an address that filter by something, and that no filter of the document has."""
    known = {choice.key for choice in document.filters} | {"period", "from", "to", VIEW}
    known |= {"", FIRST, SECOND, TAB, ON_TILE}
    found = dict.fromkeys(_key_of(name, known) for name, value in params.items() if value)
    found[key_in(params)] = None
    return [name for name in found if name not in known]


def _key_of(name: str, known: Collection[str]) -> str:
    """Of one end of a range the key of its filter."""
    key = name.removesuffix("-from").removesuffix("-to")
    return name if name in known or name.startswith((MARK, LEVEL)) else key


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day < LAST_DAY else None


def span_of(state: FilterState, today: date, calendar: Calendar = PLAIN) -> Span:
    """The days of a state; full periods are those that were over on ``today``."""
    if state.preset == "own" and state.start and state.end:
        return Span.of_days(state.start, state.end)
    return span_of_preset(state.preset, today, calendar)


def before_words(state: FilterState, span: Span, *, cut: bool, against: str = "previous") -> str:
    """With what a number is compared."""
    return words_before(state.preset, span, cut=cut, against=against)


def where_of(
    document: Document,
    state: FilterState,
    dimensions: Sequence[str],
    types: Mapping[str, str],
    tile: str = "",
) -> Where | None:
    """The conditions that apply to a KPI with these dimensions; ``types`` are its data's columns.

    Of a ``tile``, by its key, those of the filters that are for it.

    Raises ``Invalid`` where a chosen value cannot be one of the column.
    """
    parts: list[Condition] = []
    for choice in document.filters:
        values = state.chosen.get(choice.key)
        if values and document.is_for(choice, tile) and reaches(choice, dimensions, types):
            parts += conditions_of(choice, values, types.get(choice.column, "text"))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def ignored(
    document: Document,
    state: FilterState,
    dimensions: Sequence[str],
    types: Mapping[str, str] | None = None,
    tile: str = "",
) -> list[str]:
    """The labels of the filters in use that do not reach a KPI with these dimensions, or are not
    for the tile."""
    return [
        choice.label
        for choice in document.filters
        if state.chosen.get(choice.key)
        and not (document.is_for(choice, tile) and reaches(choice, dimensions, types or {}))
    ]


def state_words(document: Document, state: FilterState, span: Span) -> str:
    """All filters in one line, as an explanation says them."""
    used = [
        words_of(choice, state.chosen[choice.key])
        for choice in document.filters
        if state.chosen.get(choice.key)
    ]
    compared = compared_words(document, state)
    return "; ".join([span_words(span), *used, *([compared] if compared else [])])


def compared_words(document: Document, state: FilterState) -> str:
    """Which two segments stand side by side; empty where none do."""
    choice = choice_of(document, state.sides)
    return sides_words(choice, state.sides) if state.sides is not None and choice else ""
