"""What the filters of a page offer, and the colours of what its charts split by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

from django.utils.translation import gettext as _

from ace_portal.lib.errors import NotVisible, PortalError
from dashboards import rendering as r
from dashboards.content.document import Choice, Document
from dashboards.content.kinds import Values, conditions_of, fault_of, value_words, written
from dashboards.content.planning import Page
from dashboards.content.sides import side_text
from kpis.engine.answering import segment_text
from kpis.engine.cut import Cut
from kpis.engine.definition import AllOf, Condition, Scalar, Where
from kpis.figures import values_of
from kpis.models import Dataset, Load
from kpis.scopes import Reader, cuts_for, datasets_of

Segment = tuple[str | None, ...]
MAX_OPTIONS = 200
#: the kinds without periods whose categories have hues
HUED = ("pie", "scatter")
#: of one page of values, and how many of them there are: beyond them one searches
PER_PAGE, MOST_PAGES = 50, 100
LONGEST_SEARCH = 200


class Option(TypedDict):
    """One value of a dropdown, as ``{% filter_choice %}`` takes it."""

    value: str
    label: str
    selected: bool


@dataclass
class ChoiceView:
    """One filter as its page shows it: ``values`` as they are, or as they were typed."""

    key: str
    label: str
    kind: str
    values: Values = ()
    options: list[Option] = field(default_factory=list)
    more: bool = False  # there are more values than the options
    fault: str = ""
    kept: bool = False  # the address says it where nothing is chosen: it has a default
    dependent: bool = False  # the choice in another changes what it offers
    missing: bool = False
    gone: str = ""  # which chosen values no row has that the reader sees, in a sentence

    @property
    def is_one(self) -> bool:
        return self.kind == "one"

    @property
    def lists(self) -> bool:
        return self.kind in {"choice", "one"}

    @property
    def is_typed(self) -> bool:
        """Whether one can type what the filter cannot take."""
        return self.kind in {"range", "text"}

    @property
    def low(self) -> str:
        return self.values[0] or "" if self.kind == "range" and self.values else ""

    @property
    def high(self) -> str:
        return self.values[1] or "" if self.kind == "range" and self.values else ""

    @property
    def text(self) -> str:
        """What a text contains; of yes or no "true" or "false"."""
        return self.values[0] or "" if self.values else ""


@dataclass
class ValuesPage:
    """Some of the values that a dropdown takes, in the order of code points, the empty one last."""

    choice: Choice
    chosen: list[Option]  # what is in use, whatever is searched for
    options: list[Option]  # the others
    number: int
    more: bool


def datasets_on(page: Page) -> list[Dataset]:
    """What the figures of a page come from."""
    return datasets_of(source.version for source in page.sources.values())


def offered_values(page: Page, reader: Reader) -> dict[str, list[str | None]]:
    """The first values of each column that a dropdown or a chart takes, over all data that has it.

    Of what the reader does not see, no value is offered.
    """
    wanted = {choice.column for choice in page.document.choices if choice.lists}
    wanted |= {tile.by for tile in page.tiles if tile.by} | set(page.document.drill)
    cuts = cuts_for(reader, datasets_on(page)) if wanted else {}
    found: dict[str, list[str | None]] = {}
    for column in sorted(wanted):
        values: dict[str | None, None] = {}
        for load in _loads_with(page, column):
            values |= dict.fromkeys(map(segment_text, _values(load, column, cuts)))
        found[column] = list(values)
    return found


def values_page(
    page: Page, choice: Choice, *, reader: Reader, search: str = "", number: int = 1
) -> ValuesPage:
    """A page of the values that contain ``search``, in the rows that the reader may see."""
    number = min(max(number, 1), MOST_PAGES)
    search = search.strip().replace("\0", "")[:LONGEST_SEARCH]
    end = number * PER_PAGE
    cuts = cuts_for(reader, datasets_on(page))
    found: set[Scalar] = set()
    for load, above in _loads_under(page, choice):
        found.update(_values(load, choice.column, cuts, above, search=search, limit=end + 1))
    ordered = [segment_text(value) for value in sorted(found, key=_place)]
    chosen = page.state.chosen.get(choice.key, ())
    return ValuesPage(
        choice,
        [_option(value, chosen) for value in chosen],
        [_option(v, chosen) for v in ordered[end - PER_PAGE : end] if v not in chosen],
        number,
        len(ordered) > end and number < MOST_PAGES,
    )


def dropdown_of(document: Document, key: str) -> Choice:
    """The dropdown with a key; NotVisible where there is none."""
    for choice in document.choices:
        if choice.key == key and choice.lists:
            return choice
    raise NotVisible("")


def _loads_under(page: Page, choice: Choice) -> Iterator[tuple[Load, Where | None]]:
    """Each load, and what the filters that a dropdown depends on leave of it."""
    for load in _loads_with(page, choice.column):
        try:
            above = _above(page, choice, load)
        except PortalError:  # a value that the column above cannot have leaves nothing
            continue
        yield load, above


def _above(page: Page, choice: Choice, load: Load) -> Where | None:
    """What the filters that a dropdown depends on leave of a load's rows."""
    parts: list[Condition] = []
    for other in page.document.above(choice):
        values = page.state.chosen.get(other.key)
        if values and other.column in load.types:
            parts += conditions_of(other, values, load.types[other.column])
    return AllOf(tuple(parts)) if parts else None


