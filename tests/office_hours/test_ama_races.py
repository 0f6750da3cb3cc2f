"""Many at once: a vote is one row per person, a move is made once."""

from __future__ import annotations

import pytest

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from office_hours.models import AMASession, AMAVote
from office_hours.selectors.ama import question_for
from office_hours.services import ama, questions
from tests.feedback.test_races import at_once
from tests.fixtures.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_votes_at_once_are_fifty(owner: User, running: AMASession) -> None:
    question = questions.ask(actor=owner, session=running, text="Why March?")
    people = [make_person(f"voter{number}") for number in range(25)]
    calls = [
        lambda who=who: questions.vote(actor=who, question=question, on=True) for who in people * 2
    ]

    done = at_once(calls)

    assert (done, AMAVote.objects.count()) == (50, 25)
    assert question_for(owner, question.pk).votes_n == 25


def test_two_moderators_make_one_move(owner: User, ace: User, running: AMASession) -> None:
    first = questions.ask(actor=owner, session=running, text="One?")
    second = questions.ask(actor=owner, session=running, text="Two?")
    calls = [
        lambda who=who, what=what: questions.put_on_stage(actor=who, question=what)
        for who in (owner, ace)
        for what in (first, second, first)
    ]

    done = at_once(calls)
    asked = running.questions.get(state="asked")
    answered = at_once(
        [
            lambda who=who: questions.answer(actor=who, question=asked, live=True)
            for who in (owner, ace)
        ]
    )

    assert (done, answered) == (1, 1)
    moves = AuditEntry.objects.filter(action="ama_question.move")
    assert moves.count() == 2


def test_clock_and_hand_begin_it_once(owner: User, announced: AMASession) -> None:
    calls = [
        lambda: ama.start_session(actor=owner, session=announced),
        lambda: ama.start_due(now=announced.starts_at),
    ] * 3

    at_once(calls)

    moves = AuditEntry.objects.filter(action="ama.move", details__after="live")
    assert moves.count() == 1
