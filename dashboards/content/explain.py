"""One figure taken apart: what it means, how it was counted, where it comes from."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said
from dashboards import rendering as r
from dashboards.content.document import Document, TileSpec
from dashboards.content.filters import (
    ROLLING,
    FilterState,
    before_words,
    ignored,
    span_words,
    state_words,
)
from dashboards.content.live import values_of
from dashboards.content.planning import Page, extent_of, plan_tile, target_day, total_query
from dashboards.content.sources import Source, chosen_of, own_of, sources_of
from dashboards.content.titles import column_label, title_of
from dashboards.content.unusual import marking_words
from dashboards.content.wording import wording
from dashboards.rendering import format as fmt
from kpis.analysis.against import Compared, compared
from kpis.asked import asked_words
from kpis.asking import PartAnswer
from kpis.derived import labels_of
from kpis.display import definition_words
from kpis.engine.query import is_cut
from kpis.engine.result import Figure, Result
from kpis.engine.words import Words
from kpis.figures import Ask, answers
from kpis.measured import cut_versions
from kpis.models import KPI
from kpis.scopes import Reader, datasets_of, rows_words, unlike_words

log = logging.getLogger("ace.dashboards")


@dataclass(frozen=True)
class PartView:
    """A KPI that a formula is made of, and its own figure."""

    kpi: KPI
    value: str
    ignored: str  # the labels of filters that do not reach it


@dataclass
class Explanation:
    """What the panel says; ``error`` instead of figures where there are none."""

    title: str
    source: Source
    others: list[Source]
    filters: str
    number: r.NumberView | None = None
    figure: Figure | None = None
    words: Words | None = None
    numerator: str = ""
    denominator: str = ""
    value: str = ""
    left_out: int = 0
    rows: int = 0
    as_of: datetime | None = None
    ignored: list[str] = field(default_factory=list)
    sql: str = ""
    parts: list[PartView] = field(default_factory=list)
    beside: Compared | None = None
    error: str = ""
    whose_rows: str = ""
    asked_at: datetime | None = None  # of figures that a source was asked for
    asked: str = ""  # what may be in them that the time of the data does not tell
    marking: str = ""  # what the marks of a chart mean, or why it has none
    cut: bool = False  # the reader does not see all rows, nor how many there are

    @property
    def rows_text(self) -> str:
        return _plain(self.rows)

    @property
    def left_out_text(self) -> str:
        return _plain(self.left_out)

    @property
    def lineage(self) -> tuple[Source, ...]:
        """Where the data comes from, each dataset once: of a derived KPI those of all parts."""
        sources = self.source.leaves or (self.source,)
        return tuple({source.version.dataset_id: source for source in sources}.values())

    @property
    def target(self) -> str:
        return self.number.target if self.number is not None else ""


def explain(
    document: Document,
    spec: TileSpec,
    state: FilterState,
    kpi_version: int | None = None,
    *,
    reader: Reader,
) -> Explanation:
    """The figure of the whole range behind a tile; a table has one for each of its KPIs."""
    known = sources_of(document.kpi_versions)
    page = Page.of(document, state, known).on(spec)
    own = own_of(spec, known)
    chosen = chosen_of(own, kpi_version)
    view = Explanation(
        title=title_of(spec, own, document),
        source=chosen,
        others=[source for source in own if source is not chosen],
        filters=state_words(document, state, page.span_for(chosen)),
        as_of=chosen.as_of,
        ignored=ignored(document, state, chosen.filters, chosen.own_types, spec.key),
        whose_rows=rows_words(reader, datasets_of([chosen.version])),
        cut=bool(cut_versions(reader, [chosen.version])),
    )
    view.marking = marking_words(plan_tile(page, spec), cut=view.cut)
    try:
        _fill(view, page, spec, chosen, reader)
    except PortalError as error:
        view.error = said(error.message)
    except (ValueError, ArithmeticError):
        log.exception("tile %s cannot be explained", spec.key)
        view.number, view.error = None, _("This tile cannot be shown.")
    return view


def _fill(view: Explanation, page: Page, spec: TileSpec, source: Source, reader: Reader) -> None:
    definition = source.definition
    labels = {column: column_label(column, page.document).lower() for column in source.types}
    labels |= labels_of(source.version)
    view.words = definition_words(definition, labels)
    query = total_query(page, source)
    (got,) = answers([Ask(source.version, query)], reader=reader)
    view.parts = [_part(page, part) for part in got.parts]
    if got.result is None:
        view.error = got.error
        return
    result: Result = got.result
    if got.unlike:
        view.whose_rows = f"{view.whose_rows} {unlike_words()}"
    view.asked_at = result.asked_at
    view.asked = asked_words(leaf.version for leaf in source.leaves or (source,))
    figure = view.figure = result.total
    cut = is_cut(query, definition, source.as_of)
    face = source.face(target_day(source, query), extent=extent_of(source, query, cut=got.cut))
    if query.start is not None and query.end is not None:
        view.beside = compared(
            source.version, query, reader=reader, by_days=page.state.preset in ROLLING
        )
    previous = view.beside.figure_of("previous") if view.beside is not None else None
    period = span_words(page.span_for(source))
    values = values_of(face, figure, previous, period, wording())
    view.title = title_of(spec, own_of(spec, page.sources), page.document, values)
    view.number = r.number_view(
        face,
        figure,
        previous=previous,
        comparison=before_words(page.state, page.span, cut=cut),
        partial=cut,
        wording=wording(),
    )
    view.value = str(view.number.value)
    view.numerator, view.denominator = _plain(figure.numerator), _plain(figure.denominator)
    view.rows, view.left_out, view.sql = figure.rows, figure.left_out, result.sql


def _part(page: Page, part: PartAnswer) -> PartView:
    source = Source(part.version)
    result = part.answer.result
    shown = wording().no_data
    if result is not None:
        shown = str(fmt.number(result.total, source.face(None), wording()))
    labels = (column_label(column, page.document) for column in part.ignored)
    return PartView(part.version.kpi, shown, ", ".join(labels))


def _plain(value: float | int | None) -> str:
    """A part of a fraction: whole numbers whole, others to four digits behind the point."""
    if value is None:
        return ""
    precise = 0 if float(value).is_integer() else 4
    return fmt.digits(Decimal(str(value)), precise, wording())
