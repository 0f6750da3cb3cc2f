"""What an attempt computes and writes down, for one KPI or for many."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
from django.utils.translation import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from ace_portal.lib.errors import PortalError, Temporary
from ace_portal.lib.saying import kept
from kpis.derived import as_of_of
from kpis.engine.query import Query, latest
from kpis.engine.result import Point, Result
from kpis.figures import Ask, answers, definition_of
from kpis.models import KPI, KPIVersion, Load, Measurement, Refresh
from kpis.selectors import published_of

log = logging.getLogger("ace.kpis")

PERIODS = 24
#: the grain of the only measurement of a KPI in which time plays no part
TOTAL = "total"
#: what is no refusal of ours but the data's: it cannot be read
UNREADABLE = (SQLAlchemyError, duckdb.Error, OSError)


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to: figures, or a sentence why there are none."""

    version: KPIVersion | None = None
    load: Load | None = None
    result: Result | None = None
    error: str = ""


def compute(kpi: KPI, *, last_try: bool) -> Outcome:
    version = published_of(kpi)
    if version is None:
        return Outcome(error=_("The KPI is not published any more."))
    load = version.dataset.live
    try:
        answer, *_warm = answers([Ask(version, query) for query in queries_of(version)])
    except Temporary as error:
        if not last_try:
            raise
        return Outcome(version, load, error=kept(error.message))
    except PortalError as error:
        return Outcome(version, load, error=kept(error.message))
    except UNREADABLE:
        log.exception("the figures of KPI %s could not be computed", kpi.pk)
        return Outcome(version, load, error=_("The data could not be read."))
    return Outcome(version, answer.load, answer.result, answer.error)


def queries_of(version: KPIVersion) -> Iterator[Query]:
    """What is measured, then what pages ask first, so that it waits for them in the cache."""
    yield periods_query(version)
    yield Query()
    if definition_of(version).timed:
        yield Query(grain="month")


def periods_query(version: KPIVersion) -> Query:
    """The last periods at the definition's grain, up to what the live load knows."""
    definition = definition_of(version)
    if not definition.timed:
        return Query()
    as_of = as_of_of(version)
    if as_of is None:
        return Query(grain=definition.grain)
    return latest(definition, as_of, periods=PERIODS)


def close(refresh: Refresh, outcome: Outcome, *, seconds: float, at: datetime) -> None:
    """queued → done or failed, not saved yet."""
    if outcome.version is not None:
        refresh.version, refresh.load = outcome.version, outcome.load
    refresh.error = outcome.error
    refresh.state = Refresh.State.FAILED if outcome.error else Refresh.State.DONE
    refresh.seconds, refresh.finished_at = seconds, at


def write(outcomes: Iterable[tuple[Refresh, Outcome]]) -> None:
    """The figures as reported now; doing it again over the same load gives the same rows."""
    rows = [
        _measurement(refresh, point)
        for refresh, outcome in outcomes
        if outcome.result is not None
        for point in outcome.result.points[-PERIODS:]
    ]
    Measurement.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "load", "grain", "period_start"],
        update_fields=[
            "refresh", "period_end", "state", "value", "numerator", "denominator", "rows",
            "partial",
        ],
    )  # fmt: skip


def _measurement(refresh: Refresh, point: Point) -> Measurement:
    figure, period = point.figure, point.period
    assert refresh.load is not None
    moment = refresh.load.as_of or refresh.load.created_at
    return Measurement(
        version=refresh.version,
        load=refresh.load,
        refresh=refresh,
        grain=period.grain if period else TOTAL,
        period_start=period.start.astimezone(UTC) if period else moment,
        period_end=period.end.astimezone(UTC) if period else moment + timedelta(microseconds=1),
        state=figure.state.value,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        rows=figure.rows,
        partial=bool(period and period.partial),
    )
