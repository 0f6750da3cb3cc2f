"""A funnel and a waterfall from their answers."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from dashboards import rendering as r
from dashboards.content.planning import Plan
from dashboards.content.wording import wording
from kpis.engine.drivers import drivers, is_additive
from kpis.engine.result import Result


class Steps(NamedTuple):
    figure: dict[str, Any] | None
    summary: str
    table: r.Table
    notes: list[str]


def funnel_of(plan: Plan, results: dict[str, Result]) -> Steps:
    """The KPIs of a tile in its order."""
    words = wording()
    steps = [(s.face(None), results[str(s.version.pk)].total) for s in plan.sources]
    said = [
        words.one_value.format(name=face.name, value=text)
        for (face, _figure), text in zip(steps, r.told(steps, words), strict=True)
    ]
    return Steps(
        r.funnel(steps, wording=words), " ".join(said), r.funnel_table(steps, wording=words), []
    )


def waterfall_of(plan: Plan, results: dict[str, Result], name: str) -> Steps:
    """By the values of the tile's dimension; ``name`` is what that is called.

    Raises ``Invalid`` where one of the ends has no figure.
    """
    words, source = wording(), plan.sources[0]
    before, now = results["before"].total, results["now"].total
    if before.value is None or now.value is None:
        raise Invalid(_("One of the two periods has no figure to compare."))
    splits = [{p.segment: p.figure for p in results[n]} for n in ("split before", "split now")]
    found = drivers(source.definition, splits[0], splits[1])
    fall = r.Fall(before, now, tuple((d.segment, float(d.total)) for d in found))
    zero, face = is_additive(source.definition), source.face(None)
    moved = ", ".join(
        f"{name} {r.signed_text(step, face, words)}" for name, step in r.steps_of(fall, words)
    )
    ends = words.from_to.format(
        name=face.name, before=r.shown_text(before, face, words),
        now=r.shown_text(now, face, words), moves=moved or words.no_data,
    )  # fmt: skip
    notes = [] if zero else [_("The axis does not begin at zero, so that the steps can be seen.")]
    figure = r.waterfall(face, fall, zero=zero, wording=words)
    return Steps(figure, ends, r.waterfall_table(face, fall, name=name, wording=words), notes)
