"""Reviews: the figures propose, a person decides, and nothing of it is changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from dashboards.content.models import Dashboard
from dashboards.usage.models import Review
from dashboards.usage.selectors.reviews import look_of, reviews_due
from dashboards.usage.services.decisions import log_decision
from dashboards.usage.services.reviews import hold_review
from tests.fixtures.use import Look

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


def kept(dashboard: Dashboard, owner: User, days: int, **figures: Any) -> Review:
    """A review held some days ago, with a total as given."""
    total = {"masked": False, "members": 6, "viewers": 1, "returning": 0, "never": 5,
             "reach": 1 / 6, "returned": 0.0, "active": None}  # fmt: skip
    held = site_today() - timedelta(days=days)
    return Review.objects.create(
        dashboard=dashboard, verdict="pivot", proposed="pivot", by=owner, held_on=held,
        next_due=site_today(), figures={"total": {**total, **figures}, "decisions": 0},
    )  # fmt: skip


def test_figures_that_are_good_propose_to_persevere(
    owner: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    for person in crowd[:3]:
        look(person, 1)
    for person in crowd[:2]:
        look(person, 5)
    assert look_of(old).proposal.verdict == "pivot"
    log_decision(actor=crowd[0], dashboard=old, text="Two more on the early shift.")

    found = look_of(old)

    assert found.proposal.verdict == "persevere"
    assert found.adoption.window.first == site_today() - timedelta(days=60)


def test_second_review_in_a_row_with_hardly_anybody_proposes_to_stop(
    owner: User, old: Dashboard, crowd: list[User]
) -> None:
    assert look_of(old).proposal.verdict == "pivot"
    kept(old, owner, 20)

    found = look_of(old)

    assert found.proposal.verdict == "stop"
    assert found.adoption.window.days == 20


def test_too_few_people_to_say_is_pivot(owner: User, old: Dashboard, member: User) -> None:
    found = look_of(old)

    assert (found.proposal.verdict, found.proposal.enough) == ("pivot", False)
    assert found.to_json()["total"] == {"masked": True}


def test_limits_come_from_the_settings(
    settings: Any, old: Dashboard, crowd: list[User], look: Look
) -> None:
    settings.REVIEW_REACH, settings.REVIEW_RETURNING = 16, 0
    look(crowd[0], 1)
    log_decision(actor=crowd[0], dashboard=old, text="Two more on the early shift.")

    assert look_of(old).proposal.verdict == "persevere"


def test_review_keeps_the_figures_and_sets_the_next_day(
    ace: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    look(crowd[0], 1)
    review = hold_review(actor=ace, dashboard=old, verdict="pivot")
    look(crowd[1], 1)

    review.refresh_from_db()
    old.refresh_from_db()
    assert review.figures["total"]["viewers"] == 1
    assert review.figures["limits"] == {"reach": 0.5, "returning": 0.4, "stop": 0.2}
    assert review.next_due == old.review_due == site_today() + timedelta(days=30)
    entry = AuditEntry.objects.filter(action="dashboard.review").get()
    assert (entry.actor, entry.details["verdict"]) == (ace, "pivot")


def test_another_verdict_than_proposed_needs_a_reason(owner: User, old: Dashboard) -> None:
    with pytest.raises(Invalid) as refused:
        hold_review(actor=owner, dashboard=old, verdict="persevere", reason="  ")
    assert refused.value.field == "reason"

    review = hold_review(actor=owner, dashboard=old, verdict="persevere", reason="A pilot asks.")
    assert (review.verdict, review.proposed) == ("persevere", "pivot")


def test_stop_retires_nothing(owner: User, old: Dashboard) -> None:
    hold_review(actor=owner, dashboard=old, verdict="stop", reason="It is done.")

    old.refresh_from_db()
    assert old.status == "active"


@pytest.mark.parametrize("days", [0, -1, 732])
def test_next_day_is_after_today_and_within_two_years(
    owner: User, old: Dashboard, days: int
) -> None:
    due = site_today() + timedelta(days=days)
    with pytest.raises(Invalid) as refused:
        hold_review(actor=owner, dashboard=old, verdict="pivot", next_due=due)

    assert refused.value.field == "next_due"


def test_one_review_a_day(owner: User, ace: User, old: Dashboard) -> None:
    hold_review(actor=owner, dashboard=old, verdict="pivot")

    with pytest.raises(Conflict):
        hold_review(actor=ace, dashboard=old, verdict="pivot")


def test_member_holds_no_review(member: User, old: Dashboard) -> None:
    with pytest.raises(NotAllowed):
        hold_review(actor=member, dashboard=old, verdict="pivot")

    assert Review.objects.count() == 0


def test_review_is_never_changed_nor_deleted(owner: User, old: Dashboard) -> None:
    review = hold_review(actor=owner, dashboard=old, verdict="pivot")
    review.verdict = "stop"
    ways: list[Callable[[], object]] = [
        review.save,
        review.delete,
        lambda: Review.objects.update(verdict="stop"),
        lambda: Review.objects.all().delete(),
        lambda: Review.objects.bulk_update([review], ["verdict"]),
        lambda: old.reviews.update(verdict="stop"),
        lambda: Review._base_manager.all().delete(),
    ]
    for way in ways:
        with pytest.raises(TypeError):
            way()

    assert Review.objects.get().verdict == "pivot"


def test_page_shows_the_arithmetic_and_takes_a_verdict(
    client_of: Open, owner: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    look(crowd[0], 1)
    client, url = client_of(owner), reverse("dashboards:reviews", args=[old.slug])
    page = client.get(url).content.decode()
    given = {"verdict": "stop", "next_due": (site_today() + timedelta(days=9)).isoformat()}
    refused = client.post(url, given)
    done = client.post(url, {**given, "reason": "Nobody wants it."})

    assert "Reach of at least 50%" in page
    assert "17% (1 of 6)" in page
    assert refused.status_code == 422
    assert "The figures propose another verdict: say why." in refused.content.decode()
    assert done.status_code == 302
    assert Review.objects.get().verdict == "stop"
    assert "Nobody wants it." in client.get(url).content.decode()


def test_api_holds_and_lists_reviews(client_of: Open, owner: User, old: Dashboard) -> None:
    client, url = client_of(owner), reverse("api:dashboard-reviews", args=[old.slug])
    refused = client.post(url, {"verdict": "stop"}, "application/json")
    made = client.post(url, {"verdict": "pivot"}, "application/json")

    assert (refused.status_code, refused.json()["field"]) == (400, "reason")
    assert made.status_code == 201
    assert [row["verdict"] for row in client.get(url).json()["results"]] == ["pivot"]


def test_review_that_is_due_is_its_owners(owner: User, ace: User, old: Dashboard) -> None:
    assert list(reviews_due(owner)) == []
    Dashboard.objects.update(review_due=site_today() - timedelta(days=2))

    assert list(reviews_due(owner)) == [old]
    assert list(reviews_due(ace)) == []
