"""One tile from its answers: a number, a chart, a table, a text, or why there is none."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from ace_portal.lib.markdown import to_html
from ace_portal.lib.memory import Memory
from ace_portal.lib.saying import said
from dashboards import rendering as r
from dashboards.content.document import TileSpec
from dashboards.content.filters import before_words, span_words
from dashboards.content.planning import (
    Page,
    Plan,
    extent_of,
    last_period_day,
    silent_target,
    target_day,
)
from dashboards.content.sources import Source, fixed_figure
from dashboards.content.steps import funnel_of, waterfall_of
from dashboards.content.titles import column_label, title_of, unit_line
from dashboards.content.wording import wording
from kpis.asking import Answer
from kpis.engine.query import is_cut
from kpis.engine.result import Figure, Result
from kpis.scopes import unlike_words

Segment = tuple[str | None, ...]

log = logging.getLogger("ace.dashboards")


class Drawn(NamedTuple):
    """What rendering makes of a chart's result: pure, so it is made once for the same result."""

    figure: dict[str, Any] | None
    summary: str
    table: r.Table


_drawn: Memory[Drawn] = Memory(100)


@dataclass
class TileView:
    """A tile as templates and the API show it. ``answers`` are in full precision, by name."""

    spec: TileSpec
    title: str
    unit_line: str = ""
    sources: tuple[Source, ...] = ()
    number: r.NumberView | None = None
    figure: dict[str, Any] | None = None
    summary: str = ""
    table: r.Table | None = None
    html: SafeString | None = None
    as_of: datetime | None = None
    error: str = ""
    notes: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    #: the unusual figures of a chart, in a sentence each
    unusual: tuple[str, ...] = ()
    #: what a chart was drawn from, in full; None for what is no chart
    drawn_from: Hashable = None
    #: where the values of its table lead
    links: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def type(self) -> str:
        return self.spec.type


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None


def tile_view(
    page: Page,
    plan: Plan,
    given: dict[str, Answer],
    colours: Mapping[Segment, str],
    odd: tuple[r.Odd, ...] = (),
) -> TileView:
    """One tile; a failure becomes its sentence and nothing else on the page knows of it."""
    view = TileView(
        spec=plan.spec,
        title=title_of(plan.spec, plan.sources, page.document),
        sources=plan.sources,
        as_of=oldest(source.as_of for source in plan.sources),
        error=plan.error,
        notes=plan.notes,
        answers=given,
    )
    if plan.spec.type == "text":
        view.html = to_html(plan.spec.text)
        return view
    if any(answer.unlike for answer in given.values()):
        view.notes = [*view.notes, unlike_words()]
    view.error = view.error or next((a.error for a in given.values() if a.error), "")
    if view.error:
        return view
    try:
        match plan.spec.type:
            case "number":
                _number(page, plan, view)
            case "table":
                _table(page, plan, view)
            case "funnel" | "waterfall":
                _steps(page, plan, view)
            case "pivot":
                _pivot(page, plan, view)
            case "combined":
                _combined(page, plan, view)
            case _:
                _chart(page, plan, view, colours, odd)
    except PortalError as error:
        view.error = said(error.message)
    except (ValueError, ArithmeticError):
        log.exception("tile %s cannot be shown", plan.spec.key)
        view.error = _("This tile cannot be shown.")
    return view


def _number(page: Page, plan: Plan, view: TileView) -> None:
    source, query = plan.sources[0], plan.asks["now"].query
    cut = is_cut(query, source.definition, source.as_of)
    part = view.answers["now"].cut
    day = target_day(source, query)
    face = source.face(day, extent=extent_of(source, query, cut=part))
    view.notes = [*view.notes, *silent_target(source, face, day)]
    now = _result(view, "now").total
    before, comparison = _held_against(page, plan, view, now, cut=cut)
    trend = _result(view, "trend") if "trend" in view.answers else None
    words = wording()
    view.number = r.number_view(
        face,
        now,
        previous=before,
        trend=trend,
        comparison=comparison,
        partial=cut,
        wording=words,
    )
    view.unit_line = span_words(page.span_for(source))
    if trend is not None:
        view.summary = r.summary(face, trend, wording=words)
        view.table = r.data_table(face, trend, wording=words)


def _held_against(
    page: Page, plan: Plan, view: TileView, now: Figure, *, cut: bool
) -> tuple[Figure | None, str]:
    """What a number is compared with, and the words for it; None where there is nothing."""
    source, against = plan.sources[0], plan.spec.compare
    if "before" in view.answers:
        words = before_words(page.state, page.span, cut=cut, against=against)
        return _result(view, "before").total, words
    part = view.answers["now"].cut
    return fixed_figure(source, against, plan.asks["now"].query, now, cut=part)


