"""Choosing a person: who is near comes first, all others are looked for by their words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.people import FEW, MOST, choice_for
from tests.fixtures.people import make_person

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


@pytest.fixture
def crowd() -> list[User]:
    """More people than a list is made of, in no group."""
    return [make_person(f"crowd{n:02}") for n in range(FEW + 1)]


def page_of(client: Client, name: str, dashboard: Dashboard, **query: str) -> str:
    where = reverse(f"dashboards:{name}", args=[dashboard.slug])
    answer = client.get(where, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_few_people_are_all_in_the_list(owner: User, outsider: User, live: Dashboard) -> None:
    choice = choice_for(owner, live, "pilot")

    assert outsider in choice.shown
    assert not choice.more


def test_list_begins_with_the_people_of_the_groups(
    owner: User, member: User, outsider: User, live: Dashboard, crowd: list[User]
) -> None:
    choice = choice_for(owner, live, "pilot")

    assert choice.shown == [member, owner]
    assert choice.more
    assert set(crowd) < set(choice.people)


@pytest.mark.parametrize("words", ["crowd07", "CROWD07@EXAMPLE", "example crowd07"])
def test_somebody_else_is_found_by_name_or_address(
    owner: User, live: Dashboard, crowd: list[User], words: str
) -> None:
    assert choice_for(owner, live, "pilot", words).shown == [crowd[7]]


def test_list_of_what_is_found_ends(owner: User, live: Dashboard) -> None:
    for n in range(MOST + 1):
        make_person(f"crowd{n:02}")

    choice = choice_for(owner, live, "pilot", "crowd")

    assert (len(choice.shown), choice.more) == (MOST, True)


def test_each_purpose_finds_those_who_may_be_chosen(
    owner: User, ace: User, member: User, colleague: User, live: Dashboard, crowd: list[User]
) -> None:
    found = {
        purpose: [
            person in choice_for(owner, live, purpose, person.email).shown
            for person in (owner, ace, member, colleague)
        ]
        for purpose in ("pilot", "report", "owner")
    }

    assert found == {
        "pilot": [True, True, True, True],
        "report": [True, True, True, False],
        "owner": [False, True, False, False],
    }


def test_pilot_who_was_looked_for_is_named(
    owner: User, live: Dashboard, crowd: list[User], client_of: ClientOf
) -> None:
    client, person = client_of(owner), crowd[7]
    option = f'<option value="{person.pk}"'

    plain = page_of(client, "pilot-new", live)
    found = page_of(client, "pilot-new", live, find="crowd07")
    none = page_of(client, "pilot-new", live, find="zebra")
    where = reverse("dashboards:pilot-new", args=[live.slug])
    answer = client.post(where, {"person": person.pk})

    assert [option in page for page in (plain, found, none)] == [False, True, False]
    assert "Nobody is called so." in none
    assert answer.status_code == 302
    assert live.pilots.get().user == person


def test_person_of_a_report_stays_chosen_while_another_is_looked_for(
    owner: User, live: Dashboard, crowd: list[User], client_of: ClientOf
) -> None:
    page = page_of(client_of(owner), "report-new", live, find="zebra", filters="period=all")

    assert f'<option value="{owner.pk}" selected>' in page
    assert 'name="filters" value="period=all"' in page


@pytest.mark.parametrize(
    ("purpose", "name", "status"),
    [
        ("pilot", "owner", 200), ("pilot", "ace", 403), ("pilot", "member", 403),
        ("report", "owner", 200), ("report", "ace", 200), ("report", "member", 403),
        ("owner", "owner", 200), ("owner", "ace", 403), ("owner", "outsider", 403),
        ("anything", "owner", 400),
    ],
)  # fmt: skip
def test_api_lists_people_to_who_may_choose_them(
    request: pytest.FixtureRequest, ace: User, live: Dashboard, client_of: ClientOf, purpose: str,
    name: str, status: int,
) -> None:  # fmt: skip
    client = client_of(request.getfixturevalue(name))

    answer = client.get(f"/api/v1/dashboards/{live.slug}/people/", {"for": purpose, "q": "ace"})

    assert answer.status_code == status
    if status == 200:
        assert {"email": ace.email, "name": ace.name} in answer.json()["people"]


def test_more_people_are_no_more_queries(owner: User, live: Dashboard, crowd: list[User]) -> None:
    counts = []
    for more in (0, 30):
        for n in range(more):
            make_person(f"more{n:02}")
        with CaptureQueriesContext(connection) as captured:
            choice_for(owner, live, "pilot")
            choice_for(owner, live, "pilot", "example")
        counts.append(len(captured))

    assert counts[0] == counts[1]
