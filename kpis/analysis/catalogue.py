"""The catalogue of KPIs: what is asked of it, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.errors import PortalError
from ace_portal.lib.pages import number_of
from kpis import selectors
from kpis.asking import definition_of
from kpis.engine.query import is_level
from kpis.engine.status import Status, status
from kpis.goals import is_judged, target_on
from kpis.lines import Line, lines_of
from kpis.measured import measured_for
from kpis.models import KPI, KPIVersion
from kpis.selectors.verified import Verified, verified_of
from kpis.sheet import figure_of
from kpis.uses import uses_of

State = KPIVersion.State
STATES = (State.PUBLISHED, State.DRAFT, State.RETIRED)
STATUSES = (Status.GOOD, Status.WATCH, Status.BAD)
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what makes no sense is as if it were not there."""

    search: str = ""
    category: str = ""
    owner: int | None = None
    state: str = ""
    status: str = ""
    verified: str = ""

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Wanted:
        def one(name: str, known: Iterable[str]) -> str:
            text = str(params.get(name, ""))
            return text if text in set(known) else ""

        return cls(
            search=str(params.get("q", "")).strip(),
            category=one("category", KPI.Category.values),
            owner=number_of(str(params.get("owner", ""))),
            state=one("state", STATES),
            status=one("status", STATUSES),
            verified=one("verified", (YES, NO)),
        )

    @property
    def anything(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True)
class Entry:
    """One row: its line, who verified it, where it is shown."""

    line: Line
    verified: Verified | None = None
    uses: list[dict[str, str]] = field(default_factory=list)


def found_for(user: User, wanted: Wanted) -> QuerySet[KPI]:
    """The KPIs that fit, of those that a person may know of."""
    kpis = selectors.catalogue_for(user, search=wanted.search, category=wanted.category)
    if wanted.owner is not None:
        kpis = kpis.filter(Q(owner=wanted.owner) | Q(steward=wanted.owner))
    if wanted.state:
        # Retired and drafted say what counts; a draft beside what is published is no draft.
        of_state = KPIVersion.objects.filter(state=wanted.state).values("kpi")
        kpis = kpis.filter(pk__in=of_state)
        if wanted.state == State.DRAFT:
            published = KPIVersion.objects.filter(state=State.PUBLISHED).values("kpi")
            kpis = kpis.exclude(pk__in=published)
    if wanted.verified:
        marked = _verified(kpis)
        kpis = kpis.filter(pk__in=marked) if wanted.verified == YES else kpis.exclude(pk__in=marked)
    if wanted.status:
        kpis = kpis.filter(pk__in=_with_status(user, kpis, wanted.status))
    return kpis


def entries_of(user: User, kpis: Iterable[KPI]) -> list[Entry]:
    """The rows of a page, in a fixed number of queries."""
    lines = lines_of(user, kpis)
    marks = verified_of(line.version for line in lines if line.version is not None)
    keys = [line.kpi.pk for line in lines]
    uses: dict[int, dict[str, str]] = {}
    for use in uses_of(user, keys):
        if use.release:
            uses.setdefault(use.kpi, {})[use.url] = use.place
    return [
        Entry(
            line,
            marks.get(line.version.pk) if line.version is not None else None,
            [{"url": url, "label": name} for url, name in uses.get(line.kpi.pk, {}).items()],
        )
        for line in lines
    ]


def _published(kpis: QuerySet[KPI]) -> QuerySet[KPIVersion]:
    rows = KPIVersion.objects.filter(state=State.PUBLISHED, kpi__in=kpis.order_by().values("pk"))
    return rows.select_related("kpi", "dataset__live").prefetch_related("kpi__targets")


def _verified(kpis: QuerySet[KPI]) -> list[int]:
    """The KPIs whose mark holds."""
    versions = {v.pk: v for v in _published(kpis).filter(verifications__isnull=False).distinct()}
    marks = verified_of(versions.values())
    return [versions[pk].kpi_id for pk, mark in marks.items() if mark.holds]


def _with_status(user: User, kpis: QuerySet[KPI], wanted: str) -> list[int]:
    """The KPIs whose last figure has a status, of those whose values the person may see."""
    seen = selectors.valued_kpis(user).order_by().values("pk")
    versions = list(_published(kpis.filter(pk__in=seen)))
    found = measured_for(user, versions)
    return [
        v.kpi_id
        for v in versions
        if _status(v, found.rows.get(v.pk, []), cut=v.pk in found.own) == wanted
    ]


def _status(version: KPIVersion, rows: list[Any], *, cut: bool) -> str:
    """Of the last full period, or of a level now."""
    try:
        definition = definition_of(version)
        known = [row for row in rows if row.value is not None]
        whole = [row for row in known if is_level(definition) or not row.partial]
        if not whole or not is_judged(version, one_period=True, all_rows=not cut):
            return Status.NONE
        day = whole[-1].period_start.astimezone(ZoneInfo(definition.time_zone)).date()
        return status(figure_of(whole[-1]), target_on(version, day)).value
    except PortalError:
        return Status.NONE
