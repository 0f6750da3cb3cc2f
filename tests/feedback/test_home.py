"""Feedback on the home pages: what waits for the ACE, what became of a member's words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.content.services import drafts, releases
from feedback.models import Pulse, Thread
from feedback.services import pulses, roadmap

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def test_member_reads_what_became_of_their_words(
    client_of: ClientOf, owner: User, member: User, mate: User, live: Dashboard, thread: Thread
) -> None:
    item = roadmap.plan_thread(actor=owner, thread=thread, title="A filter by shift")
    drafts.start_version(actor=owner, dashboard=live)
    roadmap.put_in_draft(actor=owner, item=item)
    releases.release_version(actor=owner, dashboard=live, notes="Shifts.")
    pulses.ask_due(now=Pulse.objects.get().due_at)

    home = client_of(member).get("/").content.decode()
    other = client_of(mate).get("/").content.decode()

    assert ("Shipped: A filter by shift" in home, "One question for you" in home) == (True, True)
    assert ("A filter by shift" in other, "One question for you" in other) == (False, False)


def test_ace_sees_what_waits_for_an_answer(
    client_of: ClientOf, owner: User, thread: Thread
) -> None:
    before = client_of(owner).get("/").content.decode()
    client_of(owner).post(f"/feedback/{thread.pk}/reply/", {"text": "Yes."})
    after = client_of(owner).get("/").content.decode()

    assert ("Can we split it by shift?" in before, "Can we split it by shift?" in after) == (
        True, False
    )  # fmt: skip
