"""Who tries a dashboard's prototype, what came of it, what a gate wants to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import launches_of, prototypes_for
from dashboards.prototypes.models import Pilot, Walkthrough
from personas.models import Membership


def pilots_of(dashboard: Dashboard) -> QuerySet[Pilot]:
    """Who tries it now, with an account that is open."""
    rows = dashboard.pilots.filter(ended_at__isnull=True, user__is_active=True)
    return rows.select_related("user", "invited_by", "dashboard").order_by("user__name", "pk")


def pilot_of(dashboard: Dashboard, pk: int) -> Pilot:
    return first_or_404(dashboard.pilots.select_related("user", "dashboard__owner").filter(pk=pk))


def pilot_people(dashboard: Dashboard) -> QuerySet[User]:
    """The people behind the open rows."""
    rows = dashboard.pilots.filter(ended_at__isnull=True)
    return User.objects.filter(pk__in=rows.values("user"), is_active=True).order_by("name", "pk")


def could_try(dashboard: Dashboard) -> QuerySet[User]:
    """Who is active and no pilot yet."""
    rows = dashboard.pilots.filter(ended_at__isnull=True)
    people = User.objects.filter(is_active=True).exclude(pk__in=rows.values("user"))
    return people.order_by("name", "pk")


def could_walk_through(dashboard: Dashboard) -> QuerySet[User]:
    """People of the persona: the pilots, and who is in a group that it is meant for or open to."""
    groups = Q(group__in=dashboard.groups.values("pk")) | Q(
        group__in=launches_of(dashboard).values("group")
    )
    members = Membership.objects.valid_on(site_today()).filter(groups)
    known = Q(Exists(members.filter(user=OuterRef("pk")))) | Q(
        pk__in=pilots_of(dashboard).order_by().values("user")
    )
    return User.objects.filter(known, is_active=True).order_by("name", "pk")


def walkthroughs_of(dashboard: Dashboard) -> QuerySet[Walkthrough]:
    """Of all its versions, the latest first."""
    rows = Walkthrough.objects.filter(version__dashboard=dashboard)
    return rows.select_related("version", "person", "by")


def walkthrough_of(dashboard: Dashboard, pk: int) -> Walkthrough:
    rows = walkthroughs_of(dashboard).select_related("version__dashboard__owner")
    return first_or_404(rows.filter(pk=pk))


def shown_version_of(dashboard: Dashboard) -> Version | None:
    """The newest that was ever shown to pilots, or went past them."""
    shown = Q(prototype_at__isnull=False) | Q(
        state__in=[*Version.ON_TRIAL, Version.State.RELEASED, Version.State.SUPERSEDED]
    )
    return dashboard.versions.filter(shown).order_by("-number").first()


@dataclass(frozen=True)
class PrototypeEvidence:
    """What there is to say that people have tried it; ``shown``: pilots have had the version."""

    pilots: int
    version: Version | None
    shown: bool
    walkthroughs: int


def prototype_evidence(dashboard: Dashboard) -> PrototypeEvidence:
    """In three queries."""
    version = shown_version_of(dashboard)
    return PrototypeEvidence(
        pilots=pilots_of(dashboard).count(),
        version=version,
        shown=version is not None and version.prototype_at is not None,
        walkthroughs=version.walkthroughs.count() if version is not None else 0,
    )


# Notifications -----------------------------------------------------------------------------------


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: is the person (still) a pilot, and the version that is named to try?"""
    rows = Pilot.objects.filter(user=person, user__is_active=True, ended_at__isnull=True)
    piloted = set(rows.values_list("dashboard", flat=True))
    to_try = set(prototypes_for(person).order_by().values_list("pk", flat=True))
    return [
        about["version"] in to_try if about.get("version") else about["dashboard"] in piloted
        for about in abouts
    ]
