"""What an attempt computes and writes down, for one KPI or for many."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError, Temporary
from ace_portal.lib.saying import kept
from kpis.engine.query import Query
from kpis.engine.result import Result
from kpis.figures import UNREADABLE, Ask, answers, definition_of
from kpis.measured import PERIODS, measurement, periods_query
from kpis.models import KPI, KPIVersion, Load, Measurement, Refresh
from kpis.scopes import PORTAL
from kpis.selectors import published_of

log = logging.getLogger("ace.kpis")


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
        answer, *_warm = answers(
            [Ask(version, query) for query in queries_of(version)], reader=PORTAL
        )
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


def close(refresh: Refresh, outcome: Outcome, *, seconds: float, at: datetime) -> None:
    """queued → done or failed, not saved yet."""
    if outcome.version is not None:
        refresh.version, refresh.load = outcome.version, outcome.load
    refresh.error = outcome.error
    refresh.state = Refresh.State.FAILED if outcome.error else Refresh.State.DONE
    refresh.seconds, refresh.finished_at = seconds, at


def write(outcomes: Iterable[tuple[Refresh, Outcome]]) -> None:
    """The figures as reported now; doing it again over the same load gives the same rows."""
    rows = []
    for refresh, outcome in outcomes:
        if outcome.result is None or refresh.load is None:
            continue
        for point in outcome.result.points[-PERIODS:]:
            row = measurement(refresh.version, refresh.load, point)
            row.refresh = refresh
            rows.append(row)
    Measurement.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "load", "grain", "period_start"],
        update_fields=[
            "refresh", "period_end", "state", "value", "numerator", "denominator", "rows",
            "partial",
        ],
    )  # fmt: skip
