"""A reader's zone says how times read, by session and by token; it gives no rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from ace_portal.accounts.models import User
from ace_portal.lib.days import is_ahead, is_over
from office_hours.models import AMASession
from personas.models import Membership
from personas.selectors import groups_for, members_of
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]

GROUP = "/api/v1/groups/{slug}/"


def with_token(person: User) -> Client:
    _token, secret = AuthToken.objects.create(user=person)
    return Client(headers={"authorization": f"Token {secret}"})


def live_in(person: User, zone: str) -> User:
    person.time_zone = zone
    person.save()
    return person


def test_token_reads_and_writes_times_in_its_persons_zone(owner: User, client_of: ClientOf) -> None:
    live_in(owner, "Asia/Tokyo")
    given = {
        "title": "Ask us", "starts_at": "2030-03-04T10:00:00", "ends_at": "2030-03-04T11:00:00",
    }  # fmt: skip

    answers = [
        client.post("/api/v1/ama/", given, "application/json").json()
        for client in (client_of(owner), with_token(owner))
    ]

    assert [answer["starts_at"] for answer in answers] == ["2030-03-04T10:00:00+09:00"] * 2
    assert {row.starts_at for row in AMASession.objects.all()} == {
        datetime(2030, 3, 4, 1, 0, tzinfo=UTC)
    }


def test_zone_of_a_token_ends_with_its_request(owner: User) -> None:
    live_in(owner, "Asia/Tokyo")

    with_token(owner).get("/api/v1/me/")

    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(("zone", "hour"), [("Pacific/Honolulu", 5), ("Pacific/Kiritimati", 15)])
def test_no_choice_of_a_zone_prolongs_or_hastens_a_membership(
    member: User, colleague: User, world: World, client_of: ClientOf, zone: str,
    hour: int,
) -> None:  # fmt: skip
    """The member's ended on the second, the colleague's begins on the fourth.

    On the third in Berlin, where the site is, it is still the second in Honolulu at that hour, and
    the fourth on Kiritimati.
    """
    live_in(member, zone)
    live_in(colleague, zone)
    world.group.memberships.update(valid_to=date(2026, 11, 2))
    Membership.objects.create(group=world.group, user=colleague, valid_from=date(2026, 11, 4))
    url = GROUP.format(slug=world.group.slug)

    def seen(day: int) -> list[list[int]]:
        with time_machine.travel(datetime(2026, 11, day, hour, tzinfo=UTC), tick=False):
            return [
                [client.get(url).status_code for client in (client_of(person), with_token(person))]
                for person in (member, colleague)
            ]

    assert seen(3) == [[404, 404], [404, 404]]
    assert seen(2) == [[200, 200], [404, 404]]
    assert seen(4) == [[404, 404], [200, 200]]


def test_worker_judges_memberships_by_the_same_day(member: User, world: World) -> None:
    world.group.memberships.update(valid_to=date(2026, 11, 2))

    with time_machine.travel(datetime(2026, 11, 2, 23, 30, tzinfo=UTC), tick=False):
        found = [list(groups_for(member)), list(members_of(world.group))]

    assert found == [[], []]


@pytest.mark.parametrize(
    ("zone", "ahead", "over"),
    [("UTC", 5, 2), ("Europe/Berlin", 5, 3), ("America/Adak", 5, 2), ("Pacific/Kiritimati", 5, 3)],
)
def test_day_is_ahead_or_over_for_reader_and_place_alike(zone: str, ahead: int, over: int) -> None:
    """Half an hour past midnight in Berlin, where the portal is: elsewhere it is the third."""
    with time_machine.travel("2030-03-03T23:30:00+00:00"), timezone.override(zone):
        days = [date(2030, 3, day) for day in range(1, 9)]
        assert next(day.day for day in days if is_ahead(day)) == ahead
        assert max(day.day for day in days if is_over(day)) == over
