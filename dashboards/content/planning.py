"""What a tile asks of the engine, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.saying import said
from dashboards.content.document import Document, TileSpec
from dashboards.content.filters import (
    ROLLING,
    FilterState,
    Span,
    drilled,
    ignored,
    missing,
    span_of,
    where_of,
)
from dashboards.content.live import ASKED, names_in
from dashboards.content.shapes import check_calendars, operand_of
from dashboards.content.sources import Extent, Source, calendar_for, today_of
from dashboards.rendering import QUANTILES, Face
from kpis.asked import asked_words, counts_later_rows
from kpis.display import GRAINS
from kpis.engine.definition import Aggregate
from kpis.engine.periods import slot_day
from kpis.engine.query import Query, calendar_of, earlier, is_cut, is_one_period
from kpis.figures import Ask
from kpis.goals import has_begun, target_on

FINER = {"year": "month", "quarter": "month", "month": "day", "week": "day"}
SPARK_PERIODS = 12
#: of the values of a histogram: beyond it its tail begins
NEARLY_ALL = 0.95
#: what a number is held against that has to be asked for
BEFORE = ("previous", "year")


@dataclass(frozen=True, slots=True)
class Page:
    """A document, what the reader has chosen, and the data behind it."""

    document: Document
    state: FilterState
    sources: Mapping[int, Source]
    span: Span
    tile: str = ""  # the key of the one tile that is asked for
    tab: str | None = None  # the key of the one tab that is shown; None: the whole page

    @property
    def tiles(self) -> tuple[TileSpec, ...]:
        """Those that are shown, tab by tab."""
        if self.tab is not None:
            return self.document.tiles_on(self.tab)
        return tuple(spec for _tab, tiles in self.document.by_tab for spec in tiles)

    def on(self, spec: TileSpec) -> Page:
        """The page as one of its tiles has it: some filters are for others."""
        return replace(self, tile=spec.key)

    @classmethod
    def of(cls, document: Document, state: FilterState, sources: Mapping[int, Source]) -> Page:
        own = {pk: sources[pk] for pk in document.kpi_versions if pk in sources}
        today, calendar = today_of(own.values()), calendar_for(own.values())
        return cls(document, state, own, span_of(state, today, calendar))

    def span_for(self, source: Source) -> Span:
        return self.span if source.timed else Span()


@dataclass(slots=True)
class Plan:
    """A tile's questions by name, or the sentence why there are none."""

    spec: TileSpec
    sources: tuple[Source, ...] = ()
    asks: dict[str, Ask] = field(default_factory=dict)
    grain: str | None = None
    error: str = ""
    notes: list[str] = field(default_factory=list)


def plan_tile(page: Page, spec: TileSpec) -> Plan:
    """One tile; whatever is wrong with it stays its own affair."""
    spec = _drilled(page, spec)
    plan, page = Plan(spec), page.on(spec)
    try:
        plan.sources = tuple(_source(page, pk) for pk in spec.kpi_versions)
        plan.notes = notes_of(page, plan.sources)
        for source in plan.sources:
            _ask(page, plan, source)
        if plan.sources:
            _ask_for_title(page, plan)
    except PortalError as error:
        plan.error = said(error.message)
    return plan


def _drilled(page: Page, spec: TileSpec) -> TileSpec:
    """The tile as it is on the present level, where all of its KPIs can be split so."""
    by = drilled(page.document, page.state, spec.by) if spec.by else None
    own = [page.sources[pk] for pk in spec.kpi_versions if pk in page.sources]
    return replace(spec, by=by) if all(by in source.dimensions for source in own) else spec


def _source(page: Page, pk: int) -> Source:
    source = page.sources.get(pk)
    if source is None:
        raise Invalid(_("The KPI of this tile is gone."))
    return source


def _filters(source: Source) -> tuple[str, ...]:
    """What it can be filtered by; raises ``Invalid`` where its definition does not hold."""
    return source.filters if source.leaves else source.definition.dimensions


