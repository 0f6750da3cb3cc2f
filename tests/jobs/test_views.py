"""The pages of background work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.jobs import services
from ace_portal.jobs.models import Job

pytestmark = pytest.mark.django_db


@services.register_handler("test.page")
def nothing(run: services.Run) -> None:
    """Only waits."""


@pytest.mark.parametrize(
    ("deed", "said"),
    [("retry", "Only work that has failed can be tried again."),
     ("cancel", "This work is over already.")],
)  # fmt: skip
def test_what_is_not_possible_any_more_is_a_word_on_the_page(
    client_of: Callable[[User], Client], ace: User, deed: str, said: str
) -> None:
    job = services.enqueue(kind="test.page", payload={}, actor=None)
    Job.objects.update(state=Job.State.DONE)

    response = client_of(ace).post(f"/background/{job.pk}/{deed}/", follow=True)

    assert response.redirect_chain == [("/background/", 302)]
    assert [str(message) for message in response.context["messages"]] == [said]


@pytest.mark.parametrize(("name", "sees"), [("ace", True), ("admin", True), ("member", False)])
def test_who_steers_the_work_finds_it_in_the_rail(
    client_of: Callable[[User], Client], request: pytest.FixtureRequest, name: str, sees: bool
) -> None:
    client = client_of(request.getfixturevalue(name))

    home = client.get("/").content.decode()

    assert ('href="/background/"' in home) == sees


def test_administrator_tries_failed_work_again_and_stops_it(
    client_of: Callable[[User], Client], admin: User
) -> None:
    job = services.enqueue(kind="test.page", payload={}, actor=None)
    Job.objects.update(state=Job.State.FAILED)
    client, states = client_of(admin), []

    for path in ("/background/{}/retry/", "/api/v1/jobs/{}/cancel/"):
        client.post(path.format(job.pk))
        states.append(Job.objects.get().state)

    assert states == ["queued", "cancelled"]
    assert client.get("/background/").status_code == 200
