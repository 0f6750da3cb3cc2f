"""When figures are older than they may be: decided here and nowhere else; see decision 0053.

A KPI, or its data, that has a schedule has promised newer figures at the times of it; the others
have promised them once in each period that they count by, and no oftener than they are refreshed.
Figures are late when two such turns have come since their data ended: the first is the one in
which the newer data comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ace_portal.lib.errors import PortalError
from kpis.asking import definition_of
from kpis.derived import as_of_of, leaves_of
from kpis.models import KPIVersion

TURNS = 2
#: the longest that each grain lasts
LENGTHS = {
    "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7),
    "month": timedelta(days=31), "quarter": timedelta(days=92), "year": timedelta(days=366),
}  # fmt: skip


@dataclass(frozen=True)
class Late:
    """Figures of a KPI that end at ``as_of``, where newer ones were ``due``."""

    kpi: str
    as_of: datetime
    due: datetime


def late_of(version: KPIVersion, *, now: datetime) -> Late | None:
    """A version whose figures are late, be it by one of the KPIs that it is made of."""
    found = [late for leaf in leaves_of(version) if (late := _late(leaf, now)) is not None]
    return min(found, key=lambda late: late.as_of) if found else None


def due_by(version: KPIVersion) -> datetime | None:
    """Until when newer data of a KPI over rows has to be there; None where it has none to age: not
    loaded, asked at its source each time, or retired."""
    load, end = version.dataset.live, as_of_of(version)
    if load is None or not load.path or end is None or version.kpi.retired_at is not None:
        return None
    turns = [
        runs[-1]
        for one in (version.kpi, version.dataset)
        if one.schedule and (runs := one.runs_ahead(now=end, count=TURNS))
    ]
    return max(turns) if turns else end + TURNS * max(version.kpi.refresh_every, _length(version))


def _late(leaf: KPIVersion, now: datetime) -> Late | None:
    end, due = as_of_of(leaf), due_by(leaf)
    if end is None or due is None or due > now:
        return None
    return Late(leaf.kpi.name, end, due)


def _length(version: KPIVersion) -> timedelta:
    try:
        definition = definition_of(version)
    except PortalError:
        return timedelta()
    return LENGTHS[definition.grain] if definition.timed else timedelta()
