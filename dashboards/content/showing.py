"""One tile from its answers: a number, a chart, a table, a text, or why there is none."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from ace_portal.lib.markdown import to_html
from ace_portal.lib.memory import Memory
from ace_portal.lib.saying import said
from dashboards import rendering as r
from dashboards.content.document import TileSpec
from dashboards.content.filters import before_words, span_words
from dashboards.content.live import ASKED, names_in, values_of
from dashboards.content.misleading import misleading
from dashboards.content.planning import (
    Page,
    Plan,
    extent_of,
    last_period_day,
    silent_target,
    target_day,
    total_query,
)
from dashboards.content.several import show_combined, show_pivot, show_scatter, show_table
from dashboards.content.sources import fixed_figure
from dashboards.content.spreads import bin_names, box_of, histogram_of
from dashboards.content.steps import funnel_of, waterfall_of
from dashboards.content.titles import column_label, title_of, unit_line
from dashboards.content.view import TileView, oldest, reduced_words, result_of
from dashboards.content.wording import wording
from kpis.asking import Answer
from kpis.engine.query import is_cut
from kpis.engine.result import Figure, Result
from kpis.scopes import unlike_words

__all__ = ["TileView", "oldest", "tile_view"]

Segment = tuple[str | None, ...]

log = logging.getLogger("ace.dashboards")


class Drawn(NamedTuple):
    """What rendering makes of a chart's result: pure, so it is made once for the same result."""

    figure: dict[str, Any] | None
    summary: str
    table: r.Table


_drawn: Memory[Drawn] = Memory(100)


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
        title=title_of(plan.spec, plan.sources, page.document, _title_values(page, plan, given)),
        sources=plan.sources,
        as_of=oldest(source.as_of for source in plan.sources),
        error=plan.error,
        notes=plan.notes,
        answers={name: a for name, a in given.items() if not name.startswith(ASKED)},
    )
    if plan.spec.type == "text":
        view.html = to_html(plan.spec.text)
        return view
    if plan.spec.type == "image":
        view.summary = plan.spec.alt
        return view
    if any(answer.unlike for answer in view.answers.values()):
        view.notes = [*view.notes, unlike_words()]
    view.advice = misleading(plan, plan.spec, view.answers)
    view.error = view.error or next((a.error for a in view.answers.values() if a.error), "")
    if view.error:
        return view
    try:
        match plan.spec.type:
            case "number":
                _number(page, plan, view)
            case "table":
                show_table(page, plan, view)
            case "funnel" | "waterfall":
                _steps(page, plan, view)
            case "bullet" | "gauge":
                _dial(page, plan, view)
            case "histogram" | "box":
                _spread(page, plan, view)
            case "scatter":
                show_scatter(page, plan, view, colours)
            case "pivot":
                show_pivot(page, plan, view)
            case "combined":
                show_combined(page, plan, view)
            case _:
                _chart(page, plan, view, colours, odd)
    except PortalError as error:
        view.error = said(error.message)
    except (ValueError, ArithmeticError):
        log.exception("tile %s cannot be shown", plan.spec.key)
        view.error = _("This tile cannot be shown.")
    return view


def _title_values(page: Page, plan: Plan, given: Mapping[str, Answer]) -> dict[str, str]:
    """The figures of a title that has some: those that the tile shows, else those asked for it."""
    if not plan.sources or plan.error or not names_in(plan.spec.title):
        return {}

    def total(name: str) -> Figure | None:
        answer = given.get(name) or given.get(f"{ASKED}{name}")
        return answer.result.total if answer is not None and answer.result is not None else None

    source = plan.sources[0]
    query = total_query(page.on(plan.spec), source)
    cut = any(answer.cut for answer in given.values())
    face = source.face(target_day(source, query), extent=extent_of(source, query, cut=cut))
    period = span_words(page.span_for(source))
    return values_of(face, total("now"), total("before"), period, wording())


def _number(page: Page, plan: Plan, view: TileView) -> None:
    source, query = plan.sources[0], plan.asks["now"].query
    cut = is_cut(query, source.definition, source.as_of)
    part = view.answers["now"].cut
    day = target_day(source, query)
    face = source.face(day, extent=extent_of(source, query, cut=part))
    view.notes = [*view.notes, *silent_target(source, face, day)]
    now = result_of(view, "now").total
    before, comparison = _held_against(page, plan, view, now, cut=cut)
    trend = result_of(view, "trend") if "trend" in view.answers else None
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


def _dial(page: Page, plan: Plan, view: TileView) -> None:
    """The figure on its scale; without a target the plain figure, and why there is no scale."""
    source, query = plan.sources[0], plan.asks["now"].query
    cut = is_cut(query, source.definition, source.as_of)
    day = target_day(source, query)
    face = source.face(day, extent=extent_of(source, query, cut=view.answers["now"].cut))
    now, words = result_of(view, "now").total, wording()
    view.number = r.number_view(face, now, partial=cut, wording=words)
    view.dial = r.dial(face, now, partial=cut, wording=words)
    view.table = r.dial_table(face, now, view.dial, wording=words)
    view.unit_line = span_words(page.span_for(source))
    if view.dial is not None:
        view.summary = view.dial.summary
        return
    why = silent_target(source, face, day)
    view.notes = [*view.notes, *(why or [_("There is no target to hold it against.")])]


def _spread(page: Page, plan: Plan, view: TileView) -> None:
    """How the values of a column lie: in bins, or in boxes by a dimension."""
    results = {name: result_of(view, name) for name in view.answers}
    if plan.spec.type == "box":
        shown = box_of(plan, results, column_label(plan.spec.by or "", page.document))
    else:
        shown = histogram_of(plan, results)
        view.parts = bin_names(plan, results)
    view.figure, view.summary, view.table, notes = shown
    view.notes = [*view.notes, *notes]
    view.unit_line = unit_line(plan.sources[0], None, page, named=bool(plan.spec.title))


def _held_against(
    page: Page, plan: Plan, view: TileView, now: Figure, *, cut: bool
) -> tuple[Figure | None, str]:
    """What a number is compared with, and the words for it; None where there is nothing."""
    source, against = plan.sources[0], plan.spec.compare
    if "before" in view.answers:
        words = before_words(page.state, page.span, cut=cut, against=against)
        return result_of(view, "before").total, words
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
    result, key = result_of(view, "chart"), view.answers["chart"].key
    known = (key, tile, face, names, tuple(colours.items()), get_language())
    drawn = _drawn.get(known) or _drawn.put(known, _draw(tile, face, result, names, colours))
    view.figure, view.summary, view.table = drawn
    view.drawn_from = known
    view.unusual = r.odd_lines(face, result, wording())
    view.notes = [*view.notes, *(mark.words for mark in r.marks_in(face, result)),
                  *_below_zero(spec, result), *reduced_words(view)]  # fmt: skip
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


def _steps(page: Page, plan: Plan, view: TileView) -> None:
    results = {name: result_of(view, name) for name in view.answers}
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
