"""What was measured, and what was reported before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from kpis.derived import is_derived
from kpis.engine.change import is_same
from kpis.engine.result import State
from kpis.models import KPI, KPIVersion, Measurement, Refresh


def measurements_of(versions: Iterable[KPIVersion]) -> dict[int, list[Measurement]]:
    """Per version (by key) the figures of its last good attempt, periods ascending."""
    rows = of_last_good(Measurement.objects.filter(version__in=list(versions)))
    found: dict[int, list[Measurement]] = {}
    for row in rows.order_by("version", "period_start"):
        found.setdefault(row.version_id, []).append(row)
    return found


def of_last_good(rows: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Those over the data of the last good attempt of their version."""
    good = Refresh.objects.filter(version=OuterRef("version"), state=Refresh.State.DONE)
    last = good.order_by("-pk")
    return rows.filter(
        load=Subquery(last.values("load")[:1]), basis=Subquery(last.values("basis")[:1])
    )


def reported(kpi: KPI) -> QuerySet[Measurement]:
    """By every version, also over earlier loads, newest period first."""
    rows = Measurement.objects.filter(version__kpi=kpi).select_related("version", "load")
    return rows.order_by("-period_start", "-version", "-load", "-pk")


def reported_before(
    version: KPIVersion, now: Iterable[Measurement]
) -> dict[datetime, list[Measurement]]:
    """Per period what was reported over other data and is not the same; full periods only.

    In the order in which they were first reported.
    """
    current = {row.period_start: row for row in now if not row.partial}
    others = Measurement.objects.filter(version=version, period_start__in=current, partial=False)
    found: dict[datetime, list[Measurement]] = {}
    for row in others.select_related("load").order_by("pk"):
        here = current[row.period_start]
        if row.data != here.data and not _agree(row, here):
            found.setdefault(row.period_start, []).append(row)
    return found


def _agree(one: Measurement, other: Measurement) -> bool:
    return one.state == other.state and is_same(one.value, other.value)


@dataclass(frozen=True)
class Restatement:
    """A full period whose figure is another than it was first reported."""

    then: Measurement
    now: Measurement


def restatements_of(
    now: Iterable[Measurement], before: Mapping[datetime, Sequence[Measurement]]
) -> list[Restatement]:
    """From what is measured now and what ``reported_before`` found, newest period first.

    What counts again after a roll back was reported before all others, and is what it was then.
    """
    found = [
        Restatement(before[row.period_start][0], row)
        for row in now
        if not row.partial
        and row.period_start in before
        and before[row.period_start][0].pk < row.pk
    ]
    return found[::-1]


@dataclass(frozen=True)
class Reformulated:
    """A full period as the version before reported it last, and as the next one measured it.

    Where ``same_data``, what lies between them is the formula alone; else rows changed as well.
    """

    then: Measurement
    now: Measurement
    same_data: bool

    @property
    def differs(self) -> bool:
        return not _agree(self.then, self.now)


def reformulated(
    before: KPIVersion, after: KPIVersion, periods: Iterable[datetime]
) -> list[Reformulated]:
    """The periods, by their starts, that both versions measured whole, with rows; newest first.

    Of the later version the figure over the load that the earlier one saw, else its first one:
    what later loads did to it are restatements. A formula over KPIs has no load of its own.
    """
    rows = Measurement.objects.filter(
        version__in=[before, after], period_start__in=list(periods), partial=False
    ).select_related("load", "refresh")
    old: dict[datetime, Measurement] = {}
    new: dict[datetime, list[Measurement]] = {}
    for row in rows.order_by("refresh"):
        if row.version_id == before.pk:
            old[row.period_start] = row
        else:
            new.setdefault(row.period_start, []).append(row)
    own_rows = not (is_derived(before) or is_derived(after))
    found = []
    for start in sorted(old.keys() & new.keys(), reverse=True):
        then = old[start]
        now = next((row for row in new[start] if row.data == then.data), new[start][0])
        empty = then.state == now.state == State.NO_DATA
        if not empty and (now.grain, now.period_end) == (then.grain, then.period_end):
            found.append(Reformulated(then, now, own_rows and now.load_id == then.load_id))
    return found


def refreshes_of(kpi: KPI) -> QuerySet[Refresh]:
    """The attempts, newest first."""
    return kpi.refreshes.select_related("version", "load", "job", "by")


def last_good(kpi: KPI) -> Refresh | None:
    return refreshes_of(kpi).filter(state=Refresh.State.DONE).first()
