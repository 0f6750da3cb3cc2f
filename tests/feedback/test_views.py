"""Feedback in the browser, without a browser: two clicks, the inbox, the API's same words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.content.services import drafts
from dashboards.prototypes import services as prototypes
from feedback.models import Thread
from feedback.services import talk
from feedback.services.threads import open_thread

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def test_from_the_tile_to_the_thread(
    client_of: ClientOf, member: User, live: Dashboard, chart: str
) -> None:
    client = client_of(member)
    board = client.get(f"{live.get_absolute_url()}?period=last_12").content.decode()
    path = f"{live.get_absolute_url()}tiles/{chart}/feedback/"
    assert f'href="{path}?period=last_12"' in board

    empty = client.post(path, {"kind": "idea", "text": "", "filters": "period=last_12"})
    said = client.post(
        path, {"kind": "idea", "text": "Split it.", "filters": "period=last_12"}, follow=True
    )

    assert (empty.status_code, Thread.objects.count()) == (422, 1)
    page = said.content.decode()
    assert ("Split it." in page, "As Member saw it: v1" in page) == (True, True)
    after = client.get(live.get_absolute_url()).content.decode()
    assert "open thread on Do we keep the SLA?" in after


def test_refused_reply_keeps_what_was_typed(
    client_of: ClientOf, member: User, thread: Thread
) -> None:
    long = "x" * 10_001
    answer = client_of(member).post(f"/feedback/{thread.pk}/reply/", {"text": long})

    assert answer.status_code == 422
    assert long in answer.content.decode()


def test_inbox_has_the_oldest_unanswered_on_top(
    client_of: ClientOf, owner: User, member: User, live: Dashboard, chart: str
) -> None:
    for number, text in enumerate(["Answered.", "Younger.", "Oldest."]):
        made = open_thread(actor=member, dashboard=live, tile_key=chart, kind="idea", text=text)
        age = timezone.now() - timedelta(days=number * 4)
        Thread.objects.filter(pk=made.pk).update(created_at=age)
    talk.reply(actor=owner, thread=Thread.objects.get(text="Answered."), text="So it is.")

    page = client_of(owner).get("/feedback/").content.decode()
    told = client_of(owner).get("/api/v1/threads/?tab=open").json()["results"]

    assert [row["title"] for row in told] == ["Oldest.", "Younger.", "Answered."]
    assert page.index("Oldest.") < page.index("Younger.") < page.index("Answered.")
    assert page.count("inbox__age--late") == 1


@pytest.mark.parametrize("path", ["/feedback/?tab=all", "/api/v1/threads/"])
def test_lists_cost_the_same(
    path: str, client_of: ClientOf, owner: User, member: User, live: Dashboard, thread: Thread
) -> None:
    client = client_of(owner)

    def cost(rows: int) -> int:
        for number in range(rows):
            made = Thread.objects.create(
                dashboard=live, version=thread.version, tile_key=thread.tile_key, seen=thread.seen,
                kind="idea", title=f"T{number}", text="x", author=member, active_at=timezone.now(),
            )  # fmt: skip
            made.votes.create(person=owner)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    assert cost(0) == cost(2) == cost(27)


def test_long_talk_comes_in_pages_the_latest_first(
    client_of: ClientOf, member: User, mate: User, thread: Thread
) -> None:
    for number in range(101):
        thread.comments.create(author=mate, text=f"Word {number}.")
    client = client_of(member)

    latest = client.get(thread.get_absolute_url()).content.decode()
    earlier = client.get(f"{thread.get_absolute_url()}?talk=2").content.decode()

    assert ("Word 0." in latest, "Word 1." in latest, "?talk=2" in latest) == (False, True, True)
    assert ("Word 0." in earlier, "Word 1." in earlier) == (True, False)


def test_word_about_a_prototype_stays_with_the_prototype(
    client_of: ClientOf, owner: User, member: User, live: Dashboard, chart: str
) -> None:
    drafts.start_version(actor=owner, dashboard=live)
    prototypes.invite_pilot(actor=owner, dashboard=live, person=member)
    prototypes.share_prototype(actor=owner, dashboard=live)
    client = client_of(member)
    page = client.get(f"{live.get_absolute_url()}tiles/{chart}/feedback/?version=2")
    action = re.search(r'action="([^"]*/feedback/[^"]*)"', page.content.decode())
    assert action is not None

    client.post(action[1], {"kind": "idea", "text": "On the page."})
    path = f"/api/v1{live.get_absolute_url()}threads/"
    body = {"tile_key": chart, "kind": "idea", "text": "Through the API.", "version": 2}
    client.post(path, body, "application/json")
    client.post(path, {**body, "text": "Of what is out.", "version": None}, "application/json")

    rows = Thread.objects.order_by("pk").values_list("text", "version__number")
    assert list(rows) == [("On the page.", 2), ("Through the API.", 2), ("Of what is out.", 1)]


def test_thread_page_costs_the_same_however_long_the_talk(
    client_of: ClientOf, owner: User, mate: User, thread: Thread
) -> None:
    def cost(words: int) -> int:
        for number in range(words):
            talk.reply(actor=(owner, mate)[number % 2], thread=thread, text=f"Word {number}")
        client = client_of(owner)
        with CaptureQueriesContext(connection) as queries:
            client.get(thread.get_absolute_url())
        return len(queries)

    assert cost(1) == cost(2) == cost(27)


def test_api_walks_the_same_way(
    client_of: ClientOf, owner: User, member: User, mate: User, live: Dashboard, chart: str
) -> None:
    path = f"/api/v1{live.get_absolute_url()}threads/"
    body = {"tile_key": chart, "kind": "data", "text": "P1 is short.", "filters": "priority=P1"}
    made = client_of(member).post(path, body, "application/json")
    one = f"/api/v1/threads/{made.json()['id']}/"
    voted = client_of(mate).put(f"{one}vote/")
    refused = client_of(owner).post(f"{one}moves/", {"to": "declined"}, "application/json")
    closed = client_of(owner).post(
        f"{one}moves/", {"to": "declined", "reply": "It is right."}, "application/json"
    )
    words = client_of(member).get(f"{one}replies/").json()["results"]

    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert "P1" in made.json()["seen"]["filters"]
    assert (voted.json()["votes"], voted.json()["voted"]) == (1, True)
    assert (refused.status_code, refused.json()) == (
        400, {"detail": "Say why in a reply that everybody reads.", "field": "reply"}
    )  # fmt: skip
    assert (closed.json()["state"], [word["text"] for word in words]) == (
        "declined", ["It is right."]
    )  # fmt: skip
