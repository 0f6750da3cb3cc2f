"""Every legal move of a thread is made, every other one refused."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from django.db import transaction

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from dashboards.content.models import Dashboard
from feedback.models import MOVES, Follow, Thread, Vote
from feedback.services import moves, talk
from feedback.services.threads import open_thread
from tests.feedback.test_threads import told
from tests.fixtures.dashboards import make_dashboard
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

State = Thread.State
#: as the table of states has them, written down a second time
LEGAL = {
    ("open", "acknowledged"), ("acknowledged", "planned"), ("planned", "in_version"),
    ("in_version", "shipped"), ("open", "answered"), ("open", "declined"), ("open", "duplicate"),
    ("acknowledged", "answered"), ("acknowledged", "declined"), ("acknowledged", "duplicate"),
    ("shipped", "open"), ("answered", "open"), ("declined", "open"), ("duplicate", "open"),
    # where an item of the roadmap is dropped, or taken out of a version
    ("planned", "acknowledged"), ("in_version", "planned"),
}  # fmt: skip


def put(thread: Thread, state: str, other: Thread | None = None) -> Thread:
    thread.state, thread.duplicate_of = State(state), other if state == "duplicate" else None
    thread.save()
    return thread


@pytest.fixture
def other(member: User, live: Dashboard, chart: str) -> Thread:
    return open_thread(
        actor=member, dashboard=live, tile_key=chart, kind="idea", text="Weekends apart."
    )


@pytest.mark.parametrize("before", State.values)
def test_moves_are_the_legal_ones(owner: User, thread: Thread, other: Thread, before: str) -> None:
    for after in State.values:
        with transaction.atomic():
            put(thread, before, other)
            thread.duplicate_of = other if after == "duplicate" else None
            legal = (before, after) in LEGAL
            with nullcontext() if legal else pytest.raises(Conflict):
                moves.move(thread, actor=owner, to=State(after), reply="Because.")

            state = Thread.objects.get(pk=thread.pk).state
            assert (after, state) == (after, after if legal else before)
            transaction.set_rollback(True)
        assert (State(after) in MOVES[State(before)]) == legal


@pytest.mark.parametrize("to", ["answered", "declined"])
def test_closing_needs_a_public_reply(owner: User, thread: Thread, to: str) -> None:
    with pytest.raises(Invalid) as refused:
        moves.decide(actor=owner, thread=thread, to=to, reply=" ")

    assert refused.value.field == "reply"
    assert Thread.objects.get(pk=thread.pk).state == "open"


def test_decision_is_told_to_author_voters_and_followers(
    owner: User, ace: User, member: User, mate: User, thread: Thread
) -> None:
    talk.vote(actor=mate, thread=thread, on=True)
    talk.follow(actor=ace, thread=thread, on=True)

    moves.decide(actor=owner, thread=thread, to="declined", reply="The data has no shifts.")

    said = "Declined: Can we split it by shift?"
    assert [told(person)[-1:] for person in (member, mate, ace)] == [[said], [said], [said]]
    [comment] = thread.comments.all()
    assert (comment.text, comment.author) == ("The data has no shifts.", owner)


@pytest.mark.parametrize("to", ["planned", "in_version", "shipped"])
def test_what_follows_from_the_roadmap_is_not_done_by_hand(
    owner: User, thread: Thread, to: str
) -> None:
    put(thread, "acknowledged")
    with pytest.raises(Conflict):
        moves.decide(actor=owner, thread=thread, to=to, reply="Soon.")


def test_member_decides_nothing(member: User, mate: User, thread: Thread) -> None:
    for person in (member, mate):
        with pytest.raises(NotAllowed):
            moves.decide(actor=person, thread=thread, to="answered", reply="I know.")
        with pytest.raises(NotAllowed):
            moves.assign(actor=person, thread=thread, owner=None)


def test_author_opens_what_is_over_again_with_a_reason(
    owner: User, member: User, mate: User, thread: Thread
) -> None:
    moves.decide(actor=owner, thread=thread, to="answered", reply="It is the holidays.")
    with pytest.raises(NotAllowed):
        moves.decide(actor=mate, thread=thread, to="open", reply="No.")
    with pytest.raises(Invalid):
        moves.decide(actor=member, thread=thread, to="open")

    moves.decide(actor=member, thread=thread, to="open", reply="It is not.")

    assert Thread.objects.get(pk=thread.pk).state == "open"


def test_merge_brings_its_people_along(
    owner: User, member: User, mate: User, live: Dashboard, chart: str, thread: Thread
) -> None:
    other = open_thread(
        actor=mate, dashboard=live, tile_key=chart, kind="idea", text="Nights apart, please."
    )

    moves.decide(actor=owner, thread=thread, to="duplicate", duplicate_of=other)

    assert Thread.objects.get(pk=thread.pk).duplicate_of == other
    assert set(Vote.objects.filter(thread=other).values_list("person__name", flat=True)) == {
        "Member"
    }
    assert Follow.objects.filter(thread=other, person=member).exists()


def test_merge_needs_another_thread_that_stands(owner: User, thread: Thread, other: Thread) -> None:
    with pytest.raises(Invalid):
        moves.decide(actor=owner, thread=thread, to="duplicate")
    with pytest.raises(Invalid):
        moves.decide(actor=owner, thread=thread, to="duplicate", duplicate_of=thread)
    moves.decide(actor=owner, thread=other, to="duplicate", duplicate_of=thread)
    with pytest.raises(Invalid):
        moves.decide(actor=owner, thread=thread, to="duplicate", duplicate_of=other)


def test_only_the_ace_takes_care(owner: User, ace: User, member: User, thread: Thread) -> None:
    with pytest.raises(Invalid):
        moves.assign(actor=owner, thread=thread, owner=member)

    moves.assign(actor=owner, thread=thread, owner=ace)

    assert Thread.objects.get(pk=thread.pk).owner == ace
    assert told(ace) == ["You take care of: Can we split it by shift?"]


def test_thread_of_another_dashboard_is_no_duplicate(
    owner: User, world: World, thread: Thread
) -> None:
    elsewhere = make_dashboard(owner, world, name="Change calendar")
    other = Thread.objects.create(
        dashboard=elsewhere, version=thread.version, tile_key=thread.tile_key, seen=thread.seen,
        kind="idea", title="Elsewhere", text="x", author=thread.author, active_at=thread.active_at,
    )  # fmt: skip

    with pytest.raises(Invalid, match="same dashboard"):
        moves.decide(actor=owner, thread=thread, to="duplicate", duplicate_of=other)


def test_who_takes_care_is_told_each_time_and_of_what_is_said(
    owner: User, ace: User, mate: User, thread: Thread
) -> None:
    for person in (ace, owner, ace):
        moves.assign(actor=owner, thread=thread, owner=person)
    talk.reply(actor=mate, thread=thread, text="Nights, too.")

    assert [line.partition(":")[0] for line in told(ace)] == [
        "You take care of", "You take care of", "Mate replied"
    ]  # fmt: skip