def _chart(
    page: Page,
    plan: Plan,
    view: TileView,
    colours: Mapping[Segment, str],
    odd: tuple[r.Odd, ...],
) -> None:
    source, query = plan.sources[0], plan.asks["chart"].query
    day = last_period_day(source, plan.grain, query) if plan.grain else None
    extent = extent_of(source, query, plan.grain, cut=view.answers["chart"].cut)
    face = replace(source.face(target_day(source, query, day), plan.spec.by, extent), odd=odd)
    spec = plan.spec
    tile = r.Tile(
        view.key, spec.type, view.title, arrange=spec.arrange, standing=spec.standing,
        hole=spec.hole,
    )  # fmt: skip
    names = tuple(column_label(column, page.document) for column in query.by)
    result, key = _result(view, "chart"), view.answers["chart"].key
    known = (key, tile, face, names, tuple(colours.items()), get_language())
    drawn = _drawn.get(known) or _drawn.put(known, _draw(tile, face, result, names, colours))
    view.figure, view.summary, view.table = drawn
    view.drawn_from = known
    view.unusual = r.odd_lines(face, result, wording())
    view.notes = [*view.notes, *(mark.words for mark in r.marks_in(face, result)),
                  *_below_zero(spec, result)]  # fmt: skip
    view.unit_line = unit_line(source, plan.grain, page)
    if not plan.spec.title:
        # The title has named the KPI already.
        view.unit_line = unit_line(source, None, page, named=False)


def _draw(
    tile: r.Tile,
    face: r.Face,
    result: Result,
    names: Sequence[str],
    colours: Mapping[Segment, str],
) -> Drawn:
    words = wording()
    return Drawn(
        r.figure(tile, face, result, colours=colours, wording=words),
        r.summary(face, result, wording=words),
        r.data_table(face, result, names=names, wording=words),
    )


def _below_zero(spec: TileSpec, result: Result) -> list[str]:
    """Why there is no pie, or lines in the place of areas."""
    if not r.has_negative(result):
        return []
    if spec.type == "pie":
        return [_("A part is below zero, so the parts make no pie.")]
    if spec.type == "area" and spec.by:
        return [_("A part is below zero, so the parts are lines and not on each other.")]
    return []


def _combined(page: Page, plan: Plan, view: TileView) -> None:
    """Bars of the first KPI, the line of the second; without targets, which belong to one scale."""
    words, sides = wording(), []
    for source in plan.sources:
        face, result = source.face(None), _result(view, str(source.version.pk))
        sides.append((face, result))
        told = [*view.notes, *(mark.words for mark in r.marks_in(face, result))]
        view.notes = list(dict.fromkeys(told))
    first, second = sides
    view.figure = r.pair_figure(first, second, wording=words)
    view.summary = " ".join(r.summary(face, result, wording=words) for face, result in sides)
    view.table = r.pair_table(sides, wording=words)
    view.unit_line = ", ".join(
        part for part in (
            *(unit_line(source, None, page, spanned=False) for source in plan.sources),
            span_words(page.span),
        ) if part
    )  # fmt: skip
    if not r.share_axis(first[0], second[0]):
        names = {"bars": first[0].name, "line": second[0].name}
        view.notes = [
            _("Two scales: %(bars)s on the left, %(line)s on the right. Where they cross means "
              "nothing.") % names,
            *view.notes,
        ]  # fmt: skip


def _table(page: Page, plan: Plan, view: TileView) -> None:
    words = wording()
    columns = []
    for source in plan.sources:
        name = str(source.version.pk)
        query = plan.asks[name].query
        extent = extent_of(source, query, cut=view.answers[name].cut)
        face = source.face(target_day(source, query), plan.spec.by, extent)
        columns.append((face, _result(view, name)))
    names = [column_label(plan.spec.by or "", page.document)]
    totals = [
        (_total_face(source, plan), _result(view, f"total {source.version.pk}").total)
        for source in plan.sources if plan.spec.totals
    ]  # fmt: skip
    view.table = r.comparison_table(columns, totals=totals, names=names, wording=words)
    view.summary = view.title
    view.unit_line = span_words(page.span)
    if any(face.target is not None for face, _result in columns):
        view.unit_line += _("; the mark in a bar is the target")


def _pivot(page: Page, plan: Plan, view: TileView) -> None:
    """Without a target, which would be of another extent in each row, column and cell."""
    source, spec = plan.sources[0], plan.spec
    cells, rows, columns = (_result(view, name) for name in ("cells", "rows", "columns"))
    crossed = r.Crossed(cells, rows, columns, _result(view, "total").total)
    face, words = source.face(None), wording()
    name = column_label(spec.by or "", page.document)
    view.table, left = r.pivot_table(face, crossed, name=name, heat=spec.heat, wording=words)
    view.summary = r.summary(face, crossed.rows, wording=words)
    view.unit_line = unit_line(source, plan.grain, page, named=bool(spec.title))
    if left:
        view.notes = [
            *view.notes,
            ngettext("%(n)d column does not fit.", "%(n)d columns do not fit.", left) % {"n": left},
        ]


def _steps(page: Page, plan: Plan, view: TileView) -> None:
    results = {name: _result(view, name) for name in view.answers}
    if plan.spec.type == "funnel":
        shown = funnel_of(plan, results)
        view.unit_line = span_words(page.span)
    else:
        column = column_label(plan.spec.by or "", page.document)
        shown = waterfall_of(plan, results, column)
        query, source = plan.asks["now"].query, plan.sources[0]
        cut = is_cut(query, source.definition, source.as_of)
        against = before_words(page.state, page.span, cut=cut, against=plan.spec.compare)
        view.unit_line = f"{unit_line(source, None, page, named=bool(plan.spec.title))}, {against}"
    view.figure, view.summary, view.table, notes = shown
    view.notes = [*view.notes, *notes]


def _total_face(source: Source, plan: Plan) -> r.Face:
    query = plan.asks[f"total {source.version.pk}"].query
    return source.face(target_day(source, query))


def _result(view: TileView, name: str) -> Any:
    result = view.answers[name].result
    if result is None:
        raise ValueError(f"no result for {name}")
    return result
