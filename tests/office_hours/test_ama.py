"""A session from its announcement to its end, and who may know of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.home.selectors.needs import needs_of
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.notifications.models import Delivery
from ace_portal.notifications.selectors import new_count
from dashboards.content.models import Dashboard
from feedback.selectors import threads_for
from office_hours.models import SESSION_MOVES, AMAQuestion, AMASession
from office_hours.selectors.ama import figures_of, session_for, sessions_for
from office_hours.services import ama, questions
from office_hours.services.ama import Outcome
from tests.fixtures.world import World
from tests.office_hours.conftest import make_live, make_session

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
State = AMASession.State


def told(person: User) -> list[str]:
    rows = Delivery.objects.filter(person=person, channel="inbox").order_by("pk")
    return [row.event.title for row in rows.select_related("event")]


def test_publishing_tells_the_audience_and_nobody_else(
    owner: User, member: User, colleague: User, outsider: User, world: World
) -> None:
    session = make_session(owner, everybody=False, groups=[world.group])
    drafts = [sessions_for(person).count() for person in (owner, member)]

    ama.publish_session(actor=owner, session=session)

    assert drafts == [1, 0]
    assert [told(person) for person in (member, colleague, outsider, owner)] == [
        ["Ask me anything: Ask us about the SLA"], [], [], [],
    ]  # fmt: skip
    assert [sessions_for(person).count() for person in (member, colleague, outsider)] == [1, 0, 0]


def test_cancelling_says_why(owner: User, member: User, announced: AMASession) -> None:
    with pytest.raises(Invalid, match="Say why"):
        ama.cancel_session(actor=owner, session=announced, reason=" ")

    ama.cancel_session(actor=owner, session=announced, reason="The host is ill.")

    assert told(member)[-1] == "Cancelled: Ask us about the SLA"
    assert session_for(member, announced.pk).reason == "The host is ill."


def test_new_time_is_told(owner: User, member: User, announced: AMASession) -> None:
    ama.change_session(actor=owner, session=announced, title="Ask us")
    before = told(member)
    later = announced.starts_at + timedelta(days=1)
    ama.change_session(
        actor=owner, session=announced, starts_at=later, ends_at=later + timedelta(hours=1)
    )

    assert (len(before), told(member)[-1]) == (1, "New time: Ask us")


def test_clock_begins_what_is_due_once(owner: User, announced: AMASession) -> None:
    early = ama.start_due(now=announced.starts_at - timedelta(seconds=1))
    due = [ama.start_due(now=announced.starts_at) for _turn in range(2)]

    announced.refresh_from_db()
    assert (early, due, announced.state) == (0, [1, 0], "live")


def test_session_that_was_missed_does_not_begin_and_waits_for_its_host(
    owner: User, ace: User, member: User, announced: AMASession
) -> None:
    """As after a night without a worker."""
    past = timezone.now() - timedelta(hours=2)
    AMASession.objects.update(starts_at=past, ends_at=past + timedelta(hours=1))
    before = told(member)

    begun = ama.start_due(now=timezone.now())

    announced.refresh_from_db()
    assert (begun, announced.state, told(member)) == (0, "published", before)
    assert [need.kind for need in needs_of(owner).needs] == [
        "Session that did not begin: move or cancel it"
    ]
    assert needs_of(ace).needs == []


def test_time_of_a_session_is_told_in_the_zone_of_its_host(
    owner: User, ace: User, member: User
) -> None:
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    begins = datetime(2030, 1, 15, 9, 0, tzinfo=UTC)
    session = make_session(owner, starts_at=begins, ends_at=begins + timedelta(hours=1))
    ama.publish_session(actor=owner, session=session)

    ama.start_due(now=begins)

    rows = Delivery.objects.filter(person=member, channel="inbox").order_by("pk")
    assert [row.event.text for row in rows] == [
        "Tue 15 Jan 2030, 18:00 Asia/Tokyo. All about it.",
        "Until 19:00 Asia/Tokyo. Ask, vote, and follow the answers.",
    ]


def test_live_session_is_told_to_its_audience_once_and_while_it_is_live(
    owner: User, member: User, colleague: User, world: World
) -> None:
    session = make_session(owner, everybody=False, groups=[world.group])
    ama.publish_session(actor=owner, session=session)
    questions.ask(actor=member, session=session, text="Why did March break?")
    for _turn in range(2):
        ama.start_due(now=session.starts_at)
    told_of = [told(person) for person in (member, colleague)]
    during = new_count(member)
    session.refresh_from_db()
    session.questions.update(state="hidden")
    ama.close_session(actor=owner, session=session)

    assert told_of == [["Ask me anything: Ask us about the SLA", "Live now: Ask us about the SLA"],
                       []]  # fmt: skip
    assert (during, new_count(member)) == (2, 1)


@pytest.mark.parametrize("state", list(State))
def test_only_legal_moves_are_made(owner: User, session: AMASession, state: State) -> None:
    calls = {
        State.PUBLISHED: lambda row: ama.publish_session(actor=owner, session=row),
        State.LIVE: lambda row: ama.start_session(actor=owner, session=row),
        State.CLOSED: lambda row: ama.close_session(actor=owner, session=row),
        State.CANCELLED: lambda row: ama.cancel_session(actor=owner, session=row, reason="No."),
    }
    done = set()
    for to, call in calls.items():
        AMASession.objects.filter(pk=session.pk).update(state=state)
        try:
            call(session)
        except Conflict:
            continue
        done.add(to)

    assert done == SESSION_MOVES[state]


def test_only_the_host_leads(ace: User, member: User, announced: AMASession) -> None:
    for person in (ace, member):
        with pytest.raises(NotAllowed):
            ama.start_session(actor=person, session=announced)
    with pytest.raises(NotAllowed):
        make_session(member)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"everybody": False}, "groups"),
        ({"ends_at": timezone.now()}, "ends_at"),
    ],
)
def test_bad_announcement_names_its_field(
    owner: User, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make_session(owner, **fields)

    assert (refused.value.field, AMASession.objects.count()) == (field, 0)


def test_what_is_over_is_not_announced(owner: User) -> None:
    past = timezone.now() - timedelta(days=1)
    session = make_session(owner, starts_at=past, ends_at=past + timedelta(hours=1))

    with pytest.raises(Invalid, match="over already"):
        ama.publish_session(actor=owner, session=session)


def test_closing_leaves_nothing_behind(
    owner: User, ace: User, member: User, running: AMASession
) -> None:
    first, second, third = (
        questions.ask(actor=member, session=running, text=text)
        for text in ("Why March?", "Why April?", "Why May?")
    )
    questions.put_on_stage(actor=owner, question=first)
    questions.answer(actor=owner, question=first, live=True)
    questions.put_on_stage(actor=owner, question=second)
    due = TODAY() + timedelta(days=3)
    with pytest.raises(Invalid, match="Why May"):
        ama.close_session(actor=owner, session=running, outcomes=[Outcome(second.pk, ace, due)])
    untouched = AMAQuestion.objects.get(pk=second.pk).state

    ama.close_session(
        actor=owner, session=running,
        outcomes=[Outcome(second.pk, ace, due), Outcome(third.pk, ace, due)],
    )  # fmt: skip

    rows = AMAQuestion.objects.values_list("state", "owner", "due").order_by("pk")
    assert untouched == "asked"
    assert list(rows)[1:] == [("deferred", ace.pk, due)] * 2
    assert [need.title for need in needs_of(ace).needs] == ["Why April?", "Why May?"]
    assert told(member)[-2:] == [
        "Your question is answered later: Why April?", "Your question is answered later: Why May?",
    ]  # fmt: skip
    figures = figures_of(running)
    assert (figures.asked, figures.live, figures.later, figures.share) == (3, 1, 0, 33)

    questions.answer(actor=ace, question=second, text="The **network** failed.")
    assert [need.title for need in needs_of(ace).needs] == ["Why May?"]
    assert (figures_of(running).later, figures_of(running).share) == (1, 67)


def test_closing_waits_for_the_moderators(owner: User, member: User) -> None:
    session = make_live(owner, approval=True)
    waiting = questions.ask(actor=member, session=session, text="May I?")
    with pytest.raises(Conflict, match="1 question waits"):
        ama.close_session(actor=owner, session=session)

    questions.hide(actor=owner, question=waiting, reason="Asked before.")

    assert ama.close_session(actor=owner, session=session).state == "closed"


@pytest.mark.parametrize("without_name", [False, True])
def test_unanswered_question_goes_on_as_feedback_on_the_dashboard(
    owner: User, ace: User, member: User, live: Dashboard, world: World, without_name: bool
) -> None:
    session = make_live(owner, dashboard=live, everybody=False, groups=[world.group])
    question = questions.ask(
        actor=member, session=session, text="Why **March**?", without_name=without_name
    )
    due = TODAY() + timedelta(days=3)

    ama.close_session(actor=owner, session=session, outcomes=[Outcome(question.pk, ace, due)])

    thread = threads_for(member).get()
    question.refresh_from_db()
    assert (thread.author, thread.owner, thread.tile_key) == (member, ace, "")
    assert (thread.title, thread.seen["title"], thread.private) == (
        "Why March?", "Incident service", without_name,
    )  # fmt: skip
    assert question.thread == thread
    assert [need.kind for need in needs_of(ace).needs] == ["Feedback without an answer"]
    with pytest.raises(Conflict, match="in its thread"):
        questions.answer(actor=ace, question=question, text="Here.")


def test_feedback_stays_private_where_more_people_read_it_than_were_there(
    owner: User, member: User, live: Dashboard, world: World
) -> None:
    session = make_live(owner, dashboard=live, everybody=False, groups=[world.other_group])
    question = questions.ask(actor=owner, session=session, text="Between us?")

    ama.close_session(actor=owner, session=session, outcomes=[Outcome(question.pk, owner, TODAY())])

    assert list(threads_for(member)) == []
    assert threads_for(owner).get().private