def total_query(page: Page, source: Source) -> Query:
    """The one figure of the whole range, under the page's filters.

    Raises ``Invalid`` where the page needs a choice before it shows anything.
    """
    wanted = missing(page.document, page.state, page.tile)
    if wanted:
        raise Invalid(_("First choose: %(labels)s.") % {"labels": ", ".join(wanted)})
    span = page.span_for(source)
    where = where_of(page.document, page.state, _filters(source), source.own_types, page.tile)
    return Query(start=span.start, end=span.end, where=where)


def earlier_of(page: Page, source: Source, query: Query, against: str) -> Query:
    """What a figure is compared with; for the last so many days as many days, even where they
    happen to be a month."""
    rolling = page.state.preset in ROLLING
    definition = source.definition
    return earlier(query, definition, source.as_of, against=against, by_days=rolling)


def _ask(page: Page, plan: Plan, source: Source) -> None:
    spec, query = plan.spec, total_query(page, source)

    def ask(name: str, asked: Query, measure: Aggregate | None = None) -> None:
        plan.asks[name] = Ask(source.version, asked, measure)

    match spec.type:
        case "number":
            ask("now", query)
            if spec.compare in BEFORE and query.start and query.end:
                against = spec.compare
                before = earlier_of(page, source, query, against)
                if has_begun(source.version, before):
                    ask("before", before)
            if source.timed:
                ask("trend", trend_query(source, query))
        case "table":
            ask(str(source.version.pk), replace(query, by=(spec.by or "",)))
            if spec.totals:
                ask(f"total {source.version.pk}", query)
        case "bullet" | "gauge":
            ask("now", query)
        case "histogram":
            own = operand_of(source)
            ask("low", query, replace(own, agg="min", q=None))
            ask("high", query, replace(own, agg="max", q=None))
            ask("near", query, replace(own, agg="quantile", q=NEARLY_ALL))
        case "box":
            own = operand_of(source)
            for q in QUANTILES:
                asked = replace(query, by=(spec.by or "",))
                ask(f"quantile {q:g}", asked, replace(own, agg="quantile", q=q))
        case "scatter":
            ask(str(source.version.pk), replace(query, by=(spec.by or "",)))
        case "combined":
            check_calendars(plan.sources, spec.grain)
            plan.grain = plan.grain or _grain(source, spec.grain or "month", query)
            ask(str(source.version.pk), replace(query, grain=plan.grain))
        case "funnel":
            ask(str(source.version.pk), query)
        case "waterfall":
            before = _before(plan, query)
            for name, asked in (("before", before), ("now", query)):
                ask(name, asked)
                ask(f"split {name}", replace(asked, by=(spec.by or "",)))
        case "pivot":
            plan.grain = _grain(source, spec.grain, query) if spec.grain else None
            across = (spec.across,) if spec.across else ()
            ask("cells", replace(query, grain=plan.grain, by=(spec.by or "", *across)))
            ask("rows", replace(query, by=(spec.by or "",)))
            ask("columns", replace(query, grain=plan.grain, by=across))
            ask("total", query)
        case "line" | "area" | "bar" | "pie":
            by = (spec.by,) if spec.by else ()
            plan.grain = _grain(source, spec.grain, query) if spec.grain else None
            ask("chart", replace(query, grain=plan.grain, by=by))


def _ask_for_title(page: Page, plan: Plan) -> None:
    """What the title says and the tile does not show."""
    wanted = names_in(plan.spec.title)
    source = plan.sources[0]
    if wanted & {"now", "change"} and "now" not in plan.asks:
        plan.asks[f"{ASKED}now"] = Ask(source.version, total_query(page, source))
    if wanted & {"before", "change"} and "before" not in plan.asks:
        query = total_query(page, source)
        if source.timed and query.start and query.end:
            against = plan.spec.compare if plan.spec.compare in BEFORE else "previous"
            before = earlier_of(page, source, query, against)
            if has_begun(source.version, before):
                plan.asks[f"{ASKED}before"] = Ask(source.version, before)


def _before(plan: Plan, query: Query) -> Query:
    """What a waterfall begins with; raises ``Invalid`` where nothing lies before the range."""
    source = plan.sources[0]
    if query.start is None or query.end is None:
        raise Invalid(_("All data has nothing before it: choose a period."))
    before = earlier(query, source.definition, source.as_of, against=plan.spec.compare)
    if not has_begun(source.version, before):
        raise Invalid(
            _("The data begins inside the earlier of the two periods, so it counts less.")
        )
    return before


