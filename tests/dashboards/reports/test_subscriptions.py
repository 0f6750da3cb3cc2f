"""Who subscribes whom, to what, and how it ends."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from ace_portal.notifications.unsubscribing import unsubscribe_url
from dashboards.content.models import Dashboard
from dashboards.reports import selectors
from dashboards.reports.models import Subscription
from dashboards.reports.services import subscriptions as services
from dashboards.reports.services.runs import send_now

pytestmark = pytest.mark.django_db
WEEKLY = {"every": "weekly", "hour": 8}


def test_member_subscribes_themself_in_their_zone(member: User, live: Dashboard) -> None:
    member.time_zone = "America/New_York"
    member.save()
    asked = "period=last_3&nonsense=1&version=9"

    row = services.subscribe(actor=member, dashboard=live, query=asked, **WEEKLY)

    assert (row.person, row.by, row.query, row.zone) == (
        member, member, "period=last_3", "America/New_York",
    )  # fmt: skip
    assert row.next_due == row.schedule.after(timezone.now())
    assert AuditEntry.objects.filter(action="report.subscribe", actor_id=member.pk).count() == 1


def test_ace_subscribes_who_may_open_it_and_nobody_else(
    ace: User, member: User, colleague: User, live: Dashboard
) -> None:
    row = services.subscribe(actor=ace, dashboard=live, person=member, **WEEKLY)

    assert (row.person, row.by) == (member, ace)
    with pytest.raises(Invalid, match="Colleague may not open this dashboard"):
        services.subscribe(actor=ace, dashboard=live, person=colleague, **WEEKLY)
    with pytest.raises(NotAllowed, match="Only the ACE team"):
        services.subscribe(actor=member, dashboard=live, person=ace, **WEEKLY)
    assert set(selectors.readers_of(live)) == {ace, live.owner, member}


def test_who_may_not_open_it_cannot_subscribe(outsider: User, live: Dashboard) -> None:
    with pytest.raises(NotVisible):
        services.subscribe(actor=outsider, dashboard=live, **WEEKLY)


def test_nothing_to_send_is_said(owner: User, dashboard: Dashboard, live: Dashboard) -> None:
    Dashboard.objects.filter(pk=live.pk).update(status="archived")
    live.refresh_from_db()

    with pytest.raises(Conflict, match="archived"):
        services.subscribe(actor=owner, dashboard=live, **WEEKLY)


def test_draft_has_no_reports(owner: User, dashboard: Dashboard) -> None:
    with pytest.raises(Conflict, match="no version is released"):
        services.subscribe(actor=owner, dashboard=dashboard, **WEEKLY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": 24}, {"minute": 60}, {"day": 29}, {"day": 0}, {"weekday": 7}, {"every": "hourly"},
        {"zone": "Mars/Base"}, {"zone": "Europe/Berlin\r\n"},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_times_are_refused_beside_their_field(
    member: User, live: Dashboard, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.subscribe(actor=member, dashboard=live, **{**WEEKLY, **wrong})

    assert list(refused.value.message_dict) == list(wrong)
    assert Subscription.objects.count() == 0


def test_person_has_only_so_many(member: User, live: Dashboard) -> None:
    for hour in range(services.AT_MOST):
        services.subscribe(actor=member, dashboard=live, every="daily", hour=hour)

    with pytest.raises(Conflict, match="That is enough"):
        services.subscribe(actor=member, dashboard=live, **WEEKLY)


def test_change_moves_the_next_send(member: User, report: Subscription) -> None:
    changed = services.change_subscription(
        actor=member, subscription=report, every="monthly", day=28, hour=6, query="period=all"
    )

    assert changed.next_due == changed.schedule.after(timezone.now())
    assert (changed.query, changed.schedule_words) == (
        "period=all", "Every month, day 28, 06:00 (Europe/Berlin)",
    )  # fmt: skip


def test_pause_sends_nothing_and_resume_begins_anew(member: User, report: Subscription) -> None:
    paused = services.pause(actor=member, subscription=report)
    before = (paused.active, paused.next_due, paused.upcoming(timezone.now()))
    resumed = services.resume(actor=member, subscription=report)

    assert before == (False, None, [])
    assert resumed.next_due == resumed.schedule.after(timezone.now())


@pytest.mark.parametrize("act", [services.pause, services.resume, services.delete_subscription])
def test_strangers_steer_nothing(
    colleague: User, outsider: User, admin: User, report: Subscription, act: object
) -> None:
    for stranger in (colleague, outsider, admin):
        with pytest.raises(NotAllowed):
            act(actor=stranger, subscription=report)  # type: ignore[operator]
        with pytest.raises(NotVisible):
            selectors.subscription_for(stranger, report.pk)


def test_link_ends_that_report_alone_and_only_its_person_takes_it_up_again(
    ace: User, member: User, live: Dashboard, report: Subscription, client: Client
) -> None:
    other = services.subscribe(actor=member, dashboard=live, every="daily", hour=9)
    path = "/" + unsubscribe_url("report", report.pk).split("/", 3)[3]

    looked = client.get(path)
    untouched = Subscription.objects.get(pk=report.pk).active
    done = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert (looked.status_code, untouched, done.status_code) == (200, True, 200)
    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.active, report.next_due, other.active) == (False, None, True)
    with pytest.raises(Conflict, match="ended by the link"):
        send_now(actor=ace, subscription=report)
    with pytest.raises(NotAllowed, match="alone takes it up again"):
        services.resume(actor=ace, subscription=report)
    assert services.resume(actor=member, subscription=report).ended_at is None


def test_link_for_another_purpose_ends_no_report(
    member: User, report: Subscription, client: Client
) -> None:
    path = "/" + unsubscribe_url("notifications", report.pk).split("/", 3)[3]
    client.post(path)

    report.refresh_from_db()
    assert report.active


def test_report_form_of_both_clock_changes(member: User, report: Subscription) -> None:
    """As the list of next sends shows them: half past two on the days of the change."""
    row = services.change_subscription(
        actor=member, subscription=report, every="daily", hour=2, minute=30
    )
    spring = row.upcoming(datetime.fromisoformat("2027-03-27T12:00:00+00:00"))
    autumn = row.upcoming(datetime.fromisoformat("2027-10-30T12:00:00+00:00"))

    assert [f"{at:%d %H:%M}" for at in spring] == ["28 01:30", "29 00:30", "30 00:30"]
    assert [f"{at:%d %H:%M}" for at in autumn] == ["31 00:30", "01 01:30", "02 01:30"]