def _narrowed(page: Page, choice: Choice, reader: Reader) -> list[str | None]:
    """What a dropdown offers after the choice in those that it depends on."""
    cuts = cuts_for(reader, datasets_on(page))
    found: dict[str | None, None] = {}
    for load, above in _loads_under(page, choice):
        found |= dict.fromkeys(map(segment_text, _values(load, choice.column, cuts, above)))
    return list(found)


def _place(value: Scalar) -> tuple[bool, bool, Any]:
    """Numbers among themselves, then texts, what is empty last."""
    return value is None, isinstance(value, str), value


def _loads_with(page: Page, column: str) -> Iterator[Load]:
    """The live loads behind the KPIs that a column can filter, each once."""
    sources = [one for source in page.sources.values() for one in source.leaves or (source,)]
    for source in {s.version.dataset_id: s for s in sources if column in s.dimensions}.values():
        if source.load is not None and column in source.load.types:
            yield source.load


def _values(
    load: Load,
    column: str,
    cuts: Mapping[int, Cut],
    where: Where | None = None,
    *,
    search: str = "",
    limit: int = MAX_OPTIONS + 1,
) -> tuple[Scalar, ...]:
    """In their order; none where the data cannot be read now."""
    try:
        cut = cuts.get(load.dataset_id)
        return values_of(load, column, cut, search=search, limit=limit, where=where).values
    except PortalError:
        return ()


def colours_of(page: Page, offered: Mapping[str, Sequence[str | None]]) -> dict[Segment, str]:
    """From all values, not those that a filter leaves, so that a category keeps its hue."""
    tiles = page.tiles
    by = {tile.by for tile in tiles if tile.by and (tile.grain or tile.type in HUED)}
    by |= set(page.document.drill) if by.intersection(page.document.drill) else set()
    found: dict[Segment, str] = {}
    for column in sorted(by):
        # Each dimension begins with the first hue: together they would come round to it early.
        found |= r.hues((value,) for value in offered.get(column, ())[:MAX_OPTIONS])
    return found


def choices_of(
    page: Page, offered: Mapping[str, Sequence[str | None]], reader: Reader
) -> list[ChoiceView]:
    """The filters in the document's order."""
    views = []
    for choice in page.document.choices:
        values = offered.get(choice.column, ())
        if any(page.state.chosen.get(other.key) for other in page.document.above(choice)):
            values = _narrowed(page, choice, reader)
        view = _view(page, choice, values)
        view.gone = _gone_words(page, choice, values, reader)
        views.append(view)
    return views


def _gone_words(page: Page, choice: Choice, offered: Sequence[str | None], reader: Reader) -> str:
    """Which chosen values no row has any more, of those that the reader sees."""
    chosen = page.state.chosen.get(choice.key, ()) if choice.lists else ()
    doubtful = [value for value in chosen if value not in offered]
    if not doubtful:
        return ""
    cuts, known = cuts_for(reader, datasets_on(page)), set(offered)
    for load in _loads_with(page, choice.column):
        try:
            there = conditions_of(choice, tuple(doubtful), load.types[choice.column])
        except PortalError:  # none of them can be one of its values
            continue
        known.update(map(segment_text, _values(load, choice.column, cuts, AllOf(tuple(there)))))
    left = [value_words(value) for value in doubtful if value not in known]
    if not left:
        return ""
    return _("no row that you see has %(values)s.") % {
        "values": ", ".join(f"“{value}”" for value in left[:5])
    }


def _view(page: Page, choice: Choice, offered: Sequence[str | None]) -> ChoiceView:
    chosen = page.state.chosen.get(choice.key, ())
    refused = page.state.refused.get(choice.key, ())
    view = ChoiceView(choice.key, choice.label, choice.kind, chosen or refused)
    view.kept, view.dependent = bool(choice.default), bool(choice.depends_on)
    view.missing = choice.required and not chosen
    view.fault = fault_of(choice, refused) if refused else ""
    if choice.lists:
        # What was chosen is offered, even where there are too many values to list.
        values = list(dict.fromkeys([*chosen, *offered[:MAX_OPTIONS]]))
        view.more = len(offered) > MAX_OPTIONS
        if not view.more:
            values = list(dict.fromkeys([*offered, *chosen]))
        view.options = [_option(value, chosen) for value in values]
    return view


class SideGroup(NamedTuple):
    """What can stand on a side, of one filter: ``(value in the address, name)`` each."""

    label: str
    sides: list[tuple[str, str]]


def side_groups(page: Page, offered: Mapping[str, Sequence[str | None]]) -> tuple[SideGroup, ...]:
    """The values of the dropdowns, as sides of a comparison; what is compared is among them."""
    sides, groups = page.state.sides, []
    for choice in page.document.choices:
        if not choice.lists:
            continue
        used = [] if sides is None or sides.key != choice.key else [sides.value]
        used += (sides.others or ()) if sides is not None and used else ()
        values = dict.fromkeys([*offered.get(choice.column, ())[:MAX_OPTIONS], *used])
        named = [(side_text(choice.key, value), value_words(value)) for value in values]
        groups.append(SideGroup(choice.label, named))
    return tuple(groups)


def _option(value: str | None, chosen: Values) -> Option:
    label = value_words(value) or value_words(None)
    return Option(value=written(value), label=label, selected=value in chosen)