def trend_query(source: Source, query: Query) -> Query:
    """The last periods up to the end of the range, for a line without axes."""
    definition = source.definition
    grain = definition.grain if definition.grain != "hour" else "day"
    end = query.end
    if end is None and (known := source.known_until()) is not None:
        end = known + timedelta(days=1)
    if end is None:
        return replace(query, grain=grain)
    calendar = calendar_of(definition)
    last = calendar.first_day(end - timedelta(days=1), grain)
    return replace(query, grain=grain, start=calendar.shift(last, grain, 1 - SPARK_PERIODS))


def _grain(source: Source, grain: str, query: Query) -> str:
    """The tile's grain, or a finer one where the range would hold a single period."""
    if query.start is None or query.end is None or grain not in FINER:
        return grain
    calendar = calendar_of(source.definition)
    after_first = calendar.shift(calendar.first_day(query.start, grain), grain, 1)
    return FINER[grain] if after_first >= query.end else grain


def target_day(source: Source, query: Query, last: date | None = None) -> date | None:
    """The day whose target counts: the start of the range, or of the last period that is shown."""
    return last or query.start or source.known_until()


def extent_of(source: Source, query: Query, grain: str | None = None, *, cut: bool) -> Extent:
    """Of the figures of a range, period by period where there is a ``grain``; ``cut`` ones are of
    some of the rows."""
    definition = source.definition
    one_period = grain == definition.grain if grain else is_one_period(query, definition)
    return Extent(one_period, query.where, cut)


def silent_target(source: Source, face: Face, day: date | None) -> list[str]:
    """That there is a target which says nothing of a figure, in a sentence."""
    if face.target is not None or day is None or target_on(source.version, day) is None:
        return []
    grain = GRAINS[source.definition.grain].lower()
    return [_("Its target is for one %(period)s and all rows: it does not judge this figure.")
            % {"period": grain}]  # fmt: skip


def last_period_day(source: Source, grain: str, query: Query) -> date | None:
    """The day on which the last period of a chart begins."""
    calendar = calendar_of(source.definition)
    if source.as_of is not None and (
        query.end is None or is_cut(query, source.definition, source.as_of)
    ):
        return slot_day(calendar.slot(source.as_of, "day" if grain == "hour" else grain))
    if query.end is None:
        return None
    return calendar.first_day(query.end - timedelta(days=1), "day" if grain == "hour" else grain)


def notes_of(page: Page, sources: Sequence[Source]) -> list[str]:
    """Which filters in use do not reach a tile, and what its time does not tell, in sentences."""
    notes = []
    for source in sources:
        labels = _ignored(page, source, source.filters)
        if source.dimensions and not source.timed and page.state.preset != "all":
            labels.insert(0, _("the period"))
        if labels:
            text = _("Not filtered by %(labels)s.") % {"labels": ", ".join(labels)}
            named = len(sources) > 1
            notes.append(f"{source.kpi.name}: {text}" if named else text)
        notes += notes_of_parts(page, source)
    leaves = [leaf.version for source in sources for leaf in source.leaves or (source,)]
    if any(counts_later_rows(version) for version in leaves):
        notes.append(asked_words(leaves))
    return notes


def _ignored(page: Page, source: Source, dimensions: Sequence[str]) -> list[str]:
    """The labels of the filters in use that do not reach a KPI here."""
    return ignored(page.document, page.state, dimensions, source.own_types, page.tile)


def notes_of_parts(page: Page, source: Source) -> list[str]:
    """Which filters in use reach some KPIs of a formula and not others, in sentences."""
    notes = []
    for leaf in source.leaves:
        labels = [
            label
            for label in _ignored(page, leaf, leaf.dimensions)
            if label not in _ignored(page, source, source.filters)
        ]
        if labels:
            words = {"kpi": leaf.kpi.name, "labels": ", ".join(labels)}
            notes.append(_("%(kpi)s: Not filtered by %(labels)s.") % words)
    return notes
