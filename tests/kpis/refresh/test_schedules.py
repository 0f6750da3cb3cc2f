"""KPIs that are computed at the times of a schedule, or after each so many hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.jobs.models import Job
from ace_portal.jobs.services.steering import retry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.notifications.selectors import inbox_for, readable
from kpis.models import KPI, Refresh
from kpis.services import kpis as services
from kpis.services.refresh import refresh_due, request_refresh, settle_given_up
from kpis.services.schedules import schedule_kpi
from tests.fixtures.kpis import SLA, MakeKPI, run_jobs

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def kpi(make_kpi: MakeKPI) -> KPI:
    found = make_kpi(publish=True)
    run_jobs()
    return found


def turns(kpi: KPI, begin: datetime, count: int) -> list[str]:
    """The local times at which the clock takes the KPI, one after the other, from a moment on."""
    KPI.objects.filter(pk=kpi.pk).update(next_due=begin)
    taken = []
    for _turn in range(count):
        kpi.refresh_from_db()
        assert kpi.next_due is not None
        taken.append(kpi.next_due.astimezone(BERLIN).isoformat())
        assert refresh_due(now=kpi.next_due - timedelta(seconds=1)) == 0
        assert refresh_due(now=kpi.next_due) == 1
        assert run_jobs() == ["done"]
    return taken


@pytest.mark.parametrize(
    ("begin", "times"),
    [
        (
            datetime(2025, 3, 29, 2, 30, tzinfo=BERLIN),
            ["2025-03-29T02:30:00+01:00", "2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00"],
        ),
        (
            datetime(2025, 10, 25, 2, 30, tzinfo=BERLIN),
            ["2025-10-25T02:30:00+02:00", "2025-10-26T02:30:00+02:00", "2025-10-27T02:30:00+01:00"],
        ),
    ],
    ids=["an hour is skipped", "an hour occurs twice"],
)
def test_cron_line_is_kept_where_the_clocks_change(
    kpi: KPI, owner: User, begin: datetime, times: list[str]
) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule="30 2 * * *", schedule_zone="Europe/Berlin")

    assert turns(kpi, begin, 3) == times
    assert Refresh.objects.filter(kpi=kpi, cause="schedule").count() == 3


def test_every_so_often_is_even_where_the_clocks_change(kpi: KPI, owner: User) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule="every 6 hours", schedule_zone="Europe/Berlin")
    begin = datetime(2025, 3, 30, 0, tzinfo=UTC)

    assert turns(kpi, begin, 3) == [
        "2025-03-30T01:00:00+01:00", "2025-03-30T08:00:00+02:00", "2025-03-30T14:00:00+02:00",
    ]  # fmt: skip


def test_what_was_missed_is_caught_up_once(kpi: KPI, owner: User) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule="0 6 * * *")
    late = datetime(2026, 3, 5, 9, tzinfo=UTC)
    KPI.objects.update(next_due=late - timedelta(days=3))

    assert [refresh_due(now=late), refresh_due(now=late)] == [1, 0]
    kpi.refresh_from_db()
    assert kpi.next_due == datetime(2026, 3, 6, 6, tzinfo=UTC)


def test_without_a_schedule_the_next_times_are_so_far_apart(kpi: KPI) -> None:
    kpi.next_due = datetime(2026, 3, 5, 9, tzinfo=UTC)
    now = datetime(2026, 3, 5, 22, tzinfo=UTC)

    assert kpi.runs_ahead(now=now) == [
        datetime(2026, 3, 6, 3, tzinfo=UTC),
        datetime(2026, 3, 6, 9, tzinfo=UTC),
        datetime(2026, 3, 6, 15, tzinfo=UTC),
    ]


def test_schedule_outlives_another_cadence_and_a_new_version(kpi: KPI, owner: User) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule="0 0 1 1 *")
    newyear = kpi.next_due
    services.change_kpi(actor=owner, kpi=kpi, refresh_every=timedelta(hours=1))
    services.start_version(actor=owner, kpi=kpi, reason="Because")
    services.publish_version(actor=owner, kpi=kpi)

    kpi.refresh_from_db()
    assert newyear is not None
    assert (newyear.month, newyear.day) == (1, 1)
    assert kpi.next_due == newyear


def test_schedule_that_is_taken_away_leaves_the_cadence(kpi: KPI, owner: User) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule="0 0 1 1 *")
    schedule_kpi(actor=owner, kpi=kpi)

    assert kpi.next_due is not None
    assert abs(kpi.next_due - timezone.now() - kpi.refresh_every) < timedelta(minutes=1)


def test_draft_has_a_schedule_and_no_turn_before_it_is_published(
    make_kpi: MakeKPI, owner: User
) -> None:
    kpi = make_kpi()
    schedule_kpi(actor=owner, kpi=kpi, schedule="0 0 1 1 *")
    assert (kpi.next_due, kpi.runs_ahead(now=timezone.now())) == (None, [])

    services.publish_version(actor=owner, kpi=kpi)
    assert kpi.next_due is not None
    assert (kpi.next_due.month, kpi.next_due.day, kpi.next_due.hour) == (1, 1, 0)


def test_nonsense_changes_nothing(kpi: KPI, owner: User) -> None:
    before = kpi.next_due
    with pytest.raises(Invalid):
        schedule_kpi(actor=owner, kpi=kpi, schedule="now and then")
    with pytest.raises(ValidationError):
        schedule_kpi(actor=owner, kpi=kpi, schedule="every hour", schedule_zone="Mars/Base")

    kpi.refresh_from_db()
    assert (kpi.schedule, kpi.schedule_zone, kpi.next_due) == ("", "UTC", before)


def test_members_and_the_retired_set_no_schedule(kpi: KPI, owner: User, member: User) -> None:
    with pytest.raises(NotAllowed):
        schedule_kpi(actor=member, kpi=kpi, schedule="every hour")
    services.retire_kpi(actor=owner, kpi=kpi, reason="Done")
    with pytest.raises(Conflict):
        schedule_kpi(actor=owner, kpi=kpi, schedule="every hour")


def test_it_is_in_the_audit_log(kpi: KPI, owner: User) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule=" every hour ")

    assert AuditEntry.objects.get(action="kpi.schedule").details["schedule"] == "every hour"


def test_page_shows_the_next_three_times_and_keeps_what_was_mistyped(
    kpi: KPI, owner: User, client_of: ClientOf
) -> None:
    client, url = client_of(owner), reverse("kpis:kpi-schedule", args=[kpi.slug])
    wrong = client.post(url, {"schedule": "at dawn", "schedule_zone": "Europe/Berlin"})
    assert wrong.status_code == 422
    assert 'value="at dawn"' in wrong.content.decode()
    assert "Write “every 6 hours”" in wrong.content.decode()

    client.post(url, {"schedule": "30 7 * * 1-5", "schedule_zone": "Europe/Berlin"})
    page = client.get(kpi.get_absolute_url())
    kpi.refresh_from_db()
    assert page.context["runs"] == kpi.runs_ahead(now=timezone.now())
    assert len(page.context["runs"]) == 3
    assert "<code>30 7 * * 1-5</code> (Europe/Berlin)" in page.content.decode()


def test_members_see_no_schedule(kpi: KPI, owner: User, member: User, client_of: ClientOf) -> None:
    schedule_kpi(actor=owner, kpi=kpi, schedule="30 7 * * 1-5")
    told = client_of(member).get(kpi.get_absolute_url()).content.decode()

    assert "30 7 * * 1-5" not in told


def test_api_says_and_sets_it(kpi: KPI, owner: User, client_of: ClientOf) -> None:
    client, url = client_of(owner), reverse("api:kpi-schedule", args=[kpi.slug])
    given: dict[str, Any] = {"schedule": "0 6 * * *", "schedule_zone": "Asia/Tokyo"}
    told = client.put(url, given, content_type="application/json").json()

    assert told == client.get(url).json()
    assert {name: told[name] for name in given} == given
    runs = [datetime.fromisoformat(run) for run in told["next_runs"]]
    assert [run.astimezone(ZoneInfo("Asia/Tokyo")).hour for run in runs] == [6, 6, 6]

    refused = client.put(url, {"schedule": "at dawn"}, content_type="application/json")
    assert (refused.status_code, refused.json()["field"]) == (400, "schedule")


def fail_by_the_clock(kpi: KPI) -> None:
    KPI.objects.filter(pk=kpi.pk).update(next_due=timezone.now())
    assert refresh_due(now=timezone.now()) == 1
    run_jobs()


def test_owner_is_told_once_of_a_failure_by_the_clock(kpi: KPI, owner: User) -> None:
    kpi.versions.update(definition={**SLA, "time_column": "gone"}, sha256="1" * 64)
    fail_by_the_clock(kpi)
    fail_by_the_clock(kpi)
    told = inbox_for(owner).filter(event__kind="kpis.kpi")

    assert [row.event.title for row in told] == ["SLA attainment could not be computed"]
    assert "gone" in told[0].event.text
    assert "The last figures stay." in told[0].event.text
    assert readable(owner, told) == list(told)


def test_owner_is_told_again_after_it_was_computed(kpi: KPI, owner: User) -> None:
    good = kpi.versions.get().definition
    for _turn in range(2):
        kpi.versions.update(definition={**SLA, "time_column": "gone"}, sha256="1" * 64)
        fail_by_the_clock(kpi)
        kpi.versions.update(definition=good, sha256="2" * 64)
        fail_by_the_clock(kpi)

    assert inbox_for(owner).filter(event__kind="kpis.kpi").count() == 2


def test_owner_is_told_of_an_attempt_that_was_given_up(kpi: KPI, owner: User) -> None:
    """As the sweep leaves it after a worker was killed in it once too often."""
    KPI.objects.filter(pk=kpi.pk).update(next_due=timezone.now())
    refresh_due(now=timezone.now())
    refresh = kpi.refreshes.get(cause=Refresh.Cause.SCHEDULE)
    Job.objects.filter(refreshes=refresh).update(state=Job.State.RUNNING, lease_token="gone")
    assert settle_given_up() == 0
    Job.objects.filter(refreshes=refresh).update(state=Job.State.DEAD, error="The worker stopped.")

    assert (settle_given_up(), settle_given_up()) == (1, 0)

    refresh.refresh_from_db()
    assert (refresh.state, refresh.error) == ("failed", "The worker stopped.")
    told = inbox_for(owner).filter(event__kind="kpis.kpi").get()
    assert told.event.text == "The worker stopped. The last figures stay."


def test_attempt_that_was_given_up_can_be_tried_again(kpi: KPI, admin: User) -> None:
    KPI.objects.filter(pk=kpi.pk).update(next_due=timezone.now())
    refresh_due(now=timezone.now())
    refresh = kpi.refreshes.get(cause=Refresh.Cause.SCHEDULE)
    Job.objects.filter(refreshes=refresh).update(state=Job.State.DEAD, error="The worker stopped.")
    settle_given_up()

    retry(actor=admin, job=Job.objects.get(refreshes=refresh))
    assert run_jobs() == ["done"]

    refresh.refresh_from_db()
    assert (refresh.state, refresh.error) == ("done", "")


def test_who_demands_an_attempt_is_not_told_of_its_failure(kpi: KPI, owner: User) -> None:
    kpi.versions.update(definition={**SLA, "time_column": "gone"}, sha256="1" * 64)
    request_refresh(actor=owner, kpi=kpi)
    run_jobs()

    assert not inbox_for(owner).filter(event__kind="kpis.kpi").exists()


def test_page_of_the_schedule_knows_where_it_is(kpi: KPI, owner: User, client_of: ClientOf) -> None:
    page = client_of(owner).get(reverse("kpis:kpi-schedule", args=[kpi.slug]))

    assert [step["label"] for step in page.context["crumbs"]] == ["KPIs", kpi.name, "Schedule"]
