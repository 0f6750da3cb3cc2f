"""Who leaves: nobody waits for them, and nobody is left alone with what they began."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.accounts.services import change_person
from ace_portal.home.selectors.needs import needs_of
from ace_portal.lib.errors import NotAllowed
from office_hours.models import AMASession, Booking, Host
from office_hours.services import ama, questions
from office_hours.services import booking as services
from tests.fixtures.kpis import run_jobs
from tests.fixtures.mailbox import Sink
from tests.office_hours.conftest import NINE, make_live, make_session
from tests.office_hours.test_ama import told

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LEAVES = pytest.mark.parametrize("fields", [{"is_active": False}, {"is_ace": False}])


@LEAVES
def test_host_who_leaves_keeps_nobody_waiting(
    sink: Sink, booking: Booking, admin: User, member: User, owner: User, fields: dict[str, bool]
) -> None:
    run_jobs()
    sink.taken.clear()

    change_person(actor=admin, person=owner, **fields)
    run_jobs()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == ("cancelled", "Owner is not there any more.")
    told = [(mail["To"], mail["Subject"]) for mail in sink.taken if mail["To"] == member.email]
    assert told == [("member@example.org", "Cancelled, with Owner: SLA in week 44")]
    assert "Why: Owner is not there any more." in sink.taken[0].get_body(("plain",)).get_content()


def test_visitor_who_leaves_frees_the_time(
    host: Host, booking: Booking, admin: User, member: User, colleague: User
) -> None:
    change_person(actor=admin, person=member, is_active=False)

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert services.book(actor=colleague, host=host, starts_at=NINE, topic="Mine").pk


def test_other_change_of_a_person_cancels_nothing(
    clock: Any, booking: Booking, admin: User, owner: User, member: User
) -> None:
    change_person(actor=admin, person=owner, name="Olga")
    change_person(actor=admin, person=member, name="Max")
    clock.move_to(NINE + HOUR)
    change_person(actor=admin, person=owner, is_active=False)

    booking.refresh_from_db()
    assert booking.state == "confirmed"


@LEAVES
def test_session_of_a_host_who_leaves_does_not_take_place(
    admin: User, owner: User, ace: User, member: User, fields: dict[str, bool]
) -> None:
    mine, draft = ama.publish_session(actor=owner, session=make_session(owner)), make_session(owner)
    other = ama.publish_session(actor=ace, session=make_session(ace, title="Another"))

    change_person(actor=admin, person=owner, **fields)
    begun = ama.start_due(now=other.starts_at)

    for session in (mine, draft, other):
        session.refresh_from_db()
    assert (mine.state, mine.reason) == ("cancelled", "Owner is not there any more.")
    assert (draft.state, other.state, begun) == ("draft", "live", 1)
    assert "Cancelled: Ask us about the SLA" in told(member)


@LEAVES
def test_live_session_of_a_host_who_leaves_is_closed_by_anybody_of_the_team(
    client_of: Callable[[User], Client],
    admin: User,
    owner: User,
    ace: User,
    member: User,
    fields: dict[str, bool],
) -> None:
    session = make_live(owner)
    question = questions.ask(actor=member, session=session, text="Why?")
    close = f"{session.get_absolute_url()}close/"
    over = timezone.now() - HOUR
    AMASession.objects.update(starts_at=over - HOUR, ends_at=over)
    with pytest.raises(NotAllowed, match="Only Owner"):
        ama.close_session(actor=ace, session=session)
    before = [close in client_of(ace).get(session.get_absolute_url()).content.decode()]

    change_person(actor=admin, person=owner, **fields)
    due = timezone.localdate() + timedelta(days=2)
    shown = close in client_of(ace).get(session.get_absolute_url()).content.decode()
    waiting = [need.kind for need in needs_of(ace).needs]
    refused = client_of(member).post(close).status_code
    done = client_of(ace).post(
        close, {f"owner_{question.pk}": ace.pk, f"due_{question.pk}": due.isoformat()}
    )

    session.refresh_from_db()
    assert (before, shown, waiting, refused) == ([False], True, ["Session to close"], 403)
    assert (done.status_code, session.state) == (302, "closed")


def test_api_closes_the_session_of_a_host_who_has_left(
    client_of: Callable[[User], Client], admin: User, owner: User, ace: User
) -> None:
    session = make_live(owner)
    path, client = f"/api/v1/ama/{session.pk}/close/", client_of(ace)
    before = client.post(path, {}, "application/json").status_code

    change_person(actor=admin, person=owner, is_active=False)
    after = client.post(path, {}, "application/json")

    assert (before, after.status_code, after.json()["state"]) == (403, 200, "closed")
