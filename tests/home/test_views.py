"""Where a person starts: what waits for an ACE, what a member reads, that the house stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.home.selectors.needs import needs_of
from dashboards.content.models import Dashboard
from kpis.models import KPIVersion, Refresh
from personas.services import people
from tests.fixtures.places import live_dashboard
from tests.fixtures.use import Look
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def fail(version: KPIVersion, sentence: str) -> None:
    Refresh.objects.create(
        kpi=version.kpi, version=version, state="failed", cause="schedule", error=sentence
    )


def test_healthz_answers_anybody() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_needs_name_what_failed_with_its_sentence(
    owner: User, world: World, sla: KPIVersion
) -> None:
    fail(sla, "The column “made_sla” is gone.")

    assert [(need.kind, need.title) for need in needs_of(owner).needs] == [
        ("Refresh failed", "SLA attainment: The column “made_sla” is gone.")
    ]


def test_needs_forget_a_failure_that_was_mended(owner: User, world: World, sla: KPIVersion) -> None:
    fail(sla, "Gone.")
    Refresh.objects.create(kpi=sla.kpi, version=sla, state="done", cause="schedule")

    assert needs_of(owner).needs == []


def test_needs_name_questions_without_a_kpi_and_drafts_to_their_owner_alone(
    owner: User, ace: User, world: World, sla: KPIVersion
) -> None:
    live_dashboard(owner, world)
    decision = world.persona.claims.filter(kind="decision").get()
    people.ask_question(actor=owner, persona=world.persona, text="How long?", decision=decision)

    assert [need.kind for need in needs_of(owner).needs] == [
        "Dashboard version in draft",
        "Question without a KPI",
    ]
    assert needs_of(ace).needs == []


def test_member_needs_nothing(member: User, world: World, sla: KPIVersion) -> None:
    fail(sla, "Gone.")

    assert needs_of(member).needs == []


def test_home_shows_a_member_the_dashboards_of_the_group_alone(
    owner: User, member: User, colleague: User, outsider: User, world: World, sla: KPIVersion,
    client_of: ClientOf,
) -> None:  # fmt: skip
    live_dashboard(owner, world)

    shown = [
        "Incident service" in client_of(person).get("/").content.decode()
        for person in (member, colleague, outsider)
    ]

    assert shown == [True, False, False]


def test_home_of_an_ace_asks_the_same_number_of_questions(
    owner: User, world: World, sla: KPIVersion, client_of: ClientOf
) -> None:
    client = client_of(owner)
    decision = world.persona.claims.filter(kind="decision").get()

    def queries(more: int) -> int:
        for number in range(more):
            people.ask_question(
                actor=owner, persona=world.persona, text=f"{more} {number}?", decision=decision
            )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/")
        return len(captured)

    queries(1)
    assert queries(3) == queries(30)


def test_needs_name_a_review_that_is_due_and_adoption_that_drops_to_the_owner(
    owner: User, ace: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    for person in crowd[:3]:
        look(person, 40)
    Dashboard.objects.update(review_due=date(2026, 1, 1))

    found = {need.kind: (need.title, need.url) for need in needs_of(owner).needs}

    assert found["Review is due"] == (old.name, f"/dashboards/{old.slug}/reviews/")
    assert found["Adoption drops"] == (
        f"{old.name}: reach 0%, 50% before", f"/dashboards/{old.slug}/adoption/",
    )  # fmt: skip
    assert [need.kind for need in needs_of(ace).needs] == []
