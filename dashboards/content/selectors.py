"""Which dashboards and versions a person may read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.memory import Memory
from ace_portal.lib.selectors import first_or_404
from dashboards.content.document import Document, parse
from dashboards.content.models import Dashboard, Tile, Version
from dashboards.lifecycle.models import Launch
from dashboards.prototypes.models import Pilot
from kpis.models import KPI, KPIVersion
from personas.models import Membership, UserGroup
from personas.selectors import groups_for, memberships_today

_documents: Memory[Document] = Memory(200)
WORKING = (Version.State.DRAFT, Version.State.PROTOTYPE, Version.State.FROZEN)


def launched_to(user: User) -> QuerySet[Dashboard]:
    """All for the ACE; a member those launched to a group that they are in today."""
    dashboards = Dashboard.objects.select_related("persona", "owner")
    if user.is_ace:
        return dashboards
    released = Version.objects.filter(dashboard=OuterRef("pk"), state=Version.State.RELEASED)
    return dashboards.exclude(status=Dashboard.Status.RETIRED).filter(
        Exists(released), pk__in=_launched(user)
    )


def dashboards_for(user: User) -> QuerySet[Dashboard]:
    """Those that one may open: launched to one, or with something to try for a pilot.

    What of them one reads, ``versions_for`` says: a pilot alone sees nothing that was released.
    """
    dashboards = Dashboard.objects.select_related("persona", "owner")
    if user.is_ace:
        return dashboards
    released = Version.objects.filter(dashboard=OuterRef("pk"), state=Version.State.RELEASED)
    to_try = Version.objects.filter(dashboard=OuterRef("pk"), state__in=Version.ON_TRIAL)
    return dashboards.exclude(status=Dashboard.Status.RETIRED).filter(
        Q(Exists(released), pk__in=_launched(user)) | Q(Exists(to_try), pk__in=_piloted(user))
    )


def prototypes_for(user: User) -> QuerySet[Version]:
    """What waits for a pilot to be tried, with its dashboard."""
    return (
        Version.objects.filter(dashboard__in=_piloted(user), state__in=Version.ON_TRIAL)
        .exclude(dashboard__status=Dashboard.Status.RETIRED)
        .select_related("dashboard__persona", "dashboard__owner")
        .order_by("dashboard__name", "pk")
    )


def readable_versions(user: User) -> Q:
    """Which versions a person may know of, to filter versions.

    Released and superseded ones of what was launched to them, what is on trial for its pilots.
    """
    if user.is_ace:
        return Q()
    member = Q(dashboard__in=_launched(user), state__in=Version.SEALED)
    return member | Q(dashboard__in=_piloted(user), state__in=Version.ON_TRIAL)


def discussed(user: User, version: str = "version") -> Q:
    """Of which versions a person reads what was said, to filter what hangs on ``version``.

    A pilot goes on reading about what they were shown while it is taken back to be changed.
    """

    def those(**known: Any) -> Q:
        return Q(**{f"{version}__{name}": value for name, value in known.items()})

    piloted = _piloted(user)
    return ~those(dashboard__status=Dashboard.Status.RETIRED) & (
        those(dashboard__in=_launched(user), state__in=Version.SEALED)
        | those(dashboard__in=piloted, state__in=Version.ON_TRIAL)
        | those(dashboard__in=piloted, state__in=WORKING, prototype_at__isnull=False)
    )


def _launched(user: User) -> QuerySet[Launch, Any]:
    """The dashboards open to a group of the person's. Not asked of each row: a list made once."""
    launches = Launch.objects.filter(
        ended_at__isnull=True, group__in=memberships_today(user).values("group")
    )
    return launches.order_by().values("dashboard")


def _piloted(user: User) -> QuerySet[Pilot, Any]:
    """The dashboards that the person tries."""
    pilots = Pilot.objects.filter(user=user, user__is_active=True, ended_at__isnull=True)
    return pilots.order_by().values("dashboard")


def dashboard_for(user: User, slug: str) -> Dashboard:
    return first_or_404(dashboards_for(user).filter(slug=slug))


