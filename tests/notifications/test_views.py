"""The pages and the API of what one was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.notifications.models import Mail
from ace_portal.notifications.selectors import inbox_for
from tests.fixtures.mailbox import mails_at_once
from tests.notifications.test_services import CLOSED, tell

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def test_list_tells_what_is_new_until_it_is_followed(
    client_of: ClientOf, owner: User, member: User
) -> None:
    tell(owner, member)
    client, pk = client_of(member), inbox_for(member).get().pk

    before = client.get("/notifications/").content.decode()
    followed = client.post(f"/notifications/{pk}/")
    after = client.get("/notifications/").content.decode()

    assert ("Notifications, 1 new" in before, "About one" in before) == (True, True)
    assert (followed.status_code, followed["Location"]) == (302, "/")
    assert ("Notifications, 0 new" in after, "About one" in after) == (True, True)


def test_what_was_closed_is_not_told_of(client_of: ClientOf, owner: User, member: User) -> None:
    tell(owner, member, what="secret")
    CLOSED.add("secret")
    try:
        page = client_of(member).get("/notifications/").content.decode()
        told = client_of(member).get("/api/v1/notifications/").json()["results"]
        followed = client_of(member).post(f"/notifications/{inbox_for(member).get().pk}/")
    finally:
        CLOSED.clear()

    assert ("About one" in page, "0 new" in page) == (False, True)
    assert (told, followed.status_code) == ([], 404)


@pytest.mark.parametrize("n", [1, 3, 30])
def test_list_costs_the_same(
    client_of: ClientOf,
    owner: User,
    member: User,
    n: int,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    for number in range(n):
        tell(owner, member, key=str(number))
    client = client_of(member)

    with django_assert_num_queries(5):
        client.get("/notifications/")


def test_wish_is_said_on_the_page_and_through_the_api(client_of: ClientOf, member: User) -> None:
    client = client_of(member)

    done = client.post("/notifications/settings/", {"mail": "immediate", "hour": "18"})
    refused = client.post("/notifications/settings/", {"mail": "hourly", "hour": "18"})
    read = client.get("/api/v1/notification-preference/").json()
    put = client.put(
        "/api/v1/notification-preference/", {"mail": "none", "hour": 24}, "application/json"
    )

    assert (done.status_code, refused.status_code) == (302, 422)
    assert (read["mail"], read["hour"]) == ("immediate", 18)
    assert (put.status_code, put.json()) == (
        400, {"hour": ["Ensure this value is less than or equal to 23."]}
    )  # fmt: skip


def test_mail_is_read_by_its_person_alone(
    client_of: ClientOf, owner: User, member: User, colleague: User
) -> None:
    client_of(member).post("/notifications/settings/", {"mail": "immediate", "hour": "7"})
    tell(owner, member)
    mails_at_once()
    path = f"/notifications/mails/{Mail.objects.get().pk}/"

    assert "About one" in client_of(member).get(path).content.decode()
    assert client_of(colleague).get(path).status_code == 404
    assert client_of(owner).get(path).status_code == 404
