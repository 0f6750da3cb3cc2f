"""What moved the figure behind a tile, in the range and under the filters of its page."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.saying import said
from dashboards.content.document import Document, TileSpec
from dashboards.content.filters import FilterState, state_words
from dashboards.content.planning import Page, earlier_of, total_query
from dashboards.content.sources import Source, chosen_of, own_of, sources_of
from dashboards.content.titles import column_label
from kpis.analysis.driver_rows import DriverSheet, driver_sheet
from kpis.analysis.drivers import moved
from kpis.scopes import Reader


@dataclass
class Movement:
    """``choices`` are (column, label, chosen); ``error`` instead of a sheet where there is none."""

    source: Source
    against: str
    filters: str
    choices: list[tuple[str, str, bool]] = field(default_factory=list)
    label: str = ""
    sheet: DriverSheet | None = None
    error: str = ""


def splits_for(user: User, document: Document, spec: TileSpec, source: Source) -> tuple[str, ...]:
    """By what a person may take the figure apart: the team by all its dimensions, others by what
    the page itself splits or filters by."""
    if user.is_ace:
        return source.dimensions
    shown = {choice.column for choice in document.choices} | {spec.by}
    return tuple(name for name in source.dimensions if name in shown)


def movement(
    user: User,
    document: Document,
    spec: TileSpec,
    state: FilterState,
    *,
    by: str = "",
    against: str = "previous",
    kpi_version: int | None = None,
) -> Movement:
    """The range against the one before it, or a year before."""
    known = sources_of(document.kpi_versions)
    page = Page.of(document, state, known).on(spec)
    source = chosen_of(own_of(spec, known), kpi_version)
    view = Movement(source, against, state_words(document, state, page.span_for(source)))
    splits = splits_for(user, document, spec, source)
    if not splits:
        view.error = _("This figure is split by nothing here.")
        return view
    by = by if by in splits else next((name for name in splits if name == spec.by), splits[0])
    view.choices = [(name, column_label(name, document), name == by) for name in splits]
    view.label = column_label(by, document)
    try:
        view.sheet = _sheet(page, source, by, against, reader=user)
    except PortalError as error:
        view.error = said(error.message)
    return view


def _sheet(page: Page, source: Source, by: str, against: str, *, reader: Reader) -> DriverSheet:
    query = total_query(page, source)
    if query.start is None or query.end is None:
        raise Invalid(_("All data has nothing before it: choose a period on the dashboard."))
    before = earlier_of(page, source, query, against)
    found = moved(source.version, by, before, query, reader=reader)
    return driver_sheet(source.version, found)
