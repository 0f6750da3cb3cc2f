"""The home page of each of the cast, full and empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.home.selectors.needs import needs_of
from ace_portal.lib.needs import AT_MOST
from ace_portal.notifications.models import Mail
from dashboards.content.models import Dashboard
from dashboards.reports.models import ReportRun
from dashboards.reports.services.subscriptions import subscribe
from feedback.models import Thread
from feedback.selectors import unanswered_by_age
from kpis.models import KPIVersion
from office_hours.models import Lesson
from office_hours.services.booking import book
from personas.models import Persona
from personas.services import people
from tests.fixtures.world import World
from tests.office_hours.conftest import NINE, clock, host  # noqa: F401

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def kinds(user: User) -> list[str]:
    return [need.kind for need in needs_of(user).needs]


def test_empty_home_says_what_it_is_for_and_where_to_go(
    client_of: ClientOf, outsider: User, everything: Dashboard
) -> None:
    home = client_of(outsider).get("/").content.decode()

    assert "No dashboard is open to you yet" in home
    assert ('href="/sessions/">Talk to the ACE' in home, "Meet the ACE" in home) == (True, True)
    assert [word for word in ("falcon", "Incident", "What needs you", "speech bubble")
            if word in home] == []  # fmt: skip


def test_member_sees_figures_session_words_and_lesson_of_the_group(
    client_of: ClientOf, owner: User, member: User, colleague: User, everything: Dashboard
) -> None:
    Lesson.objects.update(author=owner)
    home = client_of(member).get("/").content.decode()
    other = client_of(colleague).get("/").content.decode()

    shown = ["Incident service", "Next session", "Ask about the falcon", "Why did the falcon",
             "What became of your words", "Feed the falcon first"]  # fmt: skip
    assert [word for word in shown if word not in home] == []
    assert [word for word in shown if word in other] == []


def test_administrator_sees_the_way_to_people_and_refused_mails(
    client_of: ClientOf, admin: User, member: User
) -> None:
    Mail.objects.create(
        person=member, to=member.email, subject="S", text="T", message_id="<1@x>", state="failed",
        reason="The mail server refuses the address.", sent_at=timezone.now(),
    )  # fmt: skip

    home = client_of(admin).get("/").content.decode()

    assert ('href="/account/people/"' in home, 'href="/admin/audit/"' in home) == (True, True)
    assert kinds(admin) == ["Mail refused"]
    assert needs_of(admin).needs[0].url == f"/account/people/{member.pk}/edit/"
    assert needs_of(member).needs == []


def test_mails_that_were_given_up_are_one_thing_for_the_ace(ace: User, member: User) -> None:
    for number in range(3):
        Mail.objects.create(
            person=member, to=member.email, subject="S", text="T", message_id=f"<{number}@x>",
            state="failed" if number else "queued", reason="It cannot be reached.",
        )  # fmt: skip

    [need] = needs_of(ace).needs

    assert (need.kind, need.count, need.url) == ("Mail given up", 2, "/background/")


def test_reviews_and_reports_wait_for_their_owner_alone(
    owner: User, ace: User, member: User, everything: Dashboard, world: World
) -> None:
    Dashboard.objects.update(review_due=date(2020, 3, 1))
    Persona.objects.filter(pk=world.persona.pk).update(review_due=date(2020, 1, 1))
    report = subscribe(actor=member, dashboard=everything, every="weekly", hour=8)
    ReportRun.objects.create(
        subscription=report, due_at=timezone.now(), ended_at=timezone.now(), state="failed",
        reason="No mail server.",
    )  # fmt: skip

    assert kinds(owner)[:2] == ["Persona to review", "Review is due"]
    assert "Report failed" in kinds(owner)
    assert {"Persona to review", "Review is due", "Report failed"} & set(kinds(ace)) == set()
    assert kinds(member) == []


def test_report_that_went_out_later_waits_no_more(
    owner: User, member: User, everything: Dashboard
) -> None:
    report = subscribe(actor=member, dashboard=everything, every="weekly", hour=8)
    now = timezone.now()
    for state, due in (("failed", now - timedelta(days=7)), ("sent", now)):
        ReportRun.objects.create(subscription=report, due_at=due, ended_at=due, state=state)

    assert "Report failed" not in kinds(owner)


def test_lesson_waits_for_who_sees_to_it(member: User, owner: User, everything: Dashboard) -> None:
    Lesson.objects.update(owner=member, due=timezone.localdate())

    assert (kinds(member), "A lesson's change was due" in kinds(owner)) == (
        ["A lesson's change was due"], False
    )  # fmt: skip


def test_oldest_come_first_and_the_rest_is_said(
    client_of: ClientOf, owner: User, world: World, sla: KPIVersion
) -> None:
    decision = world.persona.claims.filter(kind="decision").get()
    for number in range(AT_MOST + 1):
        people.ask_question(
            actor=owner, persona=world.persona, text=f"{number}?", decision=decision
        )
    people.create_persona(actor=owner, name="X", decisions=["D"], review_due=date(2020, 1, 1))

    waiting = needs_of(owner)

    assert ([need.title for need in waiting.needs[:2]], len(waiting.needs), waiting.more) == (
        ["X", "0?"], AT_MOST, True
    )  # fmt: skip
    assert "More than 12 things wait for you" in client_of(owner).get("/").content.decode()


def test_feedback_is_counted_by_its_age(owner: User, member: User, everything: Dashboard) -> None:
    first, second = Thread.objects.order_by("pk")
    Thread.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=4))

    assert unanswered_by_age(owner) == {"today": 1, "three": 0, "five": 1, "late": 0}
    assert unanswered_by_age(member) == {"today": 0, "three": 0, "five": 0, "late": 0}
    assert second.answered_at is None


def test_today_shows_whom_one_meets_to_both_and_to_nobody_else(
    client_of: ClientOf, request: pytest.FixtureRequest, member: User, owner: User, ace: User
) -> None:
    traveller, row = request.getfixturevalue("clock"), request.getfixturevalue("host")
    booking = book(actor=member, host=row, starts_at=NINE, topic="SLA in week 44")
    before = client_of(owner).get("/").content.decode()
    traveller.move_to(NINE - timedelta(minutes=30))
    after = [client_of(person).get("/").content.decode() for person in (owner, member, ace)]

    assert ("No session today" in before, booking.topic in before) == (True, False)
    assert [booking.topic in page for page in after] == [True, True, False]


@pytest.mark.parametrize("name", ["owner", "member", "outsider", "admin"])
def test_home_asks_a_fixed_number_of_questions(
    name: str, request: pytest.FixtureRequest, client_of: ClientOf, owner: User,
    everything: Dashboard, world: World,
) -> None:  # fmt: skip
    person = request.getfixturevalue(name)
    decision = world.persona.claims.filter(kind="decision").get()

    def queries(more: int) -> int:
        for _one in range(more):
            people.ask_question(actor=owner, persona=world.persona, text="?", decision=decision)
            thread = Thread.objects.filter(private=False)[0]
            thread.pk = None
            thread.save()
            lesson = Lesson.objects.all()[0]
            lesson.pk, lesson.everybody, lesson.owner, lesson.due = None, True, person, "2020-01-01"
            lesson.save()
        with CaptureQueriesContext(connection) as captured:
            assert client_of(person).get("/").status_code == 200
        return len(captured)

    queries(1)
    assert queries(3) == queries(30)
