"""Opening to a group, and closing."""

from __future__ import annotations

import pytest

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, NotAllowed
from dashboards.content import selectors
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.services import launches as services
from tests.fixtures.dashboards import let_through
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def test_launch_opens_it_to_the_group_and_its_end_closes_it(
    owner: User, member: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    let_through(dashboard)
    assert list(selectors.dashboards_for(member)) == []
    launch = services.launch(actor=owner, dashboard=dashboard, group=world.group)
    assert list(selectors.dashboards_for(member)) == [dashboard]

    services.end_launch(actor=owner, launch=launch)

    assert list(selectors.dashboards_for(member)) == []
    with pytest.raises(Conflict, match="closed to this group already"):
        services.end_launch(actor=owner, launch=launch)
    services.launch(actor=owner, dashboard=dashboard, group=world.group)
    assert list(selectors.dashboards_for(member)) == [dashboard]


def test_launch_needs_a_release(
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
