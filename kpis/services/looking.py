"""Holding new figures against what season and trend explain: in a worker, after a refresh."""

from __future__ import annotations

import importlib
import logging
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.jobs.services import Run, enqueue, register_handler
from ace_portal.lib.errors import PortalError
from kpis.derived import as_of_of, is_derived
from kpis.engine.query import latest
from kpis.engine.result import Point, State
from kpis.figures import UNREADABLE, Ask, answers, definition_of
from kpis.models import KPIVersion, Measurement, Refresh
from kpis.scopes import PORTAL

log = logging.getLogger("ace.kpis")

KIND = "kpis.look"
AT_A_TIME = 200
#: grain → (how many periods are looked at, how many of them a season has)
HISTORY = {
    "hour": (24 * 28, 24), "day": (26 * 7, 7), "week": (4 * 52, 52), "month": (60, 12),
    "quarter": (40, 4), "year": (40, 1),
}  # fmt: skip


def look_due() -> int:
    """Have a worker look at what was measured since; answers whether there is something."""
    if not _waiting().exists():
        return 0
    enqueue(kind=KIND, payload={}, actor=None, key=KIND, max_attempts=3)
    return 1


@register_handler(KIND)
def perform(run: Run) -> None:
    """The last good refresh of each version; the others were overtaken."""
    waiting = _newest()
    for place, refresh in enumerate(waiting):
        run.renew()
        run.report(place / len(waiting), _("Looking at the figures"))
        look_at(refresh)
    with run.completion():
        pass


def _waiting() -> Any:
    return Refresh.objects.filter(state=Refresh.State.DONE, looked_at__isnull=True)


def _newest() -> list[Refresh]:
    """Of each version with something to look at the last refresh; the earlier ones are settled."""
    versions = list(_waiting().order_by("version").values_list("version", flat=True).distinct())
    versions = versions[:AT_A_TIME]
    done = Refresh.objects.filter(state=Refresh.State.DONE, version__in=versions)
    last = done.values("version").annotate(last=Max("pk")).values_list("last", flat=True)
    overtaken = _waiting().filter(version__in=versions).exclude(pk__in=list(last))
    overtaken.update(looked_at=timezone.now(), looked="overtaken")
    rows = _waiting().filter(pk__in=list(last)).order_by("pk")
    return list(rows.select_related("version__kpi", "version__dataset__live", "load"))


def look_at(refresh: Refresh) -> None:
    """Write what was expected beside each measurement, and how that was found."""
    try:
        how, usual = _explained(refresh)
    except (PortalError, *UNREADABLE):
        log.warning("the figures of KPI version %s could not be looked at", refresh.version_id)
        how, usual = "failed", {}
    with transaction.atomic():
        rows = list(Measurement.objects.filter(refresh=refresh, partial=False))
        for row in rows:
            found = usual.get(row.period_start)
            row.expected = found.expected if found else None
            row.usual_low = found.low if found else None
            row.usual_high = found.high if found else None
        Measurement.objects.bulk_update(rows, ["expected", "usual_low", "usual_high"])
        Refresh.objects.filter(pk=refresh.pk).update(looked_at=timezone.now(), looked=how)


def _explained(refresh: Refresh) -> tuple[str, dict[datetime, Any]]:
    """How, and by the start of each full period what was expected of it."""
    version = refresh.version
    definition, as_of = definition_of(version), as_of_of(version)
    if not definition.timed or as_of is None:
        return "untimed", {}
    if refresh.load_id is None or not _is_of(refresh, version):
        return "overtaken", {}
    periods, season = HISTORY[definition.grain]
    (answer,) = answers([Ask(version, latest(definition, as_of, periods=periods))], reader=PORTAL)
    if answer.result is None:
        return "failed", {}
    points = [point for point in answer.result if point.period and not point.period.partial]
    points = _since_it_began(points)
    # Only a worker needs it, and it takes seconds to load.
    seasons = importlib.import_module("kpis.analysis.seasons")
    found = seasons.explain([_value(point) for point in points], season)
    starts = [p.period.start.astimezone(UTC) for p in points if p.period is not None]
    return found.how, dict(zip(starts, found.usual, strict=True))


def _since_it_began(points: list[Point]) -> list[Point]:
    """From the first period that has all of its data: that in which the data begins has not."""
    known = [n for n, point in enumerate(points) if point.figure.state is not State.NO_DATA]
    if not known:
        return []
    return points[known[0] + 1 :] if known[0] else points


def _is_of(refresh: Refresh, version: KPIVersion) -> bool:
    """Whether the data is still that of the refresh; newer data will have one of its own."""
    live = version.dataset.live
    return is_derived(version) or (live is not None and refresh.load_id == live.pk)


def _value(point: Point) -> float | None:
    """What counts: a figure of a few cases says little, and swings."""
    figure = point.figure
    return None if figure.value is None or figure.few else float(figure.value)
