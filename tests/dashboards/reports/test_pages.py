"""The way to a report in the browser and through the API, with the same rules and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.notifications.models import Mail
from dashboards.content.models import Dashboard
from dashboards.lifecycle.services import launches as lifecycle
from dashboards.reports.models import ReportRun, Subscription
from dashboards.reports.services import subscriptions as services
from dashboards.reports.services.runs import send_now
from tests.fixtures.kpis import run_jobs

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
FORM = {
    "every": "weekly",
    "weekday": "2",
    "day": "1",
    "at": "07:30",
    "zone": "Europe/Berlin",
    "skip_empty": "on",
}
API = "/api/v1/subscriptions/"


def test_subscribe_button_carries_the_present_filters(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client, where = client_of(member), live.get_absolute_url()
    htmx = {"hx-request": "true", "hx-target": "board"}

    plain = client.get(where).content.decode()
    filtered = client.get(f"{where}?period=last_3", headers=htmx).content.decode()

    assert f'href="{where}subscribe/"' in plain
    assert f'href="{where}subscribe/?filters=period%3Dlast_3" hx-swap-oob="true"' in filtered


def test_member_subscribes_and_reads_the_next_sends(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client, where = client_of(member), f"{live.get_absolute_url()}subscribe/"
    page = client.get(f"{where}?filters=period%3Dlast_3")
    done = client.post(where, {**FORM, "query": "period=last_3"})
    row = Subscription.objects.get()
    detail = client.get(row.get_absolute_url())

    assert len(page.context["sends"]) == 3
    assert 'name="person"' not in page.content.decode()
    assert "1 Aug to 31 Oct 2026" in page.content.decode()
    assert (done.status_code, done["Location"]) == (302, row.get_absolute_url())
    assert (row.query, row.schedule_words) == (
        "period=last_3", "Every week, Wednesday, 07:30 (Europe/Berlin)",
    )  # fmt: skip
    sends = detail.context["sends"]
    assert ["07:30" in send and send.startswith("Wed") for send in sends] == [True] * 3


def test_next_sends_follow_what_is_tried(client_of: Open, member: User, live: Dashboard) -> None:
    where = f"{live.get_absolute_url()}subscribe/"
    query = "every=monthly&day=28&at=06:15&weekday=0&zone=America/New_York"
    page = client_of(member).get(f"{where}?{query}")
    nonsense = client_of(member).get(f"{where}?every=x&day=99&at=no&weekday=z&person=1e9&zone=Mars")

    assert [" 28 " in send for send in page.context["sends"]] == [True] * 3
    assert (nonsense.status_code, nonsense.context["sends"]) == (200, [])


def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    client_of: Open, member: User, live: Dashboard
) -> None:
    where = f"{live.get_absolute_url()}subscribe/"
    wrong = {**FORM, "day": "31", "at": "25:00"}
    page = client_of(member).post(where, wrong)
    api = client_of(member).post(
        f"/api/v1{live.get_absolute_url()}subscriptions/", {"every": "weekly", "hour": 25},
        "application/json",
    )  # fmt: skip

    assert (page.status_code, sorted(page.context["form"].errors)) == (422, ["at", "day"])
    assert 'value="31"' in page.content.decode()
    assert (api.status_code, list(api.json())) == (400, ["hour"])
    assert Subscription.objects.count() == 0


def test_ace_subscribes_somebody_else(
    client_of: Open, ace: User, member: User, outsider: User, live: Dashboard
) -> None:
    client, where = client_of(ace), f"{live.get_absolute_url()}subscribe/"
    page = client.get(where)
    stranger = client.post(where, {**FORM, "person": outsider.pk})
    done = client.post(where, {**FORM, "zone": "", "person": member.pk})

    assert "outsider" not in page.content.decode().lower()
    assert (stranger.status_code, done.status_code) == (422, 302)
    assert Subscription.objects.get().person == member


def test_list_shows_ones_own_and_to_the_ace_all(
    client_of: Open, ace: User, member: User, live: Dashboard, report: Subscription
) -> None:
    services.subscribe(actor=ace, dashboard=live, every="daily", hour=9)
    ReportRun.objects.create(
        subscription=report, due_at=timezone.now(), state="failed", reason="No such address."
    )

    def rows(person: User, tab: str = "") -> list[User]:
        page = client_of(person).get(f"/reports/?tab={tab}")
        return [line["report"].person for line in page.context["lines"]]

    assert rows(member) == [member]
    assert rows(ace, "all") == [member, ace]
    assert rows(ace, "failed") == [member]
    assert rows(ace, "mine") == [ace]
    assert "No such address." in client_of(ace).get("/reports/").content.decode()


def test_list_asks_the_same_however_many(
    client_of: Open, ace: User, member: User, live: Dashboard
) -> None:
    client = client_of(ace)
    counts = []
    for wanted in (1, 3, 30):
        have = Subscription.objects.count()
        rows = Subscription.objects.bulk_create(
            Subscription(person=member, by=ace, dashboard=live, every="daily", hour=8,
                         zone="Europe/Berlin", next_due=timezone.now())
            for _n in range(wanted - have)
        )  # fmt: skip
        ReportRun.objects.bulk_create(
            ReportRun(subscription=row, due_at=timezone.now()) for row in rows
        )
        client.get("/reports/")
        with CaptureQueriesContext(connection) as page:
            assert len(client.get("/reports/").context["lines"]) == wanted
        with CaptureQueriesContext(connection) as api:
            assert client.get(API).json()["count"] == wanted
        counts.append((len(page), len(api)))

    assert len(set(counts)) == 1


def test_what_is_closed_since_is_not_named_and_can_be_ended(
    client_of: Open, owner: User, member: User, live: Dashboard, report: Subscription
) -> None:
    lifecycle.end_launch(actor=owner, launch=live.launches.get())
    client = client_of(member)
    pages = [
        client.get(where).content.decode() for where in ("/reports/", f"/reports/{report.pk}/")
    ]
    api = client.get(f"{API}{report.pk}/").json()
    ended = client.post(f"/reports/{report.pk}/delete/")

    assert [live.name in page for page in pages] == [False, False]
    assert (api["dashboard"], api["filters"]) == (None, None)
    assert (ended.status_code, Subscription.objects.count()) == (302, 0)


def test_buttons_pause_resume_and_send(client_of: Open, member: User, report: Subscription) -> None:
    client, where = client_of(member), report.get_absolute_url()
    states = []
    for act in ("pause", "resume"):
        client.post(f"{where}{act}/")
        report.refresh_from_db()
        states.append(report.active)
    client.post(f"{where}send/")
    page = client.get(where).content.decode()

    assert states == [False, True]
    assert [run.asked_by for run in report.runs.all()] == [member]
    assert "It is on its way to member@example.org." in page


def test_api_does_what_the_pages_do(
    client_of: Open, ace: User, member: User, outsider: User, live: Dashboard
) -> None:
    client = client_of(ace)
    base = f"/api/v1{live.get_absolute_url()}subscriptions/"
    given: dict[str, Any] = {
        "person": "member@example.org", "every": "monthly", "day": 5, "hour": 6,
        "zone": "America/New_York", "filters": "period=last_3&x=1",
    }  # fmt: skip
    made = client.post(base, given, "application/json")
    stranger = client.post(base, {**given, "person": outsider.email}, "application/json")
    one = f"{API}{made.json()['id']}/"
    changed = client.put(
        one, {**given, "active": False, "hour": 7, "filters": ""}, "application/json"
    )
    sent = client.post(f"{one}send/")
    listed = client.get(f"{one}runs/").json()["results"]
    mine = client_of(member).get(base).json()["results"]
    gone = client.delete(one)

    body = made.json()
    assert made.status_code == 201
    assert (body["dashboard"], body["person"], body["filters"]) == (
        live.slug, "member@example.org", "period=last_3",
    )  # fmt: skip
    assert len(body["next_sends"]) == 3
    assert (stranger.status_code, stranger.json()) == (
        400, {"detail": "No such person may open this dashboard.", "field": "person"},
    )  # fmt: skip
    assert (changed.json()["active"], changed.json()["hour"], changed.json()["next_sends"]) == (
        False, 7, [],
    )  # fmt: skip
    assert (sent.status_code, sent.json()["state"], len(listed)) == (201, "queued", 1)
    assert [row["id"] for row in mine] == [body["id"]]
    assert (gone.status_code, Subscription.objects.count()) == (204, 0)


def test_mail_settings_lead_to_the_reports(client_of: Open, member: User) -> None:
    page = client_of(member).get("/notifications/settings/").content.decode()

    assert 'href="/reports/"' in page


def test_rail_has_the_entry_for_the_ace_alone(client_of: Open, ace: User, member: User) -> None:
    rails = [client_of(person).get("/").content.decode() for person in (ace, member)]

    assert ['class="rail__link" href="/reports/"' in rail for rail in rails] == [True, False]


def test_hostile_lines_reach_no_mail(client_of: Open, member: User, live: Dashboard) -> None:
    where = f"{live.get_absolute_url()}subscribe/"
    client_of(member).post(where, {**FORM, "query": "period=last_3\r\nBcc: x@example.org"})
    row = Subscription.objects.get()
    send_now(actor=member, subscription=row)
    run_jobs()

    assert row.query == ""
    assert "Bcc" not in Mail.objects.get().text
