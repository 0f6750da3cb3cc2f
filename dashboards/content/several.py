"""Tiles of several KPIs, or of one by several splits: combined, scatter, table and pivot."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import rendering as r
from dashboards.content.filters import span_words
from dashboards.content.planning import Page, Plan, extent_of, target_day
from dashboards.content.sources import Source
from dashboards.content.titles import column_label, unit_line
from dashboards.content.view import TileView, reduced_words, result_of
from dashboards.content.wording import wording

Segment = tuple[str | None, ...]


def show_combined(page: Page, plan: Plan, view: TileView) -> None:
    """Bars of the first KPI, the line of the second; without targets, which belong to one scale."""
    words, sides = wording(), []
    for source in plan.sources:
        face, result = source.face(None), result_of(view, str(source.version.pk))
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


def show_table(page: Page, plan: Plan, view: TileView) -> None:
    words = wording()
    columns = []
    for source in plan.sources:
        name = str(source.version.pk)
        query = plan.asks[name].query
        extent = extent_of(source, query, cut=view.answers[name].cut)
        face = source.face(target_day(source, query), plan.spec.by, extent)
        columns.append((face, result_of(view, name)))
    names = [column_label(plan.spec.by or "", page.document)]
    totals = [
        (_total_face(source, plan), result_of(view, f"total {source.version.pk}").total)
        for source in plan.sources if plan.spec.totals
    ]  # fmt: skip
    view.table = r.comparison_table(columns, totals=totals, names=names, wording=words)
    view.summary = view.title
    view.unit_line = span_words(page.span)
    if any(face.target is not None for face, _result in columns):
        view.unit_line += _("; the mark in a bar is the target")


def show_pivot(page: Page, plan: Plan, view: TileView) -> None:
    """Without a target, which would be of another extent in each row, column and cell."""
    source, spec = plan.sources[0], plan.spec
    cells, rows, columns = (result_of(view, name) for name in ("cells", "rows", "columns"))
    crossed = r.Crossed(cells, rows, columns, result_of(view, "total").total)
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


def _total_face(source: Source, plan: Plan) -> r.Face:
    query = plan.asks[f"total {source.version.pk}"].query
    return source.face(target_day(source, query))


def show_scatter(page: Page, plan: Plan, view: TileView, colours: Mapping[Segment, str]) -> None:
    """The first KPI along, the second up; without targets, which no mark could be held against."""
    words = wording()
    along, up = (
        (source.face(None), result_of(view, str(source.version.pk))) for source in plan.sources
    )
    names = [column_label(plan.spec.by or "", page.document)]
    view.figure = r.scatter(along, up, colours, wording=words)
    view.summary = r.scatter_words(along, up, words)
    view.table = r.comparison_table([along, up], names=names, wording=words)
    view.unit_line = span_words(page.span)
    view.notes = [*view.notes, *reduced_words(view)]
    marks = r.marks_of(along, up)
    alone = len({p.segment for _face, result in (along, up) for p in result}) - len(marks)
    if alone:
        view.notes = [
            *view.notes,
            ngettext("%(n)d value has no mark: one of its figures is missing.",
                     "%(n)d values have no mark: one of their figures is missing.", alone)
            % {"n": alone},
        ]  # fmt: skip
