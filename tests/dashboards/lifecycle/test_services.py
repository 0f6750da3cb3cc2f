"""Opening, closing, and the stage that follows from what is there."""

from __future__ import annotations

import pytest

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from dashboards.content import selectors
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle import services
from dashboards.lifecycle.selectors import canvas_of
from tests.fixtures.dashboards import make_dashboard
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def test_launch_opens_it_to_the_group_and_its_end_closes_it(
    owner: User, member: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    assert list(selectors.dashboards_for(member)) == []
    launch = services.launch(actor=owner, dashboard=dashboard, group=world.group)
    assert list(selectors.dashboards_for(member)) == [dashboard]

    services.end_launch(actor=owner, launch=launch)

    assert list(selectors.dashboards_for(member)) == []
    with pytest.raises(Invalid, match="closed to this group already"):
        services.end_launch(actor=owner, launch=launch)
    services.launch(actor=owner, dashboard=dashboard, group=world.group)
    assert list(selectors.dashboards_for(member)) == [dashboard]


def test_launch_needs_a_release_and_happens_once(
    owner: User, dashboard: Dashboard, world: World, draft: Version
) -> None:
    with pytest.raises(Conflict, match="release a version first"):
        services.launch(actor=owner, dashboard=dashboard, group=world.group)


def test_second_launch_to_a_group_is_refused(owner: User, live: Dashboard, world: World) -> None:
    with pytest.raises(Conflict, match="open to Service desk leads already"):
        services.launch(actor=owner, dashboard=live, group=world.group)


def test_archived_dashboard_is_opened_to_nobody(
    owner: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    dashboard.status = Dashboard.Status.ARCHIVED
    dashboard.save()

    with pytest.raises(Conflict, match="archived"):
        services.launch(actor=owner, dashboard=dashboard, group=world.group)


def test_only_the_owner_opens_and_closes(ace: User, live: Dashboard, world: World) -> None:
    with pytest.raises(NotAllowed):
        services.launch(actor=ace, dashboard=live, group=world.other_group)
    with pytest.raises(NotAllowed):
        services.end_launch(actor=ace, launch=live.launches.get())


def test_stage_follows_the_evidence(owner: User, world: World) -> None:
    dashboard = make_dashboard(owner, world)

    assert dashboard.stage == 1  # no KPI is published yet


def test_stage_moves_on_with_draft_release_and_launch(
    owner: User, world: World, dashboard: Dashboard, draft: Version, request: pytest.FixtureRequest
) -> None:
    stages = [Dashboard.objects.get().stage]
    request.getfixturevalue("released")
    stages.append(Dashboard.objects.get().stage)
    request.getfixturevalue("live")
    stages.append(Dashboard.objects.get().stage)

    assert stages == [6, 7, 8]


def test_stage_never_goes_back(owner: User, live: Dashboard) -> None:
    services.end_launch(actor=owner, launch=live.launches.get())
    services.move_stage(actor=owner, dashboard=live)

    assert Dashboard.objects.get().stage == 8


def test_what_is_missing_is_named_and_linked_for_the_ace_alone(
    owner: User, member: User, dashboard: Dashboard
) -> None:
    canvas = canvas_of(owner, dashboard)

    assert [(line.text, line.url) for line in canvas.missing] == [
        ("Questions have published KPIs", "/discover/personas/service-desk-lead/")
    ]
    assert [stage["number"] for stage in canvas.stages if stage["here"]] == [1]
    assert (canvas_of(member, dashboard).missing, canvas_of(member, dashboard).checks) == ([], [])
