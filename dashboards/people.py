"""Whom one may choose for something at a dashboard: who is near, and all others by their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Invalid
from ace_portal.lib.search import Asked, narrowed
from dashboards.content.models import Dashboard
from dashboards.content.selectors import launches_of
from dashboards.permissions import require_handing_over, require_owner
from dashboards.prototypes.selectors import could_try
from dashboards.reports.selectors import readers_of
from personas.models import Membership
from personas.permissions import require_ace
from personas.selectors import people_of_ace

FEW, MOST = 20, 50
SHORTEST = 2  # letters that somebody is looked for by


@dataclass(frozen=True)
class Purpose:
    """What somebody is chosen for: who may choose, and whom."""

    require: Callable[[User, Dashboard], None]
    people: Callable[[Dashboard], QuerySet[User]]


@dataclass(frozen=True)
class Choice:
    """``people`` may be chosen; ``shown`` are those that a list begins with, or that were found."""

    people: QuerySet[User]
    shown: list[User]
    words: str = ""
    more: bool = False  # than are shown

    @property
    def searched(self) -> bool:
        return len(self.words) >= SHORTEST


def _could_own(dashboard: Dashboard) -> QuerySet[User]:
    return people_of_ace().exclude(pk=dashboard.owner_id).order_by("name", "pk")


def _for_a_report(user: User, dashboard: Dashboard) -> None:
    """Everybody subscribes themselves; the ACE others, too."""
    require_ace(user)


PURPOSES = {
    "pilot": Purpose(require_owner, could_try),
    "report": Purpose(_for_a_report, readers_of),
    "owner": Purpose(require_handing_over, _could_own),
}


def choice_for(user: User, dashboard: Dashboard, purpose: str, words: str = "") -> Choice:
    """With words who is called so, by name or address; else who is near, or all where they are few.

    Raises what stands in the way of choosing at all.
    """
    chosen = PURPOSES.get(purpose)
    if chosen is None:
        raise Invalid(_("Choose one of: %(names)s.") % {"names": ", ".join(PURPOSES)}, field="for")
    chosen.require(user, dashboard)
    people, asked = chosen.people(dashboard), Asked.of(words)
    if len(asked.text) >= SHORTEST:
        rows = narrowed(people, asked, "name", ("email",))
    else:
        few = people.count() <= FEW
        rows = people if few else people.filter(near(user, dashboard))
    shown = list(rows[: MOST + 1])
    more = len(shown) > MOST or (not asked.text and people.count() > len(shown))
    return Choice(people, shown[:MOST], asked.text, more)


def near(user: User, dashboard: Dashboard) -> Q:
    """Oneself, its owner and editors, and who is today in a group that it is for or open to."""
    groups = Q(group__in=dashboard.groups.values("pk"))
    groups |= Q(group__in=launches_of(dashboard).values("group"))
    members = Membership.objects.valid_on(site_today()).filter(groups, user=OuterRef("pk"))
    team = [user.pk, dashboard.owner_id]
    return Q(pk__in=team) | Q(pk__in=dashboard.editors.values("pk")) | Q(Exists(members))
