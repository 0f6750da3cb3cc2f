"""Two loads of a dataset side by side: rows, columns, and the figures that came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kpis.drift import Drift, drift_of
from kpis.models import KPIVersion, Load, Measurement
from kpis.selectors.data import published_on
from kpis.sources.base import ROW

#: what is compared of a column
FACTS = ("nulls", "distinct", "min", "max")


@dataclass(frozen=True)
class ColumnPair:
    """One column in both; ``before`` or ``now`` is None where it is not there."""

    name: str
    state: str  # added, removed, retyped, changed or same
    before: Mapping[str, Any] | None
    now: Mapping[str, Any] | None


@dataclass(frozen=True)
class FigurePair:
    """A KPI's last full period as it was measured over each load."""

    version: KPIVersion
    before: Measurement | None
    now: Measurement | None

    @property
    def period(self) -> datetime | None:
        found = self.now or self.before
        return found.period_start if found is not None else None

    @property
    def same_period(self) -> bool:
        """Whether the two figures are of one period, and so comparable."""
        return (
            self.before is not None
            and self.now is not None
            and (self.before.grain, self.before.period_start)
            == (self.now.grain, self.now.period_start)
        )


@dataclass(frozen=True)
class Comparison:
    first: Load
    last: Load
    drift: Drift
    columns: tuple[ColumnPair, ...]
    figures: tuple[FigurePair, ...]


def compare(first: Load, last: Load) -> Comparison:
    """``last`` against ``first``; two queries, however many KPIs there are."""
    before, now = _columns(first), _columns(last)
    return Comparison(
        first,
        last,
        drift_of(_types(first), _types(last)),
        tuple(
            ColumnPair(name, _state(before.get(name), now.get(name)), before.get(name),
                       now.get(name))
            for name in dict.fromkeys([*now, *before])
        ),
        tuple(_figures(first, last)),
    )  # fmt: skip


def _columns(load: Load) -> dict[str, dict[str, Any]]:
    """By name; the estimate of different values never says more than there are."""
    found = {column["name"]: dict(column) for column in load.columns if column["name"] != ROW}
    for column in found.values():
        if column.get("distinct") is not None:
            filled = (load.rows or 0) - (column["nulls"] or 0)
            column["distinct"] = min(column["distinct"], filled)
    return found


def _types(load: Load) -> dict[str, str]:
    return {name: column["type"] for name, column in _columns(load).items()}


def _state(before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    if before is None:
        return "added"
    if now is None:
        return "removed"
    if before["type"] != now["type"]:
        return "retyped"
    return "same" if all(before.get(f) == now.get(f) for f in FACTS) else "changed"


def _figures(first: Load, last: Load) -> Iterable[FigurePair]:
    versions = list(published_on(last.dataset).order_by("kpi__name", "pk"))
    rows = Measurement.objects.filter(version__in=versions, load__in=[first, last], partial=False)
    found: dict[tuple[int, int], dict[datetime, Measurement]] = {}
    for row in rows.order_by("period_start"):
        found.setdefault((row.version_id, row.load_id), {})[row.period_start] = row
    for version in versions:
        before = found.get((version.pk, first.pk), {})
        now = found.get((version.pk, last.pk), {})
        if before or now:
            yield _pair(version, before, now)


def _pair(
    version: KPIVersion, before: dict[datetime, Measurement], now: dict[datetime, Measurement]
) -> FigurePair:
    """The last period that both know in full; where there is none, the last one of each."""
    both = before.keys() & now.keys()
    if both:
        return FigurePair(version, before[max(both)], now[max(both)])
    return FigurePair(
        version,
        before[max(before)] if before else None,
        now[max(now)] if now else None,
    )
