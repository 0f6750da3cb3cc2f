"""The thread from step to release: complete for who may go there, silent about the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Model
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.thread.selectors import strip_for
from dashboards.content.models import Dashboard
from dashboards.content.services.drafts import add_tile, draft_of
from feedback.models import Thread
from feedback.services.roadmap import plan_thread, put_in_draft
from feedback.services.threads import open_thread
from kpis.models import Dataset, KPIVersion
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.places import live_dashboard
from tests.fixtures.tickets import VOLUME
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def launched(owner: User, member: User, world: World, sla: KPIVersion) -> World:
    """A dashboard that is open to the group, with a word of its member on the KPI."""
    live = live_dashboard(owner, world)
    open_thread(
        actor=member, dashboard=live, tile_key=sla.tiles.order_by("pk")[0].key, kind="idea",
        text="Split it by shift.",
    )  # fmt: skip
    return world


def names(user: User, thing: Model) -> list[str]:
    return [node.name for node in strip_for(user, thing)]


def test_every_object_stands_on_the_same_thread(
    owner: User, launched: World, sla: KPIVersion
) -> None:
    things = [launched.blueprint, launched.persona, launched.question, sla.kpi]
    dashboard = sla.tiles.first().version.dashboard

    whole = [
        "Resolve", "Service desk lead", "Do we keep the SLA?", "SLA attainment",
        "Incident service", "Split it by shift.", "v1",
    ]  # fmt: skip
    assert names(owner, launched.question) == names(owner, sla.kpi) == whole
    assert [names(owner, thing)[1:] for thing in [*things, dashboard]] == [whole[1:]] * 5


def test_thread_is_lit_up_to_where_one_stands(owner: User, launched: World) -> None:
    strip = strip_for(owner, launched.question)

    assert [(node.lit, node.here) for node in strip] == [
        (True, False), (True, False), (False, True), (False, False), (False, False), (False, False),
        (False, False),
    ]  # fmt: skip


def test_member_goes_the_whole_way(member: User, launched: World, sla: KPIVersion) -> None:
    assert all(node.url for node in strip_for(member, sla.kpi))


def test_stranger_cannot_tell_whether_a_dashboard_shows_a_kpi(
    outsider: User, world: World, sla: KPIVersion, dashboard: Dashboard
) -> None:
    before = strip_for(outsider, sla.kpi)
    live = live_dashboard(dashboard.owner, world)

    assert live.versions.filter(tiles__kpi_version=sla).exists()
    assert strip_for(outsider, sla.kpi) == before


def test_stranger_learns_kinds_alone(
    colleague: User, outsider: User, launched: World, sla: KPIVersion
) -> None:
    for stranger in (colleague, outsider):
        strip = strip_for(stranger, sla.kpi)

        assert [node.name for node in strip] == [
            "Not open to you", "Not open to you", "Not open to you", "SLA attainment",
            "None open to you", "Not yet", "Not yet",
        ]  # fmt: skip
        assert [bool(node.url) for node in strip] == [
            False,
            False,
            False,
            True,
            False,
            False,
            False,
        ]


def test_what_a_draft_alone_shows_is_the_teams(
    owner: User, member: User, colleague: User, launched: World, tickets: Dataset
) -> None:
    live = Dashboard.objects.get()
    volume = publish_kpi(owner, launched.question, tickets, VOLUME, name="Ticket volume")
    tile = {"type": "number", "width": 4, "kpi_version": volume.pk, "compare": "previous"}
    add_tile(actor=owner, dashboard=live, revision=draft_of(live).revision, tile=tile)

    assert names(owner, volume.kpi)[4] == "Incident service"
    assert names(member, volume.kpi)[4] == names(colleague, volume.kpi)[4] == "None open to you"
    assert (names(owner, live)[3], names(member, live)[3]) == ("2 KPIs", "SLA attainment")


def test_thread_of_feedback_is_lit_to_the_version_that_answers_it(
    owner: User, member: User, launched: World
) -> None:
    thread = Thread.objects.get()
    before = names(member, thread)
    item = plan_thread(actor=owner, thread=thread, title="A filter by shift")
    put_in_draft(actor=owner, item=item)

    strip = strip_for(member, Thread.objects.get())

    assert (before[0], before[5:]) == ("Resolve", ["Split it by shift.", "Not yet"])
    assert [node.name for node in strip][4:] == ["Incident service", "Split it by shift.", "v2"]
    assert [node.here for node in strip] == [False] * 5 + [True, False]


def test_links_of_the_thread_open(
    member: User, launched: World, sla: KPIVersion, client_of: Callable[..., Client]
) -> None:
    client = client_of(member)

    assert {
        client.get(node.url.split("#")[0]).status_code for node in strip_for(member, sla.kpi)
    } == {200}


def test_api_tells_the_same_thread(
    member: User, outsider: User, launched: World, client_of: Callable[..., Client]
) -> None:
    url = f"/api/v1/thread/questions/{launched.question.pk}/"
    told = client_of(member).get(url).json()

    assert [node["name"] for node in told] == names(member, launched.question)
    assert client_of(outsider).get(url).status_code == 404
    assert client_of(member).get("/api/v1/thread/nothing/1/").status_code == 404
