"""From a thread to a release that answers it, and the question afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, releases
from feedback import selectors
from feedback.models import Pulse, RoadmapItem, Thread
from feedback.services import pulses, roadmap, talk
from feedback.services.threads import open_thread
from kpis.models import Measurement, Refresh
from tests.feedback.test_threads import told
from tests.fixtures.people import make_person

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def state_of(thread: Thread) -> str:
    return Thread.objects.get(pk=thread.pk).state


@pytest.fixture
def item(owner: User, thread: Thread) -> RoadmapItem:
    return roadmap.plan_thread(actor=owner, thread=thread, title="A filter by shift")


def release(owner: User, live: Dashboard) -> Version:
    draft = drafts.draft_of(live)
    notes = releases.proposed_notes(live, draft)
    return releases.release_version(actor=owner, dashboard=live, notes=notes or "New.")


def test_planning_acknowledges_on_the_way(owner: User, member: User, thread: Thread) -> None:
    item = roadmap.plan_thread(actor=owner, thread=thread, title="A filter by shift")

    moves = list(thread.moves.values_list("before", "after"))
    assert moves == [("open", "acknowledged"), ("acknowledged", "planned")]
    assert (item.title, item.state, state_of(thread)) == ("A filter by shift", "later", "planned")
    assert told(member) == [
        "Acknowledged: Can we split it by shift?", "Planned: Can we split it by shift?"
    ]  # fmt: skip


def test_release_ships_what_its_draft_carried(
    owner: User, member: User, mate: User, live: Dashboard, thread: Thread, item: RoadmapItem
) -> None:
    talk.vote(actor=mate, thread=thread, on=True)
    with pytest.raises(Conflict):  # there is no draft yet
        roadmap.put_in_draft(actor=owner, item=item)
    drafts.start_version(actor=owner, dashboard=live)
    roadmap.put_in_draft(actor=owner, item=item)
    roadmap.change_item(
        actor=owner, item=item, title=item.title, text="Filter by shift, nights apart.", state="now"
    )

    version = release(owner, live)

    item.refresh_from_db()
    assert (item.state, item.version, state_of(thread)) == ("shipped", version, "shipped")
    assert "- You said “Can we split it by shift?”: Filter by shift, nights apart." in version.notes
    [answer] = thread.comments.all()
    assert answer.text == "It is in version 2: Filter by shift, nights apart."
    assert "Shipped: Can we split it by shift?" in told(mate)
    assert "Incident service: version 2 is out" in told(member)


def test_private_words_stay_out_of_the_notes(
    owner: User, member: User, live: Dashboard, chart: str
) -> None:
    secret = open_thread(
        actor=member, dashboard=live, tile_key=chart, kind="data", text="Team B cheats.",
        private=True,
    )  # fmt: skip
    item = roadmap.plan_thread(actor=owner, thread=secret, title="Count merged tickets once")
    drafts.start_version(actor=owner, dashboard=live)
    roadmap.put_in_draft(actor=owner, item=item)

    version = release(owner, live)

    assert "- Count merged tickets once" in version.notes
    assert "cheats" not in version.notes
    assert "Shipped: Team B cheats." in told(member)


def test_dropping_tells_why_and_puts_threads_back(
    owner: User, member: User, live: Dashboard, thread: Thread, item: RoadmapItem
) -> None:
    drafts.start_version(actor=owner, dashboard=live)
    roadmap.put_in_draft(actor=owner, item=item)
    with pytest.raises(Invalid):
        roadmap.drop_item(actor=owner, item=item, reason="")

    roadmap.drop_item(actor=owner, item=item, reason="The data has no shifts.")

    assert state_of(thread) == "acknowledged"
    assert [comment.text for comment in thread.comments.all()] == ["The data has no shifts."]
    with pytest.raises(Conflict):
        roadmap.put_in_draft(actor=owner, item=item)


def test_only_the_ace_plans(member: User, thread: Thread, live: Dashboard) -> None:
    with pytest.raises(NotAllowed):
        roadmap.plan_thread(actor=member, thread=thread)
    with pytest.raises(NotAllowed):
        roadmap.add_item(actor=member, dashboard=live, title="Mine")


def test_shipped_is_not_chosen_by_hand(owner: User, live: Dashboard, item: RoadmapItem) -> None:
    with pytest.raises(Invalid):
        roadmap.change_item(actor=owner, item=item, title="x", text="", state="shipped")


@pytest.fixture
def pulse(owner: User, live: Dashboard, thread: Thread, item: RoadmapItem) -> Pulse:
    """Asked of the author and of six who wanted the same."""
    for number in range(6):
        voter = make_person(f"voter{number}")
        thread.votes.create(person=voter)
    drafts.start_version(actor=owner, dashboard=live)
    roadmap.put_in_draft(actor=owner, item=item)
    release(owner, live)
    return Pulse.objects.get()


def test_pulse_is_asked_once_when_it_is_due(member: User, pulse: Pulse) -> None:
    early = pulses.ask_due(now=timezone.now())
    due = pulses.ask_due(now=pulse.due_at)
    again = pulses.ask_due(now=pulse.due_at + timedelta(days=1))

    assert (early, due, again) == (0, 1, 0)
    assert told(member)[-1] == "One question about Incident service, version 2"
    assert round((pulse.due_at - pulse.created_at).total_seconds() / 86400) == 14


def test_under_five_answers_there_is_no_percentage(
    owner: User, member: User, live: Dashboard, pulse: Pulse
) -> None:
    answers = list(pulse.answers.select_related("person").order_by("pk"))
    for answer, choice in zip(answers[:4], (3, 3, 2, 1), strict=True):
        pulses.answer_pulse(actor=answer.person, answer=answer, choice=choice)
    pulses.show(actor=answers[4].person, answer=answers[4])
    [four] = selectors.pulse_results(owner, live)
    pulses.answer_pulse(actor=answers[4].person, answer=answers[4], choice=3)
    [five] = selectors.pulse_results(owner, live)

    assert (four.asked, four.shown, four.answered, four.share) == (7, 5, 4, None)
    assert (five.answered, five.yes, five.share) == (5, 3, 60)
    with pytest.raises(Conflict):
        pulses.answer_pulse(actor=answers[0].person, answer=answers[0], choice=1)


def test_kpi_is_measured_again_after_the_release(
    owner: User, live: Dashboard, pulse: Pulse
) -> None:
    version = pulse.version.roadmap_items.get().threads.get().kpi_version
    released = pulse.version.released_at
    refresh = Refresh.objects.filter(
        version=version, state="done"
    ).last() or Refresh.objects.create(
        kpi=version.kpi, version=version, load=version.dataset.live, state="done", cause="demand"
    )
    Measurement.objects.filter(version=version).delete()
    for days, value in ((-60, 0.8), (-31, 0.7), (1, 0.9), (40, 0.95)):
        start = released + timedelta(days=days)
        Measurement.objects.create(
            version=version, load=version.dataset.live, refresh=refresh, grain="month",
            period_start=start, period_end=start + timedelta(days=30), state="ok", value=value,
        )  # fmt: skip

    [change] = selectors.pulse_results(owner, live)[0].kpis

    assert (change.name, change.before, change.after) == (version.kpi.name, "70.0%", "90.0%")


def test_pulse_on_the_page_and_through_the_api(
    client_of: ClientOf, owner: User, member: User, mate: User, live: Dashboard, pulse: Pulse
) -> None:
    hidden = client_of(member).get(f"/feedback/pulses/{pulse.pk}/").status_code
    pulses.ask_due(now=pulse.due_at)
    page = client_of(member).get(f"/feedback/pulses/{pulse.pk}/")
    stranger = client_of(mate).get(f"/feedback/pulses/{pulse.pk}/").status_code
    path = f"/api/v1/pulses/{pulse.pk}/answer/"
    bad = client_of(member).post(path, {"choice": 9}, "application/json").status_code
    done = client_of(member).post(path, {"choice": 3}, "application/json").json()
    result = client_of(owner).get(f"/api/v1{live.get_absolute_url()}pulses/").json()[0]

    assert (hidden, page.status_code, stranger, bad) == (404, 200, 404, 400)
    assert (done["choice"], result["answered"], result["share"]) == (3, 1, None)
    assert (
        "1 yes, 0 partly, 0 no"
        in client_of(owner).get(f"{live.get_absolute_url()}roadmap/").content.decode()
    )


def test_roadmap_costs_the_same(
    client_of: ClientOf, owner: User, mate: User, live: Dashboard, thread: Thread
) -> None:
    """However many items were shipped, each with who asked for it, a question and its KPI."""
    begun = timezone.now()

    def cost(items: int) -> int:
        for _one in range(items):
            number = Version.objects.order_by("-number").values_list("number", flat=True)[0] + 1
            version = live.versions.create(
                number=number, state="superseded", document={}, sha256="", author=owner,
                released_at=begun,
            )  # fmt: skip
            item = live.roadmap.create(
                title=f"Item {number}", state="shipped", version=version, author=owner
            )
            asked = Thread.objects.create(
                dashboard=live, version=thread.version, tile_key=thread.tile_key, text="x",
                seen=thread.seen, kind="idea", title=f"T{number}", author=mate, item=item,
                active_at=begun, kpi_version=thread.kpi_version,
            )  # fmt: skip
            asked.votes.create(person=owner)
            Pulse.objects.create(version=version, due_at=begun).answers.create(person=mate)
        client = client_of(owner)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{live.get_absolute_url()}roadmap/").content.decode()
        assert f"Item {number}" in page
        assert f"Version {number}" in page
        return len(queries)

    assert cost(1) == cost(2) == cost(27)


def test_item_in_a_draft_comes_now(
    owner: User, live: Dashboard, thread: Thread, item: RoadmapItem
) -> None:
    drafts.start_version(actor=owner, dashboard=live)
    roadmap.put_in_draft(actor=owner, item=item)

    with pytest.raises(Conflict, match="take it out first"):
        roadmap.change_item(actor=owner, item=item, title="x", text="", state="later")

    release(owner, live)
    assert state_of(thread) == "shipped"


def test_comments_are_read_from_five_answers_on_and_without_names(
    client_of: ClientOf, owner: User, live: Dashboard, pulse: Pulse
) -> None:
    answers = list(pulse.answers.select_related("person").order_by("pk"))
    for answer, comment in zip(answers[:4], ["d", "Better now", "", "a"], strict=True):
        pulses.answer_pulse(actor=answer.person, answer=answer, choice=3, comment=comment)
    [four] = selectors.pulse_results(owner, live)
    pulses.answer_pulse(actor=answers[4].person, answer=answers[4], choice=1)

    [five] = selectors.pulse_results(owner, live)
    page = client_of(owner).get(f"{live.get_absolute_url()}roadmap/").content.decode()

    assert (four.comments, sorted(five.comments)) == ([], ["Better now", "a", "d"])
    assert "Better now" in page
    assert answers[1].person.name not in page
