"""What comes, and what came."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from feedback.models import RoadmapItem, Thread
from feedback.selectors.threads import threads_for


def roadmap_of(dashboard: Dashboard) -> dict[str, list[RoadmapItem]]:
    """The items under their horizons; what was dropped is not shown."""
    rows = RoadmapItem.objects.filter(dashboard=dashboard).exclude(state=RoadmapItem.State.DROPPED)
    rows = rows.select_related("version", "dashboard").prefetch_related("threads__votes")
    columns: dict[str, list[RoadmapItem]] = {
        state: [] for state in RoadmapItem.State.values if state != RoadmapItem.State.DROPPED
    }
    for item in rows:
        columns[item.state].append(item)
    return columns


def planned_for(user: User, dashboard: Dashboard) -> set[int]:
    """The keys of the threads behind a dashboard's items that a person may read."""
    rows = threads_for(user).filter(dashboard=dashboard, item__isnull=False)
    return set(rows.order_by().values_list("pk", flat=True))


def asked_in(item: RoadmapItem, readable: Collection[int]) -> list[Thread]:
    """The threads behind an item of ``roadmap_of``, of those that the reader may read."""
    return [thread for thread in item.threads.all() if thread.pk in readable]


def items_for(user: User) -> QuerySet[RoadmapItem]:
    """Those that stand on the roadmaps that the person may see."""
    rows = RoadmapItem.objects.filter(dashboard__in=dashboards_for(user).values("pk"))
    return rows.exclude(state=RoadmapItem.State.DROPPED).select_related("dashboard")


def item_for(user: User, pk: int) -> RoadmapItem:
    rows = RoadmapItem.objects.filter(dashboard__in=dashboards_for(user).values("pk"))
    return first_or_404(rows.select_related("dashboard", "version").filter(pk=pk))


def open_items(dashboard: Dashboard) -> QuerySet[RoadmapItem]:
    over = [RoadmapItem.State.SHIPPED, RoadmapItem.State.DROPPED]
    return RoadmapItem.objects.filter(dashboard=dashboard).exclude(state__in=over)
