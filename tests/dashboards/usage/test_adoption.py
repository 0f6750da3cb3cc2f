"""Adoption from what is in the database: who was a member on the day of a view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from dashboards.lifecycle.services import launches as lifecycle
from dashboards.usage.arithmetic import MASKED
from dashboards.usage.models import ViewEvent
from dashboards.usage.selectors.adoption import (
    adoption_dropping,
    adoption_of,
    adoption_since_launch,
)
from dashboards.usage.selectors.reviews import uses_of
from dashboards.usage.selectors.times import median_times, times_of
from feedback.services.talk import reply
from feedback.services.threads import open_thread
from personas.models import Membership
from personas.services.people import add_member, create_group, end_membership
from tests.fixtures.dashboards import make_dashboard
from tests.fixtures.people import make_person
from tests.fixtures.use import Look, days_ago
from tests.fixtures.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


def ago(days: int) -> date:
    return site_today() - timedelta(days=days)


def test_reach_and_returning_of_the_last_thirty_days(
    old: Dashboard, crowd: list[User], look: Look
) -> None:
    """Of six: one came twice, one twice on one day, one before the window, one too short."""
    for person, days in [(0, 3), (0, 9), (1, 5), (2, 40)]:
        look(crowd[person], days)
    look(crowd[1], 5)
    look(crowd[3], 2, seconds=9)

    found = adoption_of(old)

    assert (found.window.first, found.window.last) == (ago(29), ago(0))
    total = found.total
    assert (total.members, total.viewers, total.returning, total.never) == (6, 2, 1, 4)
    assert [line.counts.members for line in found.groups] == [6]


def test_since_the_launch_counts_all_and_says_how_long_people_took(
    old: Dashboard, crowd: list[User], look: Look
) -> None:
    for place, days in enumerate([58, 57, 50, 40, 1]):
        look(crowd[place], days)

    found = adoption_since_launch(old)

    assert found is not None
    assert found.window.first == ago(60)
    assert (found.total.viewers, found.total.never) == (5, 1)
    assert found.total.wait is not None
    assert found.total.wait.days == 10


def test_what_was_never_launched_has_no_figures(dashboard: Dashboard) -> None:
    assert adoption_since_launch(dashboard) is None
    assert not adoption_of(dashboard).open


def test_who_joined_later_counts_from_that_day_on(
    owner: User, old: Dashboard, crowd: list[User], look: Look, world: World
) -> None:
    """A view before joining, over another group, is not this group's."""
    late = make_person("late")
    add_member(actor=owner, group=world.group, email=late.email, valid_from=ago(5))
    look(late, 8)
    assert adoption_of(old).total.viewers == 0

    look(late, 4)
    total = adoption_of(old).total
    assert (total.members, total.viewers, total.returning) == (7, 1, 0)