def archived_for(user: User) -> QuerySet[Dashboard]:
    """What an administrator may bring back, by its name: they need not be able to read it."""
    rows = Dashboard.objects.filter(status=Dashboard.Status.ARCHIVED).select_related("owner")
    return rows if user.is_active and user.is_admin else rows.none()


def restorable_for(user: User, slug: str) -> Dashboard:
    """An archived one for an administrator, else one that the person may open."""
    return archived_for(user).filter(slug=slug).first() or dashboard_for(user, slug)


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: is the dashboard that each is about (still) launched to the person?"""
    wanted = [about["dashboard"] for about in abouts]
    open_to_me = set(launched_to(person).filter(pk__in=wanted).values_list("pk", flat=True))
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


def released_number(user: User, dashboard: Dashboard) -> int | None:
    """Its number alone, for who may read it: a document is long."""
    rows = dashboard.versions.filter(readable_versions(user))
    released = rows.filter(state=Version.State.RELEASED)
    return released.values_list("number", flat=True).first()


@dataclass(frozen=True)
class Standing:
    """What there is of a dashboard: the version people see, the one in work, how many to read."""

    released: Version | None
    work: Version | None
    count: int


def standing_of(user: User, dashboard: Dashboard) -> Standing:
    """In one query, without the documents; what is in work is the ACE's, and on trial a pilot's."""
    versions = list(versions_for(user, dashboard).select_related(None).defer("document"))
    by_state = {version.state: version for version in versions}
    work = next((by_state[state] for state in WORKING if state in by_state), None)
    return Standing(by_state.get(Version.State.RELEASED), work, len(versions))


def dashboards_using(user: User, kpi: KPI) -> QuerySet[Dashboard]:
    """The dashboards that show a KPI, of those that the person may open."""
    used = Tile.objects.filter(kpi_version__kpi=kpi)
    if not user.is_ace:
        used = used.filter(version__in=_shown(user))
    return dashboards_for(user).filter(Exists(used.filter(version__dashboard=OuterRef("pk"))))


def kpis_shown_to(user: User) -> set[int]:
    """The KPIs whose values a person reads: on what was launched to them or is theirs to try."""
    tiles = Tile.objects.filter(version__in=_shown(user))
    return set(tiles.values_list("kpi_version__kpi", flat=True))


def _shown(user: User) -> QuerySet[Version]:
    """The versions whose figures a person reads; of the ACE's those that are released."""
    rows = Version.objects.filter(readable_versions(user))
    if user.is_ace:
        return rows.filter(state=Version.State.RELEASED)
    rows = rows.exclude(dashboard__status=Dashboard.Status.RETIRED)
    return rows.exclude(state=Version.State.SUPERSEDED)


def work_of(dashboard: Dashboard) -> Version | None:
    """The version that the ACE works on."""
    return dashboard.versions.filter(state__in=WORKING).first()


def versions_for(user: User, dashboard: Dashboard) -> QuerySet[Version]:
    """All for the ACE; a member reads what was released, superseded versions by their notes, a
    pilot what is there to try."""
    versions = dashboard.versions.select_related("author", "released_by", "based_on")
    return versions.filter(readable_versions(user))


def version_for(user: User, dashboard: Dashboard, number: int | None = None) -> Version:
    """The version whose figures a person may see.

    Without a number the released one; for a pilot who may not read that, what there is to try.
    """
    versions = versions_for(user, dashboard)
    if not user.is_ace:
        versions = versions.exclude(state=Version.State.SUPERSEDED)
    if number is not None:
        return first_or_404(versions.filter(number=number))
    released = versions.filter(state=Version.State.RELEASED).first()
    if released is None and not user.is_ace:
        released = versions.filter(state__in=Version.ON_TRIAL).first()
    if released is None:
        raise NotVisible("")
    return released


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
    members = Membership.objects.valid_on(site_today())
    people = members.filter(group__in=keys).values("user").distinct().count()
    known = set(groups_for(user).filter(pk__in=keys).values_list("pk", flat=True))
    named = [group for group in shown if group.pk in known]
    return Audience(named, people, open=bool(groups))
