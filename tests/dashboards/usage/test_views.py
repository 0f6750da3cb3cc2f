"""Which views are written, which of them count, and who reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.celery import SCHEDULE
from dashboards.content.models import Dashboard, Version
from dashboards.reports.services.subscriptions import subscribe
from dashboards.tasks import sweep_views
from dashboards.usage.models import ViewEvent
from dashboards.usage.services import views as services
from feedback.services.threads import open_thread
from tests.fixtures.use import Look

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def report(client: Client, event: ViewEvent, seconds: Any) -> int:
    url = reverse("dashboards:view-report", args=[event.dashboard.slug, event.pk])
    return client.post(url, {"seconds": seconds}).status_code


def first_key(dashboard: Dashboard) -> str:
    return str(dashboard.versions.get(state="released").document["tiles"][0]["key"])


def test_opening_a_dashboard_writes_a_view_that_does_not_count_yet(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client_of(member).get(live.get_absolute_url())

    event = ViewEvent.objects.get()
    assert (event.user, event.dashboard, event.version.number) == (member, live, 1)
    assert (event.qualified_at, event.seconds, event.interacted) == (None, 0, False)


def test_opening_costs_one_statement(client_of: Open, member: User, live: Dashboard) -> None:
    client = client_of(member)
    client.get(live.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        client.get(live.get_absolute_url())

    about = [query["sql"] for query in captured if "viewevent" in query["sql"].lower()]
    assert len(about) == 1
    assert about[0].startswith("INSERT")


def test_reload_in_the_same_half_hour_goes_on_with_the_view(
    member: User, released: Version
) -> None:
    given = {"actor": member, "dashboard": released.dashboard, "version": released}
    first = services.record_view(at=NOON, **given)
    again = services.record_view(at=NOON + timedelta(minutes=29), **given)
    later = services.record_view(at=NOON + timedelta(minutes=30), **given)

    assert first is not None
    assert again is not None
    assert later is not None
    assert first.pk == again.pk != later.pk
    kept = ViewEvent.objects.get(pk=first.pk)
    assert (kept.opened_at, kept.last_at) == (NOON, NOON + timedelta(minutes=29))


def test_day_is_that_of_the_site(member: User, released: Version) -> None:
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    event = services.record_view(
        actor=member, dashboard=released.dashboard, version=released, at=late
    )

    assert event is not None
    assert event.day.isoformat() == "2026-06-02"


@pytest.mark.parametrize(("seconds", "counts"), [(9, False), (10, True)])
def test_view_counts_after_ten_seconds(
    client_of: Open, member: User, live: Dashboard, look: Look, seconds: int, counts: bool
) -> None:
    event = look(member, days=0.01, seconds=0)
    assert event is not None

    assert report(client_of(member), event, seconds) == 204
    event.refresh_from_db()
    assert event.seconds == seconds
    assert (event.qualified_at is not None) == counts


def test_report_sent_twice_says_the_same(
    client_of: Open, member: User, live: Dashboard, look: Look
) -> None:
    event = look(member, days=0.01, seconds=0)
    assert event is not None
    client = client_of(member)
    report(client, event, 12)
    before = ViewEvent.objects.values().get()
    report(client, event, 12)
    report(client, event, 3)

    assert ViewEvent.objects.values().get() == before


def test_report_is_never_longer_than_the_view_is_old(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client = client_of(member)
    client.get(live.get_absolute_url())
    event = ViewEvent.objects.get()
    report(client, event, 900)

    event.refresh_from_db()
    assert event.seconds < 10
    assert event.qualified_at is None


@pytest.mark.parametrize("seconds", ["", "-1", "x", "9" * 400, "٣", "1e9"])
def test_report_that_makes_no_sense_changes_nothing(
    client_of: Open, member: User, live: Dashboard, look: Look, seconds: str
) -> None:
    event = look(member, seconds=0)
    assert event is not None

    assert report(client_of(member), event, seconds) == 204
    event.refresh_from_db()
    assert (event.seconds, event.qualified_at) == (0, None)


def test_report_of_another_persons_view_is_not_found(
    client_of: Open, member: User, ace: User, crowd: list[User], live: Dashboard, look: Look
) -> None:
    event = look(member, seconds=0)
    assert event is not None

    assert [report(client_of(one), event, 60) for one in (crowd[1], ace)] == [404, 404]
    event.refresh_from_db()
    assert event.qualified_at is None


def test_filter_counts_with_htmx_and_without(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client, url = client_of(member), live.get_absolute_url()
    client.get(f"{url}?period=year", headers={"HX-Request": "true", "HX-Target": "board"})
    assert ViewEvent.objects.get().interacted

    ViewEvent.objects.all().delete()
    client.get(f"{url}?period=year", headers={"Referer": f"http://testserver{url}"})
    assert ViewEvent.objects.get().qualified_at is not None


def test_link_with_filters_from_elsewhere_is_no_interaction(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client_of(member).get(f"{live.get_absolute_url()}?period=year")

    assert not ViewEvent.objects.get().interacted


def test_explanation_comment_and_subscription_count(
    client_of: Open, member: User, live: Dashboard
) -> None:
    key = first_key(live)
    deeds: list[Callable[[], object]] = [
        lambda: client_of(member).get(reverse("dashboards:tile-explain", args=[live.slug, key])),
        lambda: open_thread(
            actor=member, dashboard=live, tile_key=key, kind="idea", text="Split it."
        ),
        lambda: subscribe(actor=member, dashboard=live, every="weekly", hour=8),
    ]
    for deed in deeds:
        ViewEvent.objects.all().delete()
        deed()
        assert ViewEvent.objects.get().interacted


def test_team_and_what_is_not_released_are_left_out(
    client_of: Open, ace: User, owner: User, member: User, live: Dashboard
) -> None:
    key = first_key(live)
    for person in (ace, owner):
        client = client_of(person)
        client.get(live.get_absolute_url())
        client.get(reverse("dashboards:tile-explain", args=[live.slug, key]))
        client.get(reverse("dashboards:version-detail", args=[live.slug, 1]))
    version = live.versions.get(state="released")
    version.state = Version.State.PROTOTYPE
    services.record_view(actor=member, dashboard=live, version=version)

    assert ViewEvent.objects.count() == 0


def test_figures_by_api_and_what_is_fetched_ahead_are_no_views(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client = client_of(member)
    client.get(reverse("api:dashboard-figures", args=[live.slug]))
    client.get(live.get_absolute_url(), headers={"Sec-Purpose": "prefetch;prerender"})
    client.head(live.get_absolute_url())

    assert ViewEvent.objects.count() == 0


def test_page_stands_where_a_view_cannot_be_written(
    client_of: Open, member: User, live: Dashboard, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT") and "viewevent" in sql:
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        response = client_of(member).get(live.get_absolute_url())

    assert response.status_code == 200
    assert "data-viewed" not in response.content.decode()
    assert "was not counted: database is locked" in caplog.text
    assert ViewEvent.objects.count() == 0


def test_member_is_told_that_views_are_counted_and_the_team_is_not(
    client_of: Open, member: User, ace: User, live: Dashboard
) -> None:
    shown = [
        "counts views of this dashboard by group"
        in client_of(person).get(live.get_absolute_url()).content.decode()
        for person in (member, ace)
    ]

    assert shown == [True, False]


def test_person_reads_their_own_views_alone(
    client_of: Open, member: User, crowd: list[User], live: Dashboard, look: Look
) -> None:
    mine = look(member, days=2)
    look(crowd[1], days=3)
    assert mine is not None
    client = client_of(member)

    page = client.get(reverse("dashboards:own-views", args=[live.slug]))
    told = client.get(reverse("api:dashboard-views", args=[live.slug])).json()

    assert [view.pk for view in page.context["page"].object_list] == [mine.pk]
    assert [row["id"] for row in told["results"]] == [mine.pk]


def test_old_views_are_forgotten(settings: Any, member: User, look: Look) -> None:
    settings.VIEW_DAYS = 30
    look(member, days=31)
    kept = look(member, days=29)
    assert kept is not None

    assert sweep_views() == 1
    assert ViewEvent.objects.get() == kept


def test_sweep_is_in_the_table_of_the_clock() -> None:
    assert "dashboards.sweep_views" in {task for task, _seconds in SCHEDULE.values()}


def test_report_needs_the_csrf_token(member: User, live: Dashboard, look: Look) -> None:
    event = look(member, seconds=0)
    assert event is not None
    client = Client(enforce_csrf_checks=True)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")

    assert report(client, event, 20) == 403
    assert timezone.now() > event.opened_at
