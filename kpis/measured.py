"""The figures of a KPI's last periods, as they were reported or as one reader may see them.

What is stored was measured over all rows. Who may not see all of them gets the same periods
computed from their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from ace_portal.lib.errors import PortalError
from kpis.asking import Ask, definition_of
from kpis.derived import as_of_of, leaves_of
from kpis.engine.query import Query, latest
from kpis.engine.result import Point
from kpis.figures import answers
from kpis.models import KPIVersion, Load, Measurement
from kpis.scopes import Reader, cuts_for, datasets_of
from kpis.selectors import measurements_of

PERIODS = 24
#: the grain of the only measurement of a KPI in which time plays no part
TOTAL = "total"
#: what a row says of its period
FIGURES = (
    "grain", "period_start", "period_end", "partial", "state", "value", "numerator", "denominator",
    "rows",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """By version (its key) its figures, periods ascending; ``own`` are of the reader's rows."""

    rows: dict[int, list[Measurement]] = field(default_factory=dict)
    own: frozenset[int] = frozenset()


def measured_for(reader: Reader, versions: Iterable[KPIVersion]) -> Measured:
    """Each version's ``dataset.live`` is read: select it along with the versions."""
    versions = list(versions)
    cut = cut_versions(reader, versions)
    rows = measurements_of(version for version in versions if version.pk not in cut)
    return Measured(rows | _computed(reader, [v for v in versions if v.pk in cut]), cut)


def cut_versions(reader: Reader, versions: Iterable[KPIVersion]) -> frozenset[int]:
    """The versions (their keys) of whose data the reader does not see all rows."""
    versions = list(versions)
    cuts = cuts_for(reader, datasets_of(versions))
    return frozenset(
        version.pk
        for version in versions
        if cuts and any(leaf.dataset_id in cuts for leaf in leaves_of(version))
    )


def _computed(reader: Reader, versions: list[KPIVersion]) -> dict[int, list[Measurement]]:
    """What cannot be computed has no figures: its page says why where it is asked for."""
    asks = []
    for version in versions:
        try:
            asks.append(Ask(version, periods_query(version)))
        except PortalError:
            continue
    found: dict[int, list[Measurement]] = {}
    for ask, answer in zip(asks, answers(asks, reader=reader), strict=True):
        if answer.result is not None and answer.load is not None:
            points = answer.result.points[-PERIODS:]
            found[ask.version.pk] = [measurement(ask.version, answer.load, p) for p in points]
    return found


def periods_query(version: KPIVersion) -> Query:
    """The last periods at the definition's grain, up to what the live load knows."""
    definition = definition_of(version)
    if not definition.timed:
        return Query()
    as_of = as_of_of(version)
    if as_of is None:
        return Query(grain=definition.grain)
    return latest(definition, as_of, periods=PERIODS)


def measurement(version: KPIVersion, load: Load, point: Point) -> Measurement:
    """One period's figure as a row, not stored."""
    told = dict(zip(FIGURES, figures_of(load, point), strict=True))
    return Measurement(version=version, load=load, **told)


def figures_of(load: Load, point: Point) -> tuple[Any, ...]:
    """The values of ``FIGURES``, in their order."""
    figure, period = point.figure, point.period
    if period is None:
        moment = load.as_of or load.created_at
        when: tuple[Any, ...] = (TOTAL, moment, moment + timedelta(microseconds=1), False)
    else:
        both = period.start.astimezone(UTC), period.end.astimezone(UTC)
        when = (period.grain, *both, period.partial)
    told = (figure.state.value, figure.value, figure.numerator, figure.denominator, figure.rows)
    return (*when, *told)
