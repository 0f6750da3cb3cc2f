"""The rows behind a tile's figure, in the range and under the filters of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said
from dashboards.content.document import Document, TileSpec
from dashboards.content.document.model import MARK
from dashboards.content.filters import FilterState, state_words
from dashboards.content.kinds import conditions_of
from dashboards.content.planning import Page, total_query
from dashboards.content.sources import Source, chosen_of, own_of, sources_of
from dashboards.content.titles import column_label
from kpis.behind import behind_figure, cut_words
from kpis.engine.behind import Behind
from kpis.engine.definition import AllOf, Share
from kpis.engine.query import Query
from kpis.scopes import datasets_of, rows_words

OWN = "_row"


@dataclass
class TileRows:
    """``problem`` instead of rows where there are none; stamps are in the definition's zone."""

    source: Source
    filters: str
    whose_rows: str = ""
    problem: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    cut: str = ""  # that there are more, and why they are not here


def rows_of_tile(
    user: User,
    document: Document,
    spec: TileSpec,
    state: FilterState,
    kpi_version: int | None = None,
    *,
    limit: int,
) -> TileRows:
    """A table of several KPIs has rows for each of them; the first one's unless one is named."""
    known = sources_of(document.kpi_versions)
    page = Page.of(document, state, known).on(spec)
    source = chosen_of(own_of(spec, known), kpi_version)
    view = TileRows(
        source,
        state_words(document, state, page.span_for(source)),
        rows_words(user, datasets_of([source.version])),
    )
    try:
        query = under_mark(page, spec, source, total_query(page, source))
        _fill(view, document, behind_figure(source.version, query, reader=user, limit=limit))
    except PortalError as error:
        view.problem = said(error.message)
    return view


def under_mark(page: Page, spec: TileSpec, source: Source, query: Query) -> Query:
    """The rows behind the value that was chosen in the tile, which itself shows all of them."""
    mark = next((m for m in page.document.marks if m.key == MARK + spec.key), None)
    values = page.state.chosen.get(mark.key) if mark is not None else None
    if mark is None or not values or mark.column not in source.dimensions:
        return query
    parts = conditions_of(mark, values, source.types.get(mark.column, "text"))
    before = (query.where,) if query.where is not None else ()
    return replace(query, where=AllOf((*before, *parts)))


def _fill(view: TileRows, document: Document, behind: Behind) -> None:
    zone = ZoneInfo(view.source.definition.time_zone)
    shown = [place for place, name in enumerate(behind.columns) if name != OWN]
    view.head = [column_label(behind.columns[place], document) for place in shown]
    if behind.met is not None:
        counts = isinstance(view.source.definition.basic, Share)
        view.head.insert(0, _("Counts above") if counts else _("Came"))
    for number, row in enumerate(behind.rows):
        line = [_local(row[place], zone) for place in shown]
        view.rows.append(line if behind.met is None else [behind.met[number], *line])
    view.cut = cut_words(behind)


def _local(value: Any, zone: ZoneInfo) -> Any:
    return value.astimezone(zone) if isinstance(value, datetime) else value


def as_text(rows: list[list[Any]]) -> Iterator[list[str | None]]:
    """The cells as people read them; None where there is nothing."""
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
