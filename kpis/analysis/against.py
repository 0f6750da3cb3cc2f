"""A figure held against others: the period before, a year before, target, baseline, a segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from kpis.analysis.parts import Part
from kpis.analysis.stretches import before_of, query_words
from kpis.display import (
    Delta,
    Shown,
    change_text,
    digits,
    good_text,
    is_percent,
    shown,
    status_word,
)
from kpis.engine.change import Change, Kind, change
from kpis.engine.query import Query
from kpis.engine.result import Figure, State
from kpis.engine.status import Direction, Status, Target
from kpis.figures import Ask, answers
from kpis.goals import has_begun, is_comparable, is_partial, judged, target_for
from kpis.models import KPIVersion
from kpis.scopes import Reader

KINDS = ("previous", "year", "target", "baseline", "segment")
GONE = Figure(None, State.NO_DATA)


@dataclass(frozen=True)
class Beside:
    """One thing that the figure is held against; ``words`` say exactly which."""

    what: str  # one of KINDS
    label: str
    words: str
    figure: Figure
    change: Change
    value: Shown
    delta: Delta | None
    status: str = ""
    status_word: str = ""

    @property
    def note(self) -> str:
        """Why there is no change to tell."""
        if self.change.kind is Kind.NEW:
            return _("new: from zero there is no percentage")
        return _("nothing to compare with") if self.delta is None else ""

    @property
    def percent(self) -> str:
        """The change in percent of what it is held against, with its sign."""
        if self.change.percent is None:
            return ""
        text = digits(self.change.percent, 1)
        return f"+{text}%" if self.change.percent > 0 else f"{text}%"


@dataclass(frozen=True)
class Compared:
    """The figure of a stretch and what stands beside it; ``error`` instead where there is none."""

    words: str = ""
    part: Part | None = None
    figure: Figure = GONE
    value: Shown = field(default_factory=lambda: Shown(""))
    besides: tuple[Beside, ...] = ()
    error: str = ""

    def figure_of(self, what: str) -> Figure | None:
        """The figure of one kind; None where it is not among them."""
        return next((beside.figure for beside in self.besides if beside.what == what), None)


def compared(
    version: KPIVersion,
    query: Query,
    *,
    reader: Reader,
    part: Part | None = None,
    other: Part | None = None,
    by_days: bool = False,
) -> Compared:
    """``query`` is a closed range of days. All questions are asked together.

    Reads ``version.kpi.targets``. The same stretch is taken where the data ends inside the range.
    """
    here = _within(query, part)
    asked = {"now": here}
    for name in ("previous", "year"):
        asked[name] = before_of(version, here, name, by_days=by_days)
    if other is not None:
        asked["segment"] = _within(query, other)
    asks = [Ask(version, one) for one in asked.values()]
    got = dict(zip(asked, answers(asks, reader=reader), strict=True))
    if got["now"].result is None:
        return Compared(query_words(version, query), part, error=got["now"].error)
    figures = {
        name: answer.result.total if answer.result is not None else GONE
        for name, answer in got.items()
    }
    now = figures.pop("now")
    for name in ("previous", "year"):
        if not has_begun(version, asked[name]):
            figures[name] = GONE
    words = {name: query_words(version, asked[name]) for name in figures}
    if other is not None:
        words["segment"] = f"{other.dimension}: {other.name}"
    besides = [
        *(_beside(version, now, name, words[name], figure) for name, figure in figures.items()),
        *_targets(version, now, query, part, cut=got["now"].cut),
        *_baseline(version, now, query, part, cut=got["now"].cut),
    ]
    return Compared(
        query_words(version, query), part, now, shown(now, version), tuple(_sorted(besides))
    )  # fmt: skip


def _within(query: Query, part: Part | None) -> Query:
    if part is None:
        return query
    if query.where is not None:
        raise Invalid(_("A part of a figure that is filtered already cannot be asked for."))
    return replace(query, where=part.where)


def _sorted(besides: list[Beside]) -> list[Beside]:
    return sorted(besides, key=lambda beside: KINDS.index(beside.what))


def labels() -> dict[str, str]:
    return {
        "previous": _("Period before"), "year": _("A year before"), "target": _("Target"),
        "baseline": _("Baseline"), "segment": _("Other segment"),
    }  # fmt: skip


def _beside(version: KPIVersion, now: Figure, what: str, words: str, figure: Figure) -> Beside:
    step = change(now, figure, is_share=is_percent(version))
    return Beside(
        what=what, label=labels()[what], words=words, figure=figure, change=step,
        value=shown(figure, version), delta=change_text(step, version),
    )  # fmt: skip


def _targets(
    version: KPIVersion, now: Figure, query: Query, part: Part | None, *, cut: bool
) -> Iterator[Beside]:
    target = target_for(version, query, part.target_of if part is not None else None, cut=cut)
    if target is None:
        return
    found = judged(version, now, target, partial=is_partial(version, query))
    goal = goal_for(target, now)
    beside = _beside(version, now, "target", good_text(target, version), Figure(goal))
    if found is not Status.NONE:
        beside = replace(beside, status=found.value, status_word=status_word(found))
    yield replace(beside, delta=_gap(beside.delta, found))


def goal_for(target: Target, now: Figure) -> float:
    """The end of what is good that is nearest to a figure."""
    low, high = target.good
    match target.direction:
        case Direction.UP:
            return low
        case Direction.DOWN:
            return high
        case Direction.BAND:
            if now.value is None:
                return low
            return min(low, high, key=lambda end: abs(end - float(now.value or 0)))


def _gap(delta: Delta | None, found: Status) -> Delta | None:
    """How far from the goal; whether that is good, the status says."""
    tones = {Status.GOOD: "good", Status.BAD: "bad"}
    return None if delta is None else replace(delta, tone=tones.get(found, "none"))


def _baseline(
    version: KPIVersion, now: Figure, query: Query, part: Part | None, *, cut: bool
) -> Iterator[Beside]:
    kpi = version.kpi
    if kpi.baseline is None:
        return
    if is_comparable(version, query, part=part is not None, cut=cut):
        words = kpi.baseline_note or _("as it was when it began")
        yield _beside(version, now, "baseline", words, Figure(kpi.baseline))
