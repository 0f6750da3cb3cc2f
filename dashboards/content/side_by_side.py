"""A tile that shows two segments beside each other, each from its own question.

Neither side is ever what the other leaves of a whole: the rest, too, is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said
from dashboards import rendering as r
from dashboards.content.document import Choice, TileSpec
from dashboards.content.planning import (
    Page,
    Plan,
    extent_of,
    last_period_day,
    plan_tile,
    target_day,
    total_query,
)
from dashboards.content.showing import Segment, TileView, oldest
from dashboards.content.sides import SIDES, Side, Sides, choice_of, names_of, side_where
from dashboards.content.sources import Source
from dashboards.content.titles import column_label, title_of, unit_line
from dashboards.content.wording import wording
from dashboards.rendering.figures.colours import HUES, MUTED
from dashboards.rendering.figures.sides import pairs_left_out, side_bars
from dashboards.rendering.format import delta
from kpis.asking import Answer
from kpis.engine.definition import AllOf
from kpis.engine.query import Query, is_cut
from kpis.engine.result import Figure, Result
from kpis.figures import Ask
from kpis.scopes import unlike_words

#: what can show two segments, where nothing else splits it
OVER_TIME = ("line", "bar")


@dataclass(slots=True)
class SidePlan(Plan):
    """The questions of both sides: their names begin with the side's."""

    names: tuple[str, str] = ("", "")


@dataclass
class SideView:
    """One side of a number."""

    name: str
    number: r.NumberView


@dataclass
class SidedView(TileView):
    """A tile with two segments; ``sides`` and their ``difference`` in words are of a number."""

    names: tuple[str, str] = ("", "")
    sides: list[SideView] = field(default_factory=list)
    difference: str = ""


def plan_of(page: Page, spec: TileSpec) -> Plan:
    """One tile as the page's state has it: with both sides where two segments are compared, or
    with the sentence why it is not."""
    sides = page.state.sides
    choice = choice_of(page.document, sides)
    if sides is None or choice is None or not spec.kpi_versions:
        return plan_tile(page, spec)
    own = [page.sources[pk] for pk in spec.kpi_versions if pk in page.sources]
    why = _why_not(page, spec, choice, own)
    plan = plan_tile(page, spec)
    if plan.error:
        return plan
    if why:
        plan.notes = [*plan.notes, why]
        return plan
    asked = SidePlan(plan.spec, plan.sources, {}, plan.grain, notes=plan.notes,
                     names=names_of(sides))  # fmt: skip
    try:
        for source in plan.sources:
            _ask(page.on(spec), asked, source, choice, sides)
    except PortalError as error:
        asked.error = said(error.message)
    return asked


def _why_not(page: Page, spec: TileSpec, choice: Choice, sources: Sequence[Source]) -> str:
    """Why a tile shows no two segments; empty where it does."""
    if spec.type not in {"number", "table", *OVER_TIME}:
        return _("Not compared: a tile of this kind has no room for two segments.")
    if not page.document.is_for(choice, spec.key):
        return _("Not compared: “%(label)s” is not for this tile.") % {"label": choice.label}
    for source in sources:
        leaves = source.leaves or (source,)
        if any(choice.column not in leaf.dimensions for leaf in leaves):
            return _("Not compared: %(kpi)s does not know “%(label)s”.") % {
                "kpi": source.kpi.name, "label": choice.label,
            }  # fmt: skip
    if spec.by and (spec.grain or spec.by == choice.column):
        return _("Not compared: this tile is split already.")
    return ""


def _ask(page: Page, plan: SidePlan, source: Source, choice: Choice, sides: Sides) -> None:
    spec, whole = plan.spec, total_query(page, source)
    for side in SIDES:
        query = _of(whole, side, source, choice, sides)
        if spec.type == "table":
            by = replace(query, by=(spec.by or "",))
            plan.asks[f"{side} {source.version.pk}"] = Ask(source.version, by)
            if spec.totals:
                plan.asks[f"{side} total {source.version.pk}"] = Ask(source.version, query)
            continue
        by = replace(query, grain=plan.grain, by=(spec.by,) if spec.by else ())
        plan.asks[side] = Ask(source.version, query if spec.type == "number" else by)


def _of(whole: Query, side: Side, source: Source, choice: Choice, sides: Sides) -> Query:
    """The question of the whole, of one side's rows."""
    kind = source.own_types.get(choice.column, "text")
    own = side_where(choice, sides, side, kind)
    return replace(whole, where=own if whole.where is None else AllOf((whole.where, own)))


def sided_view(
    page: Page,
    plan: SidePlan,
    given: dict[str, Answer],
    offered: Mapping[str, Sequence[str | None]],
) -> SidedView:
    """One tile of two segments; a failure becomes its sentence."""
    view = SidedView(
        spec=plan.spec,
        title=title_of(plan.spec, plan.sources, page.document),
        sources=plan.sources,
        as_of=oldest(source.as_of for source in plan.sources),
        error=plan.error,
        notes=plan.notes,
        answers=given,
        names=plan.names,
    )
    if any(answer.unlike for answer in given.values()):
        view.notes = [*view.notes, unlike_words()]
    view.error = view.error or next((a.error for a in given.values() if a.error), "")
    if view.error:
        return view
    if plan.spec.type == "number":
        _number(page, plan, view)
    elif plan.spec.type == "table":
        _table(page, plan, view)
    else:
        _chart(page, plan, view, _colours(page, offered))
    return view


