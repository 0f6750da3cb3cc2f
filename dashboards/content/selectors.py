"""Which dashboards and versions a person may read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.memory import Memory
from ace_portal.lib.selectors import first_or_404
from dashboards.content.document import Document, parse
from dashboards.content.models import Dashboard, Tile, Version
from dashboards.lifecycle.models import Launch
from kpis.models import KPI, KPIVersion
from personas.models import Membership, UserGroup
from personas.selectors import groups_for, memberships_today

_documents: Memory[Document] = Memory(200)
WORKING = (Version.State.DRAFT, Version.State.PROTOTYPE, Version.State.FROZEN)


def dashboards_for(user: User) -> QuerySet[Dashboard]:
    """All for the ACE; a member those launched to a group that they are in today."""
    dashboards = Dashboard.objects.select_related("persona", "owner")
    if user.is_ace:
        return dashboards
    open_to_me = Launch.objects.filter(
        dashboard=OuterRef("pk"),
        ended_at__isnull=True,
        group__in=memberships_today(user).values("group"),
    )
    released = Version.objects.filter(dashboard=OuterRef("pk"), state=Version.State.RELEASED)
    return dashboards.exclude(status=Dashboard.Status.RETIRED).filter(
        Exists(open_to_me), Exists(released)
    )


def dashboard_for(user: User, slug: str) -> Dashboard:
    return first_or_404(dashboards_for(user).filter(slug=slug))


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: may the person (still) open the dashboard that each is about?"""
    wanted = [about["dashboard"] for about in abouts]
    open_to_me = set(dashboards_for(person).filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk in open_to_me for pk in wanted]


def readable_to_team(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: what the ACE works on stays with the ACE."""
    return readable(person, abouts) if person.is_ace else [False for _about in abouts]


def released_of(dashboard: Dashboard) -> Version | None:
    """The version that members see."""
    return dashboard.versions.filter(state=Version.State.RELEASED).first()


def document_of(version: Version) -> Document:
    """What a version says; read and checked once, as long as it says the same."""
    text = json.dumps(version.document)
    return _documents.get(text) or _documents.put(text, parse(version.document))


def released_number(dashboard: Dashboard) -> int | None:
    """Its number alone: a document is long."""
    released = dashboard.versions.filter(state=Version.State.RELEASED)
    return released.values_list("number", flat=True).first()


@dataclass(frozen=True)
class Standing:
    """What there is of a dashboard: the version people see, the one in work, how many to read."""

    released: Version | None
    work: Version | None
    count: int


def standing_of(user: User, dashboard: Dashboard) -> Standing:
    """In one query, without the documents; what is in work is the ACE's."""
    versions = list(versions_for(user, dashboard).select_related(None).defer("document"))
    by_state = {version.state: version for version in versions}
    work = next((by_state[state] for state in WORKING if state in by_state), None)
    return Standing(by_state.get(Version.State.RELEASED), work, len(versions))


def dashboards_using(user: User, kpi: KPI) -> QuerySet[Dashboard]:
    """The dashboards that show a KPI, of those that the person may open."""
    used = Tile.objects.filter(version__dashboard=OuterRef("pk"), kpi_version__kpi=kpi)
    if not user.is_ace:
        used = used.filter(version__state=Version.State.RELEASED)
    return dashboards_for(user).filter(Exists(used))


def kpis_shown_to(user: User) -> set[int]:
    """The KPIs whose values a person reads on the released dashboards of their groups."""
    tiles = Tile.objects.filter(
        version__state=Version.State.RELEASED, version__dashboard__in=dashboards_for(user)
    )
    return set(tiles.values_list("kpi_version__kpi", flat=True))


def work_of(dashboard: Dashboard) -> Version | None:
    """The version that the ACE works on."""
    return dashboard.versions.filter(state__in=WORKING).first()


def versions_for(user: User, dashboard: Dashboard) -> QuerySet[Version]:
    """All for the ACE; a member reads what was released, superseded versions by their notes."""
    versions = dashboard.versions.select_related("author", "released_by", "based_on")
    if user.is_ace:
        return versions
    return versions.filter(state__in=[Version.State.RELEASED, Version.State.SUPERSEDED])


def version_for(user: User, dashboard: Dashboard, number: int | None = None) -> Version:
    """The version whose figures a person may see: without a number the released one."""
    versions = versions_for(user, dashboard)
    if not user.is_ace:
        versions = versions.filter(state=Version.State.RELEASED)
    if number is not None:
        return first_or_404(versions.filter(number=number))
    released = versions.filter(state=Version.State.RELEASED)
    return first_or_404(released)


def released_by_dashboard(dashboards: Iterable[Dashboard]) -> dict[int, Version]:
    """The released version of each dashboard that has one, in one query."""
    rows = Version.objects.filter(dashboard__in=list(dashboards), state=Version.State.RELEASED)
    return {version.dashboard_id: version for version in rows}


def launches_of(dashboard: Dashboard) -> QuerySet[Launch]:
    """To whom it is open now."""
    return dashboard.launches.filter(ended_at__isnull=True).select_related("group", "by")


def launch_of(dashboard: Dashboard, pk: int) -> Launch:
    return first_or_404(dashboard.launches.select_related("dashboard").filter(pk=pk))


def usable_versions(dashboard: Dashboard, pinned: Iterable[int] = ()) -> QuerySet[KPIVersion]:
    """The published KPI versions of the persona's questions, and those already in use."""
    published = Q(state=KPIVersion.State.PUBLISHED, kpi__question__persona=dashboard.persona_id)
    return (
        KPIVersion.objects.filter(published | Q(pk__in=list(pinned)))
        .select_related("kpi__question", "dataset")
        .order_by("kpi__question__rank", "kpi__name")
    )


@dataclass(frozen=True)
class Audience:
    """To whom a dashboard is open, or for whom it is meant while it is open to nobody."""

    named: list[UserGroup]
    people: int
    open: bool


def audience_of(user: User, dashboard: Dashboard) -> Audience:
    """A person reads the names of the groups that they know; the number is of all of them."""
    groups = [launch.group for launch in launches_of(dashboard)]
    shown = groups or list(dashboard.groups.all())
    keys = [group.pk for group in shown]
    members = Membership.objects.valid_on(timezone.localdate())
    people = members.filter(group__in=keys).values("user").distinct().count()
    known = set(groups_for(user).filter(pk__in=keys).values_list("pk", flat=True))
    named = [group for group in shown if group.pk in known]
    return Audience(named, people, open=bool(groups))
