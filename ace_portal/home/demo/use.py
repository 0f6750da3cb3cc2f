"""Eight weeks of the demo's dashboard in use: views, decisions, a review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.accounts.services import add_person
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from dashboards.usage.services.decisions import conclude_decision, log_decision
from dashboards.usage.services.reviews import hold_review
from dashboards.usage.services.views import record_view
from personas.models import UserGroup
from personas.services.people import add_member

LAUNCHED, BEGUN = 56, 91  # days ago
#: more people of the group, who never sign in here
OTHERS = (
    ("noor", "Noor Haddad"),
    ("felix", "Felix Brandt"),
    ("yuki", "Yuki Tanaka"),
    ("carla", "Carla Moreno"),
)
#: who looked: how many days ago, and for how many seconds; under ten does not count
LOOKED: dict[str, tuple[tuple[int, int], ...]] = {
    "member": tuple(
        (days, 60 + days) for days in (54, 50, 47, 43, 40, 36, 29, 22, 15, 12, 8, 5, 1)
    ),
    "ines": tuple((days, 35) for days in (55, 48, 41, 34, 27, 20, 13, 6)),
    "sam": ((50, 20), (33, 15), (11, 80), (3, 25)),
    "noor": ((52, 41), (24, 18), (10, 12)),
    "felix": ((30, 14),),
    "yuki": ((44, 6), (9, 4)),
}


def tell(people: Mapping[str, User], group: UserGroup, dashboard: Dashboard, today: date) -> None:
    """The group grows to seven; six of them look, five of them long enough."""
    crowd = {**people}
    for name, called in OTHERS:
        crowd[name] = add_person(actor=None, email=f"{name}@demo.example", name=called)
        add_member(
            actor=people["owner"], group=group, email=crowd[name].email,
            valid_from=today - timedelta(days=200),
        )  # fmt: skip
    long_ago(dashboard)
    version = Version.objects.get(dashboard=dashboard, state=Version.State.RELEASED)
    for name, looks in LOOKED.items():
        for days, seconds in looks:
            record_view(
                actor=crowd[name], dashboard=dashboard, version=version, seconds=seconds,
                at=morning(days),
            )  # fmt: skip
    decide(people, dashboard, today)


def long_ago(dashboard: Dashboard) -> None:
    """The idea is three months old, the launch eight weeks."""
    Dashboard.objects.filter(pk=dashboard.pk).update(created_at=morning(BEGUN))
    Launch.objects.filter(dashboard=dashboard).update(created_at=morning(LAUNCHED))


def morning(days: int) -> datetime:
    """At eight in the morning, some days ago."""
    now = timezone.now() - timedelta(days=days)
    return now.replace(hour=8, minute=0, second=0, microsecond=0)


def decide(people: Mapping[str, User], dashboard: Dashboard, today: date) -> None:
    """Two decisions, the older one with its outcome, and the first review."""
    staffing = log_decision(
        actor=people["member"], dashboard=dashboard, made_on=today - timedelta(days=40),
        text="Two agents move from the afternoon to the early shift on Mondays and Tuesdays.",
    )  # fmt: skip
    conclude_decision(
        actor=people["member"], decision=staffing,
        outcome="Monday's queue is empty by ten. The P2 target held four weeks in a row.",
    )  # fmt: skip
    log_decision(
        actor=people["member"], dashboard=dashboard, made_on=today - timedelta(days=5),
        text="Access tickets go straight to Identity, without the desk in between.",
    )  # fmt: skip
    hold_review(
        actor=people["ace"], dashboard=dashboard, verdict="persevere",
        next_due=today + timedelta(days=4),
        reason="Leads use it every Monday, and one decision came of it. Next: the night shift.",
    )  # fmt: skip
