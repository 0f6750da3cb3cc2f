"""What comes, and what came."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from feedback.models import RoadmapItem, Thread
from feedback.selectors.threads import threads_for

#: of what was shipped
SHOWN = 20


def roadmap_of(dashboard: Dashboard) -> dict[str, list[RoadmapItem]]:
    """The items under their horizons, of what was shipped the last; not what was dropped."""
    state = RoadmapItem.State
    asked = Prefetch("threads", Thread.objects.defer("seen", "text").prefetch_related("votes"))
    rows = RoadmapItem.objects.filter(dashboard=dashboard).select_related("version", "dashboard")
    rows = rows.prefetch_related(asked)
    columns: dict[str, list[RoadmapItem]] = {
        name: [] for name in state.values if name != state.DROPPED
    }
    for item in rows.exclude(state__in=[state.SHIPPED, state.DROPPED]):
        columns[item.state].append(item)
    columns[state.SHIPPED] = list(rows.filter(state=state.SHIPPED).order_by("-updated_at")[:SHOWN])
    return columns


def items_of(dashboard: Dashboard) -> QuerySet[RoadmapItem]:
    """All but what was dropped."""
    rows = RoadmapItem.objects.filter(dashboard=dashboard).exclude(state=RoadmapItem.State.DROPPED)
    return rows.select_related("dashboard", "version")


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


def wanted_by(threads: Iterable[Thread]) -> str:
    """How many people want it by the threads that the reader may read, in words."""
    people = set()
    for thread in threads:
        people |= {thread.author_id, *(vote.person_id for vote in thread.votes.all())}
    if not people:
        return _("Nobody has asked for it yet")
    return ngettext("%(n)d person wants it", "%(n)d people want it", len(people)) % {
        "n": len(people)
    }
