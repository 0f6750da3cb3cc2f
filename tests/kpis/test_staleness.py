"""Figures are late when two turns of their schedule have come since their data ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from kpis.asking import definition_of
from kpis.derived import as_of_of
from kpis.models import KPIVersion
from kpis.staleness import due_by, late_of

pytestmark = pytest.mark.django_db


def end_of(version: KPIVersion) -> datetime:
    end = as_of_of(version)
    assert end is not None
    return end


def test_without_a_schedule_the_period_counts_and_no_refresh_more_often(volume: KPIVersion) -> None:
    grain = {"day": 1, "week": 7, "month": 31}[definition_of(volume).grain]
    volume.kpi.refresh_every = timedelta(hours=1)
    assert due_by(volume) == end_of(volume) + 2 * timedelta(days=grain)

    volume.kpi.refresh_every = timedelta(days=60)
    assert due_by(volume) == end_of(volume) + timedelta(days=120)


def test_schedule_is_a_promise_and_of_two_the_later_counts(volume: KPIVersion) -> None:
    end = end_of(volume)
    volume.kpi.schedule, volume.kpi.next_due = "0 6 * * *", end
    daily = due_by(volume)
    assert daily is not None
    assert timedelta(days=1) < daily - end <= timedelta(days=2)

    volume.dataset.schedule = "0 6 1 * *"
    monthly = due_by(volume)
    assert monthly is not None
    assert monthly - end > timedelta(days=31)


def test_it_is_late_from_that_moment_on_and_not_before(volume: KPIVersion) -> None:
    due = due_by(volume)
    assert due is not None

    assert late_of(volume, now=due - timedelta(seconds=1)) is None
    late = late_of(volume, now=due)
    assert late is not None
    assert (late.kpi, late.as_of, late.due) == (volume.kpi.name, end_of(volume), due)


def test_what_is_asked_at_its_source_or_retired_is_never_late(volume: KPIVersion) -> None:
    far = datetime(2200, 1, 1, tzinfo=UTC)
    load = volume.dataset.live
    assert load is not None
    assert late_of(volume, now=far) is not None

    path, load.path = load.path, ""
    assert late_of(volume, now=far) is None
    load.path, volume.kpi.retired_at = path, far
    assert late_of(volume, now=far) is None


def test_page_and_api_say_what_is_behind(
    member: User, live: Dashboard, volume: KPIVersion, client: Client
) -> None:
    client.force_login(member)
    load = volume.dataset.live
    assert load is not None
    url = live.get_absolute_url()
    type(load).objects.filter(pk=load.pk).update(as_of=datetime(2020, 1, 1, tzinfo=UTC))

    page = client.get(url).text
    told = client.get(f"/api/v1/dashboards/{live.slug}/figures/").json()["late"]

    assert f"{volume.kpi.name} is behind: its figures end 1 Jan 2020" in page
    assert volume.kpi.name in [one["kpi"] for one in told]