def _number(page: Page, plan: SidePlan, view: SidedView) -> None:
    source, words = plan.sources[0], wording()
    figures: list[Figure] = []
    faces: list[r.Face] = []
    for side, name in zip(SIDES, plan.names, strict=True):
        query = plan.asks[side].query
        extent = extent_of(source, query, cut=view.answers[side].cut)
        face = source.face(target_day(source, query), extent=extent)
        figure = _result(view, side).total
        partial = is_cut(query, source.definition, source.as_of)
        number = r.number_view(face, figure, partial=partial, wording=words)
        view.sides.append(SideView(name, number))
        figures.append(figure)
        faces.append(face)
    view.unit_line = unit_line(source, None, page, named=False)
    told = [f"{one.name}: {one.number.value}." for one in view.sides]
    view.difference = _difference(plan, figures, faces[0])
    view.summary = " ".join([*told, view.difference])


def _difference(plan: SidePlan, figures: Sequence[Figure], face: r.Face) -> str:
    """How far the first is from the second, in a sentence."""
    first, second = figures
    step = delta(first, second, face, wording())
    words = {"first": plan.names[0], "second": plan.names[1]}
    if step is None:
        return _("There is no difference to tell: one of them has no figure.")
    words |= {"text": step.text, "share": step.relative}
    if step.direction == "flat":
        return _("%(first)s and %(second)s are alike.") % words
    if step.direction == "up":
        return _("%(first)s is higher by %(text)s than %(second)s (%(share)s).") % words
    return _("%(first)s is lower by %(text)s than %(second)s (%(share)s).") % words


def _chart(page: Page, plan: SidePlan, view: SidedView, colours: Sequence[str]) -> None:
    source, words, spec = plan.sources[0], wording(), plan.spec
    query = plan.asks["first"].query
    day = last_period_day(source, plan.grain, query) if plan.grain else None
    extent = extent_of(source, query, plan.grain, cut=view.answers["first"].cut)
    face = source.face(target_day(source, query, day), extent=extent)
    results = [_result(view, side) for side in SIDES]
    named = [replace(face, name=name) for name in plan.names]
    view.unit_line = unit_line(source, plan.grain, page, named=bool(spec.title))
    told = [r.summary(one, result, wording=words)
            for one, result in zip(named, results, strict=True)]  # fmt: skip
    view.summary = " ".join(told)
    view.notes = [*view.notes, *(mark.words for mark in r.marks_in(face, results[0]))]
    if plan.grain is None:
        sides = list(zip(plan.names, results, colours, strict=True))
        view.figure = side_bars(face, sides, wording=words)
        name = column_label(spec.by or "", page.document)
        columns = list(zip(named, results, strict=True))
        view.table = r.comparison_table(columns, names=[name], wording=words)
        view.notes = [*view.notes, *_left_out(pairs_left_out(sides))]
        return
    both = _together(plan, results)
    hues: dict[Segment, str] = {(name,): hue for name, hue in zip(plan.names, colours, strict=True)}
    tile = r.Tile(view.key, spec.type, view.title)
    view.figure = r.figure(tile, face, both, colours=hues, wording=words)
    view.table = r.pair_table(list(zip(named, results, strict=True)), wording=words)


def _left_out(left: int) -> list[str]:
    if not left:
        return []
    words = ngettext("%(n)d more in the table.", "%(n)d more in the table.", left)
    return [words % {"n": left}]


def _together(plan: SidePlan, results: Sequence[Result]) -> Result:
    """Both as the segments of one result, each point as it was answered."""
    points = tuple(
        replace(point, segment=(name,))
        for name, result in zip(plan.names, results, strict=True) for point in result
    )  # fmt: skip
    return replace(results[0], points=points, by=("side",), blank=())


def _table(page: Page, plan: SidePlan, view: SidedView) -> None:
    columns, totals = [], []
    for source in plan.sources:
        for side, name in zip(SIDES, plan.names, strict=True):
            key = f"{side} {source.version.pk}"
            query = plan.asks[key].query
            extent = extent_of(source, query, cut=view.answers[key].cut)
            face = source.face(target_day(source, query), plan.spec.by, extent)
            column = replace(face, name=f"{source.kpi.name}, {name}")
            columns.append((column, _result(view, key)))
            if plan.spec.totals:
                total = _result(view, f"{side} total {source.version.pk}").total
                totals.append((replace(column, target=None, own=()), total))
    names = [column_label(plan.spec.by or "", page.document)]
    view.table = r.comparison_table(columns, totals=totals, names=names, wording=wording())
    view.summary = view.title
    view.unit_line = unit_line(plan.sources[0], None, page, named=False)


def _colours(page: Page, offered: Mapping[str, Sequence[str | None]]) -> tuple[str, str]:
    """Each value in the hue that it has wherever it is a category; the rest is muted."""
    sides = cast(Sides, page.state.sides)
    choice = choice_of(page.document, sides)
    known = r.hues((value,) for value in offered.get(choice.column if choice else "", ()))
    first = known.get((sides.value,), HUES[0])
    if sides.others is None:
        return first, MUTED
    second = known.get((sides.others[0],), HUES[1])
    return first, second if second != first else HUES[(HUES.index(first) + 1) % len(HUES)]


def _result(view: TileView, name: str) -> Result:
    result = view.answers[name].result
    if result is None:
        raise ValueError(f"no result for {name}")
    return result
