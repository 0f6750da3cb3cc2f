"""Many at once: a vote is one row per person, a decision is made once."""

from __future__ import annotations

import pytest

from ace_portal.accounts.models import User
from feedback.models import Move, Thread, Vote
from feedback.selectors import thread_for
from feedback.services import moves, talk
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_toggles_leave_count_and_rows_equal(mate: User, thread: Thread) -> None:
    calls = [
        lambda on=number % 2 == 0: talk.vote(actor=mate, thread=thread, on=on)
        for number in range(50)
    ]

    done = at_once([*calls, lambda: None])
    talk.vote(actor=mate, thread=thread, on=True)

    assert done == 51
    assert Vote.objects.filter(thread=thread).count() == 1
    assert thread_for(mate, thread.pk).votes_n == 1


def test_two_decisions_at_once_are_one(owner: User, ace: User, thread: Thread) -> None:
    calls = [
        lambda who=who: moves.decide(actor=who, thread=thread, to="answered", reply="Yes.")
        for who in (owner, ace) * 3
    ]

    assert at_once(calls) == 1
    assert (Move.objects.count(), thread.comments.count()) == (1, 1)
