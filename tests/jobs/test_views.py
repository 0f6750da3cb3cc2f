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
