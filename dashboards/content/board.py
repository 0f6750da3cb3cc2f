"""A page of tiles: every question planned first, asked together, then drawn tile by tile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboards.content.choices import (
    ChoiceView,
    Segment,
    SideGroup,
    choices_of,
    colours_of,
    datasets_on,
    offered_values,
    side_groups,
)
from dashboards.content.document import Document
from dashboards.content.document.schema import TAB
from dashboards.content.filters import (
    EVERY,
    PERIODS,
    FilterState,
    Span,
    compared_words,
    query_string,
    span_words,
    state_words,
)
from dashboards.content.marking import Chip, Step, chips_of, kept_pairs, way_down, with_links
from dashboards.content.planning import Page, Plan
from dashboards.content.showing import TileView, oldest, tile_view
from dashboards.content.side_by_side import SidedView, SidePlan, plan_of, sided_view
from dashboards.content.sources import Source, sources_of
from dashboards.content.spreads import bins_asked
from dashboards.content.tabs import TabLink, tab_links
from dashboards.content.unusual import odd_of
from dashboards.content.wording import moment_words
from kpis.asking import Answer
from kpis.figures import answers
from kpis.scopes import Reader, rows_words
from kpis.staleness import Late, late_of


@dataclass
class Board:
    document: Document
    state: FilterState
    span: Span
    tiles: list[TileView]
    choices: list[ChoiceView]
    as_of: datetime | None
    held_back: bool = False  # newer data of a tile did not pass its checks
    oldest: str = ""  # whose figures end first, where not all end alike
    late: list[Late] = field(default_factory=list)  # what is older than its schedule allows
    chips: list[Chip] = field(default_factory=list)
    way_down: list[Step] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)  # what the filters' form carries
    compared: str = ""  # which two segments stand side by side, in words
    side_options: tuple[SideGroup, ...] = ()  # what can be compared
    whose_rows: str = ""  # what to say where the data shows each reader their own rows
    tab: str | None = None  # the key of the one tab that is shown; None: the whole page

    @property
    def span_words(self) -> str:
        return span_words(self.span)

    @property
    def late_words(self) -> list[str]:
        """A sentence for each KPI that is late."""
        return [
            _("%(kpi)s is behind: its figures end %(end)s, newer ones were due by %(due)s.")
            % {"kpi": one.kpi, "end": moment_words(one.as_of), "due": moment_words(one.due)}
            for one in self.late
        ]

    @property
    def words(self) -> str:
        """Period, filters and what is compared, in one line."""
        return state_words(self.document, self.state, self.span)

    @property
    def tabs(self) -> list[TabLink]:
        """The tabs of the page, each with the address that opens it under the same filters."""
        return tab_links(self.document, self.state)

    @property
    def groups(self) -> list[tuple[str, list[TileView]]]:
        """The tiles that are shown under the titles of their tabs; a single tab needs no title."""
        if self.tab is not None or not self.document.tabs:
            return [("", self.tiles)]
        shown = {tile.key: tile for tile in self.tiles}
        return [
            (tab.title if tab else "", [shown[spec.key] for spec in tiles if spec.key in shown])
            for tab, tiles in self.document.by_tab
        ]

    @property
    def whole_query(self) -> str:
        """The address of all tabs below each other."""
        return query_string(self.document, replace(self.state, tab=EVERY))

    @property
    def tab_query(self) -> str:
        """What an address says of the tab alone, with its question mark."""
        return f"?{urlencode({TAB: self.state.tab})}" if self.state.tab else ""

    @property
    def charted(self) -> bool:
        """Whether the chart library is needed."""
        return any(tile.figure for tile in self.tiles)

    @property
    def opens_with(self) -> str:
        """The range in the words of its preset."""
        return str(PERIODS.get(self.state.preset) or self.span_words)


def board(
    document: Document,
    state: FilterState,
    *,
    reader: Reader,
    sources: Mapping[int, Source] | None = None,
    linked: bool = False,
    tab: str | None = None,
) -> Board:
    """All tiles of a page as a reader may see them, in four queries however many there are.

    Of a ``tab``, by its key, its own alone: the others are not asked for.

    One of them is for what is unusual, where a chart can say so. Where the data shows each reader
    their own rows, four more. ``linked`` are the values of a page on which they can be chosen.
    """
    known = sources_of(document.kpi_versions) if sources is None else sources
    page = replace(Page.of(document, state, known), tab=tab)
    offered = offered_values(page, reader)
    colours = colours_of(page, offered)
    plans = [(page, plan_of(page, spec)) for spec in page.tiles]
    tiles = draw(plans, colours, offered, reader=reader)
    if linked:
        tiles = [t if isinstance(t, SidedView) else with_links(page, t) for t in tiles]
    return Board(
        document=document,
        state=state,
        span=page.span,
        tiles=tiles,
        choices=choices_of(page, offered, reader),
        chips=chips_of(document, state),
        way_down=way_down(document, state),
        kept=kept_pairs(document, state),
        as_of=oldest(source.as_of for source in page.sources.values()),
        oldest=_oldest(list(page.sources.values())),
        late=_late(list(page.sources.values())),
        held_back=any(source.held_back for source in page.sources.values()),
        compared=compared_words(document, state),
        side_options=side_groups(page, offered),
        whose_rows=rows_words(reader, datasets_on(page)),
        tab=tab,
    )


def draw(
    pairs: Sequence[tuple[Page, Plan]],
    colours: Mapping[Segment, str] | None = None,
    offered: Mapping[str, Sequence[str | None]] | None = None,
    *,
    reader: Reader,
) -> list[TileView]:
    """Ask everything at once and show each plan's answers."""
    asks = [ask for _page, plan in pairs for ask in plan.asks.values()]
    got = iter(answers(asks, reader=reader))
    answered = [{name: next(got) for name in plan.asks} for _page, plan in pairs]
    plans = [plan for _page, plan in pairs]
    _ask_bins(plans, answered, reader)
    odd = odd_of(list(zip(plans, answered, strict=True)))
    return [
        sided_view(page, plan, given, offered or {})
        if isinstance(plan, SidePlan)
        else tile_view(page, plan, given, colours or {}, unusual)
        for (page, plan), given, unusual in zip(pairs, answered, odd, strict=True)
    ]


def _ask_bins(plans: Sequence[Plan], answered: list[dict[str, Answer]], reader: Reader) -> None:
    """What can be asked only when it is known where values begin and end: all of it together."""
    asked = [bins_asked(plan, given) for plan, given in zip(plans, answered, strict=True)]
    if any(asked):
        more = iter(answers([ask for own in asked for ask in own.values()], reader=reader))
        for given, own in zip(answered, asked, strict=True):
            given.update({name: next(more) for name in own})


def _oldest(sources: Sequence[Source]) -> str:
    """The KPI whose figures end first; "" where all end alike."""
    known = [source for source in sources if source.as_of is not None]
    if len({source.as_of for source in known}) < 2:
        return ""
    return min(known, key=lambda source: source.as_of or timezone.now()).kpi.name


def _late(sources: Sequence[Source]) -> list[Late]:
    """What is late, each KPI once, the oldest first."""
    now = timezone.now()
    found = {late.kpi: late for source in sources if (late := late_of(source.version, now=now))}
    return sorted(found.values(), key=lambda late: late.as_of)
