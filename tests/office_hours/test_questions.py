"""Asking and voting by the audience, moderating by the ACE."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible, PortalError
from ace_portal.notifications.models import Delivery
from office_hours.models import QUESTION_MOVES, AMAQuestion, AMASession
from office_hours.selectors.ama import fingerprint, questions_for, questions_of
from office_hours.services import ama, questions
from tests.fixtures.world import World
from tests.office_hours.conftest import make_session

pytestmark = pytest.mark.django_db
State = AMAQuestion.State


def ask(actor: User, session: AMASession, text: str = "Why March?") -> AMAQuestion:
    return questions.ask(actor=actor, session=session, text=text)


def test_question_waits_where_the_session_says_so(
    owner: User, member: User, colleague: User
) -> None:
    session = ama.publish_session(actor=owner, session=make_session(owner, approval=True))
    waiting = ask(member, session)
    mine = ask(owner, session, "Ours?")
    seen = [questions_for(person).count() for person in (owner, member, colleague)]
    questions.change_question(actor=member, question=waiting, text="Why was March bad?")

    questions.approve(actor=owner, question=waiting)

    assert (waiting.state, mine.state, seen) == ("pending", "published", [2, 2, 1])
    assert questions_for(colleague).get(pk=waiting.pk).text == "Why was March bad?"
    with pytest.raises(Conflict, match="not changed any more"):
        questions.change_question(actor=member, question=waiting, text="Something else")
    with pytest.raises(NotAllowed):
        questions.change_question(actor=colleague, question=waiting, text="Mine now")


def test_hidden_question_is_read_by_its_author_and_moderators(
    owner: User, member: User, colleague: User, announced: AMASession
) -> None:
    question = ask(member, announced)
    with pytest.raises(Invalid, match="Say why"):
        questions.hide(actor=owner, question=question, reason="")

    questions.hide(actor=owner, question=question, reason="It names a person.")

    seen = [questions_for(person).count() for person in (owner, member, colleague)]
    event = Delivery.objects.filter(person=member).latest("pk").event
    assert (seen, event.text) == ([1, 1, 0], "It names a person.")


def test_order_is_by_votes_with_the_asked_one_on_top(
    owner: User, member: User, colleague: User, outsider: User, running: AMASession
) -> None:
    first, second, third = (ask(member, running, text) for text in ("One?", "Two?", "Three?"))
    for person in (colleague, outsider):
        questions.vote(actor=person, question=second, on=True)
    questions.vote(actor=colleague, question=third, on=True)
    by_votes = [question.text for question in questions_of(member, running)]

    questions.put_on_stage(actor=owner, question=first)

    assert by_votes == ["Two?", "Three?", "One?"]
    assert [question.text for question in questions_of(member, running)] == [
        "One?", "Two?", "Three?",
    ]  # fmt: skip
    with pytest.raises(Conflict, match="Another question"):
        questions.put_on_stage(actor=owner, question=second)


def test_vote_counts_once_and_not_ones_own(
    member: User, colleague: User, announced: AMASession
) -> None:
    question = ask(member, announced)
    for on in (True, True, False, True):
        questions.vote(actor=colleague, question=question, on=on)

    assert question.votes.count() == 1
    with pytest.raises(Conflict, match="yours already"):
        questions.vote(actor=member, question=question, on=True)


def test_nobody_asks_or_votes_where_they_are_not_invited(
    owner: User, member: User, colleague: User, world: World
) -> None:
    session = make_session(owner, everybody=False, groups=[world.group])
    ama.publish_session(actor=owner, session=session)
    question = ask(member, session)

    with pytest.raises(NotVisible):
        ask(colleague, session)
    with pytest.raises(NotVisible):
        questions.vote(actor=colleague, question=question, on=True)
    ama.cancel_session(actor=owner, session=session, reason="Ill.")
    with pytest.raises(Conflict, match="No questions are taken"):
        ask(member, session)


@pytest.mark.parametrize("state", list(State))
def test_only_legal_moves_are_made(owner: User, running: AMASession, state: State) -> None:
    question = ask(owner, running)
    kept = {"owner": owner, "due": timezone.localdate()} if state == State.DEFERRED else {}
    calls = {
        State.PUBLISHED: lambda: questions.approve(actor=owner, question=question),
        State.HIDDEN: lambda: questions.hide(actor=owner, question=question, reason="No."),
        State.ASKED: lambda: questions.put_on_stage(actor=owner, question=question),
        State.ANSWERED: lambda: questions.answer(actor=owner, question=question, text="So."),
        State.DEFERRED: lambda: questions.defer(
            actor=owner, question=question, owner=owner, due=timezone.localdate()
        ),
    }
    done = set()
    for to, call in calls.items():
        AMAQuestion.objects.filter(pk=question.pk).update(state=state, **kept)
        try:
            call()
        except Conflict:
            continue
        done.add(to)

    # Undoing is a move of its own, and closing defers what was never asked.
    apart = {State.ANSWERED: {State.ASKED}, State.PUBLISHED: {State.DEFERRED}}.get(state, set())
    assert done == QUESTION_MOVES[state] - apart


def test_answer_is_undone_while_the_session_is_live(
    owner: User, member: User, running: AMASession
) -> None:
    question = ask(member, running)
    questions.put_on_stage(actor=owner, question=question)
    with pytest.raises(Invalid, match="Write the answer"):
        questions.answer(actor=owner, question=question)
    questions.answer(actor=owner, question=question, live=True, text="See the chart.")

    questions.undo(actor=owner, question=question)
    undone = AMAQuestion.objects.get(pk=question.pk)
    questions.answer(actor=owner, question=question, text="In **writing**.")

    told = Delivery.objects.filter(person=member, channel="inbox", event__kind="ama.question")
    assert (undone.state, undone.answer, undone.answered_at) == ("asked", "", None)
    assert [row.event.text for row in told.order_by("pk")] == ["See the chart.", "In writing."]
    ama.close_session(actor=owner, session=running)
    with pytest.raises(Conflict, match="while the session is live"):
        questions.undo(actor=owner, question=question)


def test_what_was_put_off_is_answered_in_writing(
    owner: User, member: User, running: AMASession
) -> None:
    question = ask(member, running)
    questions.put_on_stage(actor=owner, question=question)
    questions.defer(actor=owner, question=question, owner=owner, due=timezone.localdate())

    for live in (False, True):
        with pytest.raises(Invalid, match="Write the answer") as refused:
            questions.answer(actor=owner, question=question, text=" ", live=live)
        question.refresh_from_db()
        assert (refused.value.field, question.state) == ("text", "deferred")


@pytest.mark.parametrize("move", ["approve", "hide", "put_on_stage", "undo", "answer"])
def test_moderating_is_the_teams(member: User, running: AMASession, move: str) -> None:
    question = ask(member, running)
    words = {"hide": {"reason": "x"}, "answer": {"text": "x"}}.get(move, {})

    with pytest.raises(NotAllowed):
        getattr(questions, move)(actor=member, question=question, **words)


def test_deferring_names_somebody_of_the_team_and_a_day_to_come(
    owner: User, member: User, running: AMASession
) -> None:
    question = ask(member, running)
    questions.put_on_stage(actor=owner, question=question)
    today = timezone.localdate()
    fields = []
    for who, day in ((member, today), (owner, today - timedelta(days=1))):
        with pytest.raises(PortalError) as refused:
            questions.defer(actor=owner, question=question, owner=who, due=day)
        fields.append(refused.value.field)

    assert fields == ["owner", "due"]


def test_fingerprint_changes_with_what_is_shown(
    owner: User, member: User, colleague: User, running: AMASession
) -> None:
    def look() -> str:
        return fingerprint(member, AMASession.objects.get(pk=running.pk))

    seen = [look(), look()]
    question = ask(member, running)
    seen.append(look())
    questions.vote(actor=colleague, question=question, on=True)
    seen.append(look())
    questions.vote(actor=colleague, question=question, on=False)
    seen.append(look())
    questions.put_on_stage(actor=owner, question=question)
    seen.append(look())
    questions.answer(actor=owner, question=question, live=True)
    seen.append(look())
    ama.close_session(actor=owner, session=running)
    seen.append(look())

    assert seen[0] == seen[1]
    assert len(set(seen)) == 6  # a vote that is taken back leaves what was
    assert seen[2] == seen[4]