def test_who_has_left_counts_up_to_that_day(
    owner: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    def leave(person: User, days: int) -> None:
        end_membership(
            actor=owner, membership=Membership.objects.get(user=person), last_day=ago(days)
        )

    leave(crowd[1], 20)
    leave(crowd[2], 45)
    look(crowd[1], 21)
    look(crowd[1], 19)
    look(crowd[2], 50)

    recent, launched = adoption_of(old).total, adoption_since_launch(old)

    assert (recent.members, recent.viewers, recent.returning) == (5, 1, 0)
    assert launched is not None
    assert (launched.total.members, launched.total.viewers) == (6, 2)


def test_who_moved_counts_in_each_group_for_its_days(
    owner: User, old: Dashboard, crowd: list[User], look: Look, world: World
) -> None:
    second = create_group(actor=owner, name="Second", persona=world.persona)
    for number in range(5):
        person = make_person(f"second{number}")
        add_member(actor=owner, group=second, email=person.email, valid_from=LONG_AGO)
    lifecycle.launch(actor=owner, dashboard=old, group=second)
    Launch.objects.filter(group=second).update(created_at=days_ago(60))
    mover = crowd[1]
    end_membership(actor=owner, membership=Membership.objects.get(user=mover), last_day=ago(10))
    add_member(actor=owner, group=second, email=mover.email, valid_from=ago(9))
    look(mover, 12)
    look(mover, 3)

    found = adoption_of(old)

    of = {line.name: line.counts for line in found.groups}
    assert {name: (c.members, c.viewers, c.returning) for name, c in of.items()} == {
        "Second": (6, 1, 0), "Service desk leads": (6, 1, 0),
    }  # fmt: skip
    assert found.total.masked  # with the two groups it would tell of the one who moved


def test_time_in_which_it_was_closed_to_a_group_does_not_count(
    owner: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    Launch.objects.update(ended_at=days_ago(15))
    look(crowd[0], 14)
    assert adoption_of(old).total.viewers == 0

    look(crowd[0], 16)
    assert adoption_of(old).total.viewers == 1


def test_view_before_the_launch_does_not_count(
    live: Dashboard, crowd: list[User], look: Look
) -> None:
    look(crowd[0], 1)

    assert adoption_of(live).total.viewers == 0


def test_team_in_the_group_is_left_out(
    owner: User, ace: User, old: Dashboard, crowd: list[User], look: Look, world: World
) -> None:
    add_member(actor=owner, group=world.group, email=ace.email, valid_from=LONG_AGO)
    look(ace, 1)

    total = adoption_of(old).total
    assert (total.members, total.viewers) == (6, 0)


def test_active_weeks_are_those_in_which_somebody_was_expected(
    old: Dashboard, crowd: list[User], look: Look
) -> None:
    look(crowd[0], 1)
    look(crowd[0], 8)
    look(crowd[1], 1)

    total = adoption_of(old).total

    weeks = len({ago(n).isocalendar()[:2] for n in range(30)})
    assert (total.periods, total.expected) == (3, 6 * weeks)


def test_group_of_one_is_masked_everywhere(
    client_of: Open, ace: User, member: User, old: Dashboard, look: Look
) -> None:
    look(member, 1)
    client = client_of(ace)

    page = client.get(reverse("dashboards:dashboard-adoption", args=[old.slug]))
    told = client.get(reverse("api:dashboard-adoption", args=[old.slug])).json()
    card = client.get(reverse("dashboards:portfolio")).content.decode()

    assert adoption_of(old).total == MASKED
    assert "Fewer than five people" in page.content.decode()
    assert "%" not in page.content.decode().partition('id="main"')[2]
    figures = told["recent"]["total"]
    assert figures.pop("masked") is True
    assert set(figures.values()) == {None}
    assert "Reach: fewer than five people" in card


def test_feedback_of_the_window_is_counted(
    old: Dashboard, crowd: list[User], owner: User, look: Look
) -> None:
    key = str(old.versions.get(state="released").document["tiles"][0]["key"])
    for person in (crowd[0], crowd[1], owner):
        open_thread(actor=person, dashboard=old, tile_key=key, kind="idea", text="Split it.")

    found = adoption_of(old)

    assert (found.voices, found.total.viewers, found.said) == (2, 2, 1.0)


def test_adoption_asks_the_same_number_of_questions_whatever_there_is(
    client_of: Open, ace: User, old: Dashboard, crowd: list[User], released: Version
) -> None:
    client, url = client_of(ace), reverse("dashboards:dashboard-adoption", args=[old.slug])

    def queries(views: int) -> int:
        fill(released, crowd, views)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    queries(1)
    assert queries(1) == queries(100) == queries(1000)


def fill(version: Version, people: list[User], many: int) -> None:
    """Views by all of them, one half hour after the other, back from now."""
    ViewEvent.objects.all().delete()
    now = timezone.now()
    for_each = []
    for number in range(many):
        at: datetime = now - timedelta(minutes=30 * (number // len(people) + 1))
        for_each.append(
            ViewEvent(
                user=people[number % len(people)], dashboard=version.dashboard, version=version,
                opened_at=at, last_at=at, qualified_at=at, seconds=20, day=at.date(),
                half_hour=int(at.timestamp()) // 1800,
            )
        )  # fmt: skip
    ViewEvent.objects.bulk_create(for_each)


def test_portfolio_asks_the_same_number_of_questions(
    client_of: Open, owner: User, world: World, old: Dashboard, crowd: list[User]
) -> None:
    client = client_of(owner)

    def queries(more: int) -> int:
        for number in range(more):
            make_dashboard(owner, world, name=f"Another {more} {number}")
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("dashboards:portfolio"))
        return len(captured)

    queries(1)
    assert queries(3) == queries(30)


def test_card_of_the_portfolio_says_the_reach(
    client_of: Open, owner: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    look(crowd[0], 1)
    look(crowd[1], 1)
    look(crowd[2], 1)

    counts = uses_of([old])[old.pk].counts
    assert counts is not None
    assert counts.reach == 0.5
    page = client_of(owner).get(reverse("dashboards:portfolio")).content.decode()
    assert "Reach 50% in 30 days" in page


def test_drop_is_told_to_the_owner(
    owner: User, ace: User, old: Dashboard, crowd: list[User], look: Look
) -> None:
    for person in crowd[:3]:
        look(person, 40)
    look(crowd[0], 1)

    drops = adoption_dropping(owner)

    assert [(drop.dashboard, drop.before, round(drop.now, 2)) for drop in drops] == [
        (old, 0.5, 0.17)
    ]
    assert adoption_dropping(ace) == []
    assert adoption_dropping(crowd[0]) == []
    look(crowd[1], 1)
    look(crowd[2], 1)
    assert adoption_dropping(owner) == []


def begun(dashboard: Dashboard, days: int) -> None:
    at = days_ago(days) - timedelta(minutes=1)
    Dashboard.objects.filter(pk=dashboard.pk).update(created_at=at)
    dashboard.refresh_from_db()


def test_times_run_from_the_idea(owner: User, member: User, old: Dashboard) -> None:
    begun(old, 90)
    shown = days_ago(75)
    key = str(old.versions.get(state="released").document["tiles"][0]["key"])
    draft = old.versions.create(number=2, document={}, sha256="", author=owner, prototype_at=shown)
    thread = open_thread(actor=member, dashboard=old, tile_key=key, kind="idea", text="Split.")
    assert times_of([old])[old.pk].answer is None
    reply(actor=owner, thread=thread, text="Yes.")

    times = times_of([old])[old.pk]

    assert draft.prototype_at == shown
    found = [times.prototype, times.launch, times.answer]
    assert [span.days if span else None for span in found] == [15, 30, 90]


def test_portfolio_says_the_median_and_of_how_many(
    client_of: Open, owner: User, world: World, old: Dashboard
) -> None:
    begun(old, 80)
    make_dashboard(owner, world, name="Not launched")

    told = client_of(owner).get(reverse("api:times")).json()

    assert told["launch"]["n"] == 1
    assert told["launch"]["time"].startswith("20 ")
    assert told["prototype"] == {"n": 0, "time": None}
    assert median_times([]).launch.n == 0


def test_doors_of_the_figures(
    client_of: Open, owner: User, ace: User, member: User, colleague: User, live: Dashboard
) -> None:
    def statuses(name: str, *args: Any) -> list[int]:
        url = reverse(name, args=args)
        cast = (owner, ace, member, colleague, None)
        return [client_of(person).get(url).status_code for person in cast]

    team = [200, 200, 403, 403]
    group = [200, 200, 200, 404]
    assert statuses("dashboards:dashboard-adoption", live.slug) == [*team, 302]
    assert statuses("dashboards:reviews", live.slug) == [*team, 302]
    assert statuses("dashboards:decisions", live.slug) == [*group, 302]
    assert statuses("dashboards:own-views", live.slug) == [*group, 302]
    assert statuses("api:dashboard-adoption", live.slug) == [*team, 401]
    assert statuses("api:dashboard-decisions", live.slug) == [*group, 401]
