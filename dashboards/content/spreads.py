"""How the values behind a KPI are spread: what is asked for it, and what it is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.lib.errors import Invalid
from dashboards import rendering as r
from dashboards.content.planning import Plan
from dashboards.content.shapes import operand_of
from dashboards.content.sources import Source
from dashboards.content.wording import wording
from kpis.asking import Answer
from kpis.engine.definition import Aggregate, AllOf, Column, Condition
from kpis.engine.result import Result
from kpis.figures import Ask


class Shown(NamedTuple):
    figure: dict[str, Any] | None
    summary: str
    table: r.Table
    notes: list[str]


def bins_asked(plan: Plan, given: Mapping[str, Answer]) -> dict[str, Ask]:
    """The count of each bin, once it is known where the values begin and end; else nothing."""
    if plan.spec.type != "histogram" or "low" not in given:
        return {}
    bins = _bins(plan, {name: answer.result for name, answer in given.items() if answer.result})
    source, own = plan.sources[0], operand_of(plan.sources[0])
    if bins is None or own.operand is None:
        return {}
    asked = {}
    for number, (low, high) in enumerate(bins.pairs):
        parts = [own.where] if own.where is not None else []
        if number:
            parts.append(Condition(own.operand, ">=", low))
        if number + 1 < len(bins.pairs):
            parts.append(Condition(own.operand, "<", high))
        parts.append(Condition(own.operand, "is not null"))
        measure = Aggregate("count", None, None, AllOf(tuple(parts)))
        asked[f"bin {number}"] = Ask(source.version, plan.asks["low"].query, measure)
    return asked


def _bins(plan: Plan, results: Mapping[str, Result]) -> r.Bins | None:
    """None where there are no values."""
    ends = [results[name].total.value for name in ("low", "high", "near") if name in results]
    known = [float(end) for end in ends if end is not None]
    if len(known) < 3:
        return None
    try:
        return r.bins_of(*known, whole=_is_whole(plan.sources[0]))
    except ValueError:
        return None


def _is_whole(source: Source) -> bool:
    operand = operand_of(source).operand
    return isinstance(operand, Column) and source.own_types.get(operand.name) == "integer"


def histogram_of(plan: Plan, results: Mapping[str, Result]) -> Shown:
    """From the ends of the values and the counts of the bins.

    Raises ``Invalid`` where the values have no ends that are numbers.
    """
    words, face = wording(), plan.sources[0].face(None)
    bins = _bins(plan, results)
    if bins is None:
        if results["low"].total.rows > results["low"].total.left_out:
            raise Invalid(_("The column holds values that are no finite numbers."))
        said = words.one_value.format(name=face.name, value=words.no_data)
        return Shown(None, said, r.Table((), ()), [])
    counts = [int(results[f"bin {n}"].total.value or 0) for n in range(len(bins.pairs))]
    notes = []
    if bins.open:
        notes.append(
            ngettext("The last bar gathers the rest: %(n)d case, %(where)s.",
                     "The last bar gathers the rest: %(n)d cases, %(where)s.", counts[-1])
            % {"n": counts[-1], "where": r.bin_words(face, bins, words)[-1]}
        )  # fmt: skip
    empty = results["low"].total.left_out
    if empty:
        notes.append(ngettext("%(n)d case has no value.", "%(n)d cases have no value.", empty)
                     % {"n": empty})  # fmt: skip
    return Shown(
        r.histogram(face, bins, counts, wording=words),
        r.histogram_words(face, bins, counts, wording=words),
        r.histogram_table(face, bins, counts, wording=words),
        notes,
    )


def bin_names(plan: Plan, results: Mapping[str, Result]) -> dict[str, str]:
    """What the answers of a histogram are called in a file."""
    found = {"low": _("Lowest"), "high": _("Highest"), "near": _("95% are at most")}
    bins = _bins(plan, results)
    if bins is not None:
        said = r.bin_words(plan.sources[0].face(None), bins, wording())
        found |= {f"bin {n}": text for n, text in enumerate(said)}
    return found


def box_of(plan: Plan, results: Mapping[str, Result], name: str) -> Shown:
    """By the values of the tile's dimension; ``name`` is what that is called."""
    words, face = wording(), plan.sources[0].face(None)
    boxes = r.boxes_of([
        {point.segment: point.figure for point in results[f"quantile {q:g}"]} for q in r.QUANTILES
    ])  # fmt: skip
    none = words.one_value.format(name=face.name, value=words.no_data)
    said = [r.box_words(face, box, words) for box in boxes if box.known]
    more = len(boxes) - r.MAX_BOXES
    notes = [_("Box: the middle half. Lines: from 5% to 95% of the cases. In the box: the median.")]
    if any(box.few for box in boxes):
        notes.append(_("Grey boxes have few cases."))
    if more > 0:
        notes.append(words.more.format(n=more))
    return Shown(
        r.box_figure(face, boxes, wording=words),
        "; ".join(said[: r.MAX_BOXES]) or none,
        r.box_table(face, boxes, name=name, wording=words),
        notes if said else [],
    )  # fmt: skip
