"""What an attempt computes and writes down, for one KPI or for many."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError, Temporary
from ace_portal.lib.many import put_rows
from ace_portal.lib.saying import kept
from kpis.engine.latest import latest_points
from kpis.engine.query import Query
from kpis.engine.result import Point
from kpis.figures import UNREADABLE, Answer, Ask, answers, definition_of
from kpis.measured import FIGURES, PERIODS, figures_of, periods_query
from kpis.models import KPI, KPIVersion, Load, Measurement, Refresh
from kpis.scopes import PORTAL
from kpis.selectors import published_of

log = logging.getLogger("ace.kpis")


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to: the figures of periods, or a sentence why there are none."""

    version: KPIVersion | None = None
    load: Load | None = None
    points: tuple[Point, ...] = ()
    error: str = ""
    basis: str = ""


def compute(kpi: KPI, *, last_try: bool) -> Outcome:
    version = published_of(kpi)
    if version is None:
        return Outcome(error=_("The KPI is not published any more."))
    load = version.dataset.live
    try:
        (answer,) = measured([version])
    except Temporary as error:
        if not last_try:
            raise
        return Outcome(version, load, error=kept(error.message))
    except PortalError as error:
        return Outcome(version, load, error=kept(error.message))
    except UNREADABLE:
        log.exception("the figures of KPI %s could not be computed", kpi.pk)
        return Outcome(version, load, error=_("The data could not be read."))
    return answer


def measured(versions: Sequence[KPIVersion]) -> list[Outcome]:
    """The figures of the last periods of each, in order; an error instead where there are none.

    What pages ask first is asked along, so that it waits for them in the cache; where it tells the
    last periods, too, they are not asked again. Raises ``Invalid`` for a definition that does not
    hold.
    """
    asks = [Ask(version, query) for version in versions for query in _first_asked(version)]
    told: dict[int, Answer] = {}
    seconds = settings.REFRESH_SECONDS
    answered = answers(asks, reader=PORTAL, seconds=seconds)
    for ask, answer in zip(asks, answered, strict=True):
        told[ask.version.pk] = answer  # the last one is the one of months
    found = {version.pk: _out_of(version, told[version.pk]) for version in versions}
    others = [version for version in versions if found[version.pk] is None]
    last = [Ask(version, periods_query(version)) for version in others]
    for version, answer in zip(others, answers(last, reader=PORTAL, seconds=seconds), strict=True):
        points = () if answer.result is None else answer.result.points[-PERIODS:]
        found[version.pk] = Outcome(version, answer.load, points, answer.error, answer.basis)
    return [outcome for v in versions if (outcome := found[v.pk]) is not None]


def _first_asked(version: KPIVersion) -> Iterator[Query]:
    yield Query()
    if definition_of(version).timed:
        yield Query(grain="month")


def _out_of(version: KPIVersion, answer: Answer) -> Outcome | None:
    """The last periods out of the answer for all time; None where they have to be asked."""
    result, definition = answer.result, definition_of(version)
    if result is None or answer.parts:
        return None
    points = latest_points(definition, result, periods=PERIODS)
    if not definition.timed:
        points = result.points
    return None if points is None else Outcome(version, answer.load, points)


def close(refresh: Refresh, outcome: Outcome, *, seconds: float, at: datetime) -> None:
    """queued → done or failed, not saved yet."""
    if outcome.version is not None:
        refresh.version, refresh.load = outcome.version, outcome.load
        refresh.basis = outcome.basis
    refresh.error = outcome.error
    refresh.state = Refresh.State.FAILED if outcome.error else Refresh.State.DONE
    refresh.seconds, refresh.finished_at = seconds, at


def write(outcomes: Iterable[tuple[Refresh, Outcome]]) -> None:
    """The figures as reported now; doing it again over the same data gives the same rows."""
    now = timezone.now()
    rows = [
        (
            refresh.version_id,
            refresh.load.pk,
            refresh.basis,
            refresh.pk,
            *figures_of(refresh.load, point),
            now,
            now,
        )
        for refresh, outcome in outcomes
        if refresh.load is not None
        for point in outcome.points
    ]
    names = ("version_id", "load_id", "basis", "refresh_id", *FIGURES, "created_at", "updated_at")
    put_rows(
        Measurement, names, rows,
        unique=["version", "load", "basis", "grain", "period_start"],
        update=[
            "refresh", "updated_at",
            *(name for name in FIGURES if name not in {"grain", "period_start"}),
        ],
    )  # fmt: skip
