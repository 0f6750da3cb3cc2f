"""Writing down what was learned, finding it again, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from ace_portal.notifications.models import Delivery
from ace_portal.notifications.selectors import new_count
from dashboards.content.models import Dashboard
from kpis.models import KPIVersion
from office_hours.models import Lesson
from office_hours.selectors.lessons import lessons_about, lessons_for, lessons_found, subjects_of
from office_hours.services import lessons, reminders
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def write(actor: User, **fields: Any) -> Lesson:
    given: dict[str, Any] = {
        "title": "Ask the night shift first", "expected": "Days differ.", "actual": "Nights do.",
        "why": "Fewer people.", "change": "Ask them.",
    }  # fmt: skip
    return lessons.write_lesson(actor=actor, **{**given, **fields})


def test_lesson_is_about_something_that_its_author_may_open(
    member: User, colleague: User, live: Dashboard
) -> None:
    with pytest.raises(Invalid, match="Say what it is about"):
        write(member)
    with pytest.raises(Invalid, match="may open") as refused:
        write(colleague, dashboards=[live])

    lesson = write(member, dashboards=[live])

    assert refused.value.field == "dashboards"
    assert list(Lesson.objects.all()) == [lesson]
    assert subjects_of(member, lesson).dashboards == [live]
    assert (subjects_of(colleague, lesson).dashboards, subjects_of(colleague, lesson).closed) == (
        [], 1,
    )  # fmt: skip


def test_restricted_lesson_is_its_groups(
    member: User, colleague: User, ace: User, live: Dashboard, world: World
) -> None:
    with pytest.raises(Invalid, match="for which groups"):
        write(member, dashboards=[live], everybody=False)
    with pytest.raises(Invalid, match="may open"):
        write(member, dashboards=[live], everybody=False, groups=[world.other_group])
    lesson = write(member, dashboards=[live], everybody=False, groups=[world.group])

    assert [lessons_for(person).count() for person in (member, ace, colleague)] == [1, 1, 0]
    with pytest.raises(NotVisible):
        lessons.say_it_helped(actor=colleague, lesson=lesson, on=True)


def test_author_and_team_change_and_archive(
    member: User, colleague: User, ace: User, sla: KPIVersion
) -> None:
    lesson = write(member, kpis=[sla.kpi])
    for act in (lessons.archive_lesson, lessons.restore_lesson):
        with pytest.raises(NotAllowed):
            act(actor=colleague, lesson=lesson)

    lessons.change_lesson(actor=ace, lesson=lesson, kpis=[sla.kpi], title="Ask nights first")
    lessons.archive_lesson(actor=member, lesson=lesson)
    seen = [lessons_for(person).count() for person in (member, ace, colleague)]
    with pytest.raises(Conflict, match="done already"):
        lessons.archive_lesson(actor=ace, lesson=lesson)
    found = [lessons_found(member).count(), lessons_found(member, archived=True).count()]
    lessons.restore_lesson(actor=ace, lesson=lesson)

    assert (seen, found) == ([1, 1, 0], [0, 1])
    assert lessons_found(colleague).get().title == "Ask nights first"


def test_what_the_person_changing_may_not_open_stays_linked(
    owner: User, member: User, live: Dashboard, sla: KPIVersion, world: World
) -> None:
    lesson = write(
        owner, dashboards=[live], kpis=[sla.kpi], everybody=False,
        groups=[world.group, world.other_group],
    )  # fmt: skip
    Lesson.objects.filter(pk=lesson.pk).update(author=member)
    lesson.refresh_from_db()

    lessons.change_lesson(actor=member, lesson=lesson, dashboards=[live], groups=[world.group])

    assert set(lesson.groups.all()) == {world.group, world.other_group}
    assert (list(lesson.dashboards.all()), list(lesson.kpis.all())) == ([live], [])


def test_helped_counts_once_and_brings_it_up(
    member: User, colleague: User, outsider: User, sla: KPIVersion
) -> None:
    old, new = (write(member, kpis=[sla.kpi], title=title) for title in ("Old", "New"))
    for on in (True, True, False, True):
        lessons.say_it_helped(actor=colleague, lesson=old, on=on)

    assert [(row.title, row.helped_n) for row in lessons_about(outsider, sla.kpi)] == [
        ("Old", 1), ("New", 0),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="It is yours"):
        lessons.say_it_helped(actor=member, lesson=new, on=True)


def test_words_dashboard_and_kpi_find_it(
    member: User, colleague: User, live: Dashboard, sla: KPIVersion
) -> None:
    write(member, dashboards=[live], title="Nights", why="Fewer PEOPLE.")
    write(member, kpis=[sla.kpi], title="Days", why="So.", change="Count people twice.")

    def titles(user: User, **asked: str) -> list[str]:
        return sorted(row.title for row in lessons_found(user, **asked))

    assert titles(member, search="people") == ["Days", "Nights"]
    assert titles(member, search="people fewer") == ["Nights"]
    assert titles(member, dashboard=live.slug) == ["Nights"]
    assert titles(member, kpi=sla.kpi.slug) == ["Days"]
    assert titles(colleague, dashboard=live.slug) == []  # nobody learns what it is about


def test_change_is_seen_to_by_oneself_or_the_team(
    member: User, colleague: User, ace: User, sla: KPIVersion
) -> None:
    with pytest.raises(Invalid, match="Choose yourself") as refused:
        write(member, kpis=[sla.kpi], owner=colleague)

    assert refused.value.field == "owner"
    assert write(member, kpis=[sla.kpi], owner=ace).owner == ace


def test_owner_is_reminded_on_the_day_once_and_of_a_new_day_anew(
    owner: User, member: User, live: Dashboard
) -> None:
    today = site_today()
    lesson = write(member, dashboards=[live], owner=owner, due=today)
    write(member, dashboards=[live], owner=owner, due=today + timedelta(days=1))
    write(member, dashboards=[live], owner=owner, due=today, applied_to="Everywhere.")
    write(member, dashboards=[live], due=today)

    counted = [reminders.remind_of_lessons(now=timezone.now()) for _turn in range(2)]
    lessons.change_lesson(
        actor=member, lesson=lesson, dashboards=[live], due=today - timedelta(days=1)
    )
    again = reminders.remind_of_lessons(now=timezone.now())

    told = Delivery.objects.filter(channel="inbox", event__kind="office_hours.lesson")
    assert (counted, again) == ([1, 0], 1)
    assert [(row.person, row.event.title) for row in told] == [
        (owner, "Due: Ask the night shift first")
    ] * 2


@pytest.mark.parametrize(
    ("zone", "hour", "counted"),
    [("Pacific/Auckland", 10, 0), ("Pacific/Auckland", 11, 1),
     ("America/Los_Angeles", 23, 0), ("America/Los_Angeles", 32, 1)],
)  # fmt: skip
def test_lesson_is_due_on_the_day_of_its_owner(
    owner: User, member: User, live: Dashboard, zone: str, hour: int, counted: int
) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone=zone)
    write(member, dashboards=[live], owner=owner, due=date(2026, 11, 3))

    now = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=hour)

    assert reminders.remind_of_lessons(now=now) == counted


def test_reminder_is_gone_when_the_change_is_made(
    owner: User, member: User, live: Dashboard
) -> None:
    lesson = write(member, dashboards=[live], owner=owner, due=site_today())
    reminders.remind_of_lessons(now=timezone.now())
    before = new_count(owner)
    lessons.change_lesson(
        actor=member, lesson=lesson, dashboards=[live], applied_to="The night shift."
    )

    assert (before, new_count(owner)) == (1, 0)


def test_lesson_shows_the_thread_of_what_it_is_about(
    member: User, colleague: User, live: Dashboard, client_of: Callable[[User], Client]
) -> None:
    lesson = write(member, dashboards=[live])

    pages = [
        client_of(person).get(lesson.get_absolute_url()).content.decode()
        for person in (member, colleague)
    ]

    assert ['class="thread"' in page for page in pages] == [True, False]
