"""The pages and the API of sessions and lessons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from kpis.models import KPIVersion
from office_hours.models import AMAQuestion, AMASession, Lesson
from office_hours.services import ama, lessons, questions
from tests.fixtures.people import make_person
from tests.fixtures.world import World
from tests.office_hours.conftest import make_live
from tests.office_hours.test_lessons import write

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


def test_host_announces_in_their_own_zone(client_of: ClientOf, owner: User) -> None:
    owner.time_zone = "America/New_York"
    owner.save()
    client = client_of(owner)
    body = {
        "title": "Ask us", "starts_at": "2030-01-15T10:00", "ends_at": "2030-01-15T09:00",
        "everybody": "on",
    }  # fmt: skip

    refused = client.post("/sessions/ama/new/", body)
    made = client.post("/sessions/ama/new/", {**body, "ends_at": "2030-01-15T11:00"})

    session = AMASession.objects.get()
    assert (refused.status_code, made.status_code) == (422, 302)
    assert "It ends before it begins." in refused.content.decode()
    assert 'value="2030-01-15T10:00"' in refused.content.decode()
    assert session.starts_at.isoformat() == "2030-01-15T15:00:00+00:00"


def test_audience_asks_and_votes_without_script(
    client_of: ClientOf, member: User, colleague: User, announced: AMASession
) -> None:
    page = announced.get_absolute_url()
    empty = client_of(member).post(f"{page}questions/", {"text": ""})
    asked = client_of(member).post(
        f"{page}questions/", {"text": "<b>Why</b>?", "without_name": "on"}
    )
    question = AMAQuestion.objects.get()
    vote = f"/sessions/ama/questions/{question.pk}/vote/"
    voted = client_of(colleague).post(vote, {"on": "1"})
    own = client_of(member).post(vote, {"on": "1"}, follow=True)
    seen = client_of(colleague).get(page).content.decode()

    assert (empty.status_code, asked.status_code, voted.status_code) == (422, 302, 302)
    assert "It is yours already" in own.content.decode()
    assert "&lt;b&gt;Why&lt;/b&gt;?" in seen
    assert (seen.count("<b>Why"), seen.count("Member")) == (0, 0)
    assert 'aria-pressed="true"' in seen


def test_name_that_was_left_out_is_nowhere_but_with_the_moderators(
    client_of: ClientOf, owner: User, member: User, colleague: User, running: AMASession
) -> None:
    member.name = "Priya Unseen"
    member.save()
    question = questions.ask(actor=member, session=running, text="Why?", without_name=True)
    paths = [
        running.get_absolute_url(), f"{running.get_absolute_url()}stage/",
        f"/api/v1/ama/{running.pk}/questions/", f"/api/v1/ama-questions/{question.pk}/",
    ]  # fmt: skip
    for put in (False, True):
        if put:
            questions.put_on_stage(actor=owner, question=question)
        seen = ["Priya Unseen" in client_of(colleague).get(path).content.decode() for path in paths]
        room = client_of(owner).get(paths[1]).content.decode()

        assert (seen, "Priya Unseen" in room) == ([False] * 4, False)
    assert "Priya Unseen" in client_of(owner).get(paths[0]).content.decode()


def test_audience_reads_of_their_own_groups_alone(
    client_of: ClientOf, owner: User, member: User, world: World
) -> None:
    """A session for two groups does not tell the one of the other."""
    session = make_live(owner, everybody=False, groups=[world.group, world.other_group])
    paths = [session.get_absolute_url(), f"/api/v1/ama/{session.pk}/"]

    pages, told = [
        [client_of(person).get(path).content.decode() for person in (member, owner)]
        for path in paths
    ]

    names, slugs = (
        [getattr(group, name) for group in (world.group, world.other_group)]
        for name in ("name", "slug")
    )
    assert [[name in page for name in names] for page in pages] == [[True, False], [True, True]]
    assert [[f'"{slug}"' in text for slug in slugs] for text in told] == [
        [True, False], [True, True],
    ]  # fmt: skip


def test_poll_answers_only_what_changed(
    client_of: ClientOf, member: User, colleague: User, running: AMASession
) -> None:
    client, path = client_of(colleague), f"{running.get_absolute_url()}questions/"
    first = client.get(path, headers=HTMX)
    version = first.content.decode().partition("version=")[2].partition("&amp;")[0]
    same = client.get(f"{path}?version={version}", headers=HTMX)
    questions.ask(actor=member, session=running, text="Why?")
    other = client.get(f"{path}?version={version}", headers=HTMX)
    stage = client.get(f"{path}?version={version}&part=stage", headers=HTMX)

    assert (first.status_code, same.status_code, same.content) == (200, 204, b"")
    assert other.content.decode().count("<h1") == 0
    assert 'id="question-' in other.content.decode()
    assert "podium__item" in stage.content.decode()


def test_closed_session_asks_for_itself_no_more(
    client_of: ClientOf, owner: User, member: User, running: AMASession
) -> None:
    page = running.get_absolute_url()
    live = client_of(member).get(page).content.decode()
    ama.close_session(actor=owner, session=running)
    closed = client_of(member).get(page).content.decode()

    assert [text.count('hx-trigger="every 3s') for text in (live, closed)] == [1, 0]
    assert [text.count("Ask it") for text in (live, closed)] == [1, 0]


def test_host_closes_on_one_page(
    client_of: ClientOf, owner: User, ace: User, member: User, running: AMASession
) -> None:
    question = questions.ask(actor=member, session=running, text="Why?")
    client, path = client_of(owner), f"{running.get_absolute_url()}close/"
    past = {f"owner_{question.pk}": ace.pk, f"due_{question.pk}": "2020-01-01"}
    due = timezone.localdate() + timedelta(days=2)

    shown = client.get(path).content.decode()
    refused = client.post(path, past)
    done = client.post(path, {**past, f"due_{question.pk}": due.isoformat()})

    question.refresh_from_db()
    assert (shown.count("Why?"), refused.status_code, done.status_code) == (1, 422, 302)
    assert "That day is over" in refused.content.decode()
    assert (question.state, question.owner, question.due) == ("deferred", ace, due)


def test_thread_of_a_question_is_read_like_any_other(
    client_of: ClientOf, owner: User, member: User, live: Dashboard, world: World
) -> None:
    session = make_live(owner, dashboard=live, everybody=False, groups=[world.group])
    question = questions.ask(actor=member, session=session, text="Why March?")
    outcome = ama.Outcome(question.pk, owner, timezone.localdate())
    ama.close_session(actor=owner, session=session, outcomes=[outcome])
    question.refresh_from_db()
    client = client_of(member)

    page = client.get(question.thread.get_absolute_url()).content.decode()
    listed = client.get(f"{live.get_absolute_url()}feedback/").content.decode()
    inbox = client_of(owner).get("/feedback/").content.decode()
    told = client.get(f"/api/v1/threads/{question.thread_id}/").json()

    assert "Asked in a session about the dashboard as a whole, v1." in page
    assert [text.count("Why March?") > 0 for text in (listed, inbox)] == [True, True]
    assert (told["tile_key"], told["seen"]["title"]) == ("", "Incident service")
    assert (
        question.thread.get_absolute_url()
        in client.get(session.get_absolute_url()).content.decode()
    )


def test_api_walks_the_same_way(
    client_of: ClientOf, owner: User, member: User, colleague: User, world: World
) -> None:
    begins = timezone.now() + timedelta(days=1)
    body = {
        "title": "Ask us", "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=1)).isoformat(), "everybody": False,
        "groups": [world.group.slug], "approval": True,
    }  # fmt: skip
    host, json = client_of(owner), "application/json"
    made = host.post("/api/v1/ama/", body, json)
    one = f"/api/v1/ama/{made.json()['id']}/"
    states = [host.post(f"{one}{step}/").json()["state"] for step in ("publish", "start")]
    asked = client_of(member).post(f"{one}questions/", {"text": "Why?"}, json).json()
    q = f"/api/v1/ama-questions/{asked['id']}/"
    edited = client_of(member).put(q, {"text": "Why so?"}, json).json()
    lost = client_of(colleague).get(q).status_code
    moves = [
        host.post(f"{q}moves/", move, json).json().get("state")
        for move in ({"move": "approve"}, {"move": "stage"}, {"move": "stage"})
    ]
    voted = host.put(f"{q}vote/").json()
    no_owner = host.post(f"{q}moves/", {"move": "defer"}, json)
    left = host.post(f"{one}close/", {}, json)
    due = (timezone.localdate() + timedelta(days=1)).isoformat()
    outcomes = [{"question": asked["id"], "owner": owner.email, "due": due}]
    closed = host.post(f"{one}close/", {"outcomes": outcomes}, json).json()

    assert (made.status_code, states, asked["state"]) == (201, ["published", "live"], "pending")
    assert (edited["text"], lost, moves) == ("Why so?", 404, ["published", "asked", None])
    assert (voted["votes"], voted["voted"], no_owner.status_code) == (1, True, 400)
    assert (left.status_code, closed["state"]) == (400, "closed")
    assert closed["figures"] == {"asked": 1, "live": 0, "later": 0, "share": 0}


def test_lesson_is_written_and_found_where_it_is_about(
    client_of: ClientOf, member: User, colleague: User, live: Dashboard, sla: KPIVersion
) -> None:
    client = client_of(member)
    about = f"{live.get_absolute_url()}about/"
    invited = client.get(about).content.decode()
    form = client.get(f"/lessons/new/?dashboard={live.slug}").content.decode()
    body = {
        "title": "Ask nights", "expected": "Days.", "actual": "<i>Nights</i>.", "why": "So.",
        "change": "Ask **them**.", "everybody": "on",
    }  # fmt: skip
    refused = client.post("/lessons/new/", body)
    made = client.post("/lessons/new/", {**body, "dashboards": [live.pk], "kpis": [sla.kpi.pk]})
    page = client.get(made["Location"]).content.decode()

    assert f"/lessons/new/?dashboard={live.slug}" in invited
    assert f'value="{live.pk}" id="id_dashboards_0" checked' in form.replace(' class=""', "")
    assert (refused.status_code, made.status_code) == (422, 302)
    assert "Say what it is about" in refused.content.decode()
    assert "&lt;i&gt;Nights" in page
    for path in (about, sla.kpi.get_absolute_url(), "/lessons/?q=nights"):
        assert "Ask nights" in client.get(path).content.decode()
    other = client_of(colleague).get(made["Location"]).content.decode()
    assert ("Incident service" in other, "1 thing that is not open to you" in other) == (
        False, True,
    )  # fmt: skip


def test_lesson_form_offers_what_one_may_open(
    client_of: ClientOf, member: User, colleague: User, live: Dashboard, world: World
) -> None:
    mine = client_of(member).get("/lessons/new/").content.decode()
    theirs = client_of(colleague).get("/lessons/new/").content.decode()

    assert [live.name in text for text in (mine, theirs)] == [True, False]
    assert [world.group.name in text for text in (mine, theirs)] == [True, False]


def test_lessons_through_the_api(
    client_of: ClientOf, member: User, colleague: User, sla: KPIVersion
) -> None:
    client, json = client_of(member), "application/json"
    body = {
        "title": "Ask nights", "expected": "D.", "actual": "N.", "why": "S.", "change": "A.",
        "kpis": [sla.kpi.slug],
    }  # fmt: skip
    unknown = client.post("/api/v1/lessons/", {**body, "dashboards": ["nothing"]}, json)
    stranger = client.post("/api/v1/lessons/", {**body, "owner": colleague.email}, json)
    nobody = client.post("/api/v1/lessons/", {**body, "owner": "x@example.org"}, json)
    made = client.post("/api/v1/lessons/", body, json).json()
    one = f"/api/v1/lessons/{made['id']}/"
    helped = client_of(colleague).put(f"{one}helped/").json()
    denied = client_of(colleague).put(one, body, json)
    changed = client.put(one, {**body, "title": "Nights"}, json).json()
    gone = client.delete(one)
    left = client_of(colleague).get("/api/v1/lessons/").json()["count"]

    assert (unknown.status_code, unknown.json()["field"]) == (400, "dashboards")
    assert stranger.json() == nobody.json() == {
        "detail": "Choose yourself or somebody of the ACE.", "field": "owner",
    }  # fmt: skip
    assert (made["about"]["kpis"], helped["helped_count"], denied.status_code) == (
        [sla.kpi.slug], 1, 403,
    )  # fmt: skip
    assert (changed["title"], gone.status_code, left) == ("Nights", 204, 0)


@pytest.mark.parametrize("n", [1, 3, 30])
def test_lists_cost_the_same(
    client_of: ClientOf,
    owner: User,
    member: User,
    live: Dashboard,
    sla: KPIVersion,
    n: int,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    session = make_live(owner, dashboard=live)
    asker = make_person("asker")
    for number in range(n):
        question = questions.ask(actor=asker, session=session, text=f"Question {number}?")
        questions.vote(actor=owner, question=question, on=True)
        make_live(owner, title=f"Session {number}", dashboard=live)
        lesson = write(asker, kpis=[sla.kpi], title=f"Lesson {number}")
        lessons.say_it_helped(actor=owner, lesson=lesson, on=True)
    client = client_of(member)
    path = session.get_absolute_url()

    for most, address in (
        (13, path), (10, f"{path}questions/"), (13, f"{path}stage/"), (8, "/sessions/ama/"),
        (10, "/lessons/"), (6, "/api/v1/lessons/"), (7, f"/api/v1/ama/{session.pk}/questions/"),
        (6, "/api/v1/ama/"),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
    assert Lesson.objects.count() == n
