"""All MVPs at once: by stage, and in a few lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch


@dataclass
class Column:
    """One stage of the portfolio."""

    number: int
    name: str
    dashboards: list[Dashboard]


def portfolio_of() -> list[Column]:
    """All that are not retired, by stage; ``version_list`` and ``open_launches`` are read along."""
    working = Version.objects.exclude(state=Version.State.SUPERSEDED).order_by("number")
    rows = (
        _known()
        .select_related("persona", "owner")
        .prefetch_related(
            Prefetch("versions", working.defer("document"), to_attr="version_list"),
            _open_launches(),
        )
    )
    by_stage: dict[int, list[Dashboard]] = {stage: [] for stage in Dashboard.Stage}
    for dashboard in rows:
        by_stage[dashboard.stage].append(dashboard)
    return [
        Column(int(stage), str(Dashboard.Stage(stage).label), found)
        for stage, found in by_stage.items()
    ]


@dataclass(frozen=True)
class Line:
    """An MVP with what is open to people of it, and with the draft that waits, if there is one."""

    dashboard: Dashboard
    groups: list[str]
    draft: Version | None = None


@dataclass
class Glance:
    """The portfolio in a few lines, each MVP in one of them."""

    stages: list[dict[str, Any]]
    lines: list[Line]


def glance_of(most: int = 5) -> Glance:
    """How many MVPs at each stage that has some; the oldest drafts, then what is open to people."""
    rows = _known()
    counts = rows.order_by("stage").values_list("stage").annotate(Count("pk"))
    drafts = (
        Version.objects.filter(state=Version.State.DRAFT)
        .select_related("dashboard")
        .prefetch_related(_open_launches("dashboard__launches"))
        .defer("document")
        .order_by("updated_at")
    )
    launched = Launch.objects.filter(dashboard=OuterRef("pk"), ended_at__isnull=True)
    waiting = list(drafts[:most])
    live = rows.filter(Exists(launched)).exclude(pk__in=[draft.dashboard_id for draft in waiting])
    shown = live.prefetch_related(_open_launches()).order_by("stage", "name", "pk")[:most]
    return Glance(
        stages=[{"name": Dashboard.Stage(stage).label, "count": n} for stage, n in counts],
        lines=[Line(draft.dashboard, _groups_of(draft.dashboard), draft) for draft in waiting]
        + [Line(dashboard, _groups_of(dashboard)) for dashboard in shown],
    )


def _groups_of(dashboard: Dashboard) -> list[str]:
    """The names of the groups that it is open to, as they were read along."""
    launches: list[Launch] = dashboard.open_launches  # type: ignore[attr-defined]
    return [launch.group.name for launch in launches]


def _known() -> QuerySet[Dashboard]:
    return Dashboard.objects.exclude(status=Dashboard.Status.RETIRED)


def _open_launches(path: str = "launches") -> Prefetch[Any, Any, Any]:
    launches = Launch.objects.filter(ended_at__isnull=True).select_related("group")
    return Prefetch(path, launches, to_attr="open_launches")
