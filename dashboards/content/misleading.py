"""What of a tile would mislead whoever reads it, in sentences for whoever makes it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from dashboards.content.document import TileSpec
from dashboards.content.planning import Plan
from kpis.asking import Answer
from kpis.display import GRAINS

#: more than the eye can compare
MOST_PARTS, MOST_LINES = 6, 8


def misleading(plan: Plan, asked: TileSpec, given: Mapping[str, Answer]) -> tuple[str, ...]:
    """What may be chosen and would mislead; what two scales or a cut axis do, readers are told."""
    chart = given.get("chart")
    parts = len({p.segment for p in chart.result}) if chart is not None and chart.result else 0
    found = []
    if asked.type == "pie" and parts > MOST_PARTS:
        found.append(
            _("%(n)d parts are more than a pie can show: bars compare them better.") % {"n": parts}
        )
    if asked.type in {"line", "area"} and parts > MOST_LINES:
        found.append(
            _("%(n)d lines are more than the eye can compare: bars, or a filter, show them better.")
            % {"n": parts}
        )
    if plan.grain and asked.grain and plan.grain != asked.grain:
        words = {"wanted": GRAINS[asked.grain].lower(), "shown": GRAINS[plan.grain].lower()}
        found.append(
            _("The page opens with less than a second %(wanted)s, so it is shown by %(shown)s.")
            % words
        )
    return tuple(found)
