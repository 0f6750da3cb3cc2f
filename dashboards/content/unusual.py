"""Which figures of a chart are marked as unusual, and why those of another are not.

What a worker looked at are the figures of a KPI as it is measured: all rows, no filter, its own
grain, not split. A chart that shows other figures bears no mark: what is unusual for the whole says
nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Literal, cast

from django.utils.translation import gettext as _

from dashboards.content.planning import Plan
from dashboards.rendering import Odd
from kpis.analysis.looked import looked_words
from kpis.asking import Answer
from kpis.engine.change import is_same
from kpis.models import Measurement
from kpis.selectors import last_look, unusual_of


def odd_of(asked: Sequence[tuple[Plan, Mapping[str, Answer]]]) -> list[tuple[Odd, ...]]:
    """What is unusual on each chart, in order; one query however many charts there are, none where
    no chart shows figures that were looked at."""
    charts = {
        place: (plan.sources[0].version, given["chart"])
        for place, (plan, given) in enumerate(asked)
        if _was_looked_at(plan, given)
    }
    found = unusual_of(version for version, _answer in charts.values()) if charts else {}
    odd = {place: _odd(answer, found.get(v.pk, ())) for place, (v, answer) in charts.items()}
    return [odd.get(place, ()) for place in range(len(asked))]


def _was_looked_at(plan: Plan, given: Mapping[str, Answer]) -> bool:
    answer = given.get("chart")
    return answer is not None and answer.result is not None and not why_not(plan, cut=answer.cut)


def _odd(answer: Answer, rows: Iterable[Measurement]) -> tuple[Odd, ...]:
    """Those of the figures that were measured which the chart shows: its range may cut a period."""
    known = {row.period_start.astimezone(UTC): row for row in rows}
    found = []
    for point in answer.result or ():
        period = point.period
        row = known.get(period.start.astimezone(UTC)) if period is not None else None
        if period is None or row is None or period.partial:
            continue
        if row.value is None or not is_same(point.figure.value, row.value):
            continue
        low, high = cast(float, row.usual_low), cast(float, row.usual_high)
        how = cast(Literal["season", "trend"], row.refresh.looked)
        found.append(Odd(period.start, row.value > high, low, high, how))
    return tuple(found)


def why_not(plan: Plan, *, cut: bool) -> str:
    """Why no figure of a chart over time was looked at; empty where they were, or it is none."""
    if plan.spec.by:
        return _("Unusual figures are not marked here: the parts of a figure are not looked at.")
    if cut:
        return _(
            "Unusual figures are not marked here: all rows together were looked at, and you see "
            "some of them."
        )
    if plan.asks["chart"].query.where is not None:
        return _(
            "Unusual figures are not marked while the chart is filtered: figures without filters "
            "were looked at."
        )
    if plan.grain != plan.sources[0].definition.grain:
        return _(
            "Unusual figures are not marked here: the chart counts by another period than the KPI "
            "is measured by."
        )
    return ""


def marking_words(plan: Plan, *, cut: bool) -> str:
    """What the marks of a chart mean, or why it has none; empty for what is no chart over time."""
    if plan.grain is None or "chart" not in plan.asks:
        return ""
    why = why_not(plan, cut=cut)
    if why:
        return why
    refresh = last_look(plan.sources[0].version)
    if refresh is None or refresh.looked_at is None:
        return _("Whether a figure is unusual has not been looked at since the data was loaded.")
    words = looked_words(refresh, plan.sources[0].version)
    return words or _("Whether a figure is unusual could not be found out.")
