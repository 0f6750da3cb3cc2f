"""The small world with everything that can be found in it, launched to the member's group."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from feedback.services.roadmap import add_item
from feedback.services.threads import open_thread
from kpis.models import KPIVersion
from office_hours.services.ama import announce_session, publish_session
from office_hours.services.availability import add_rule
from office_hours.services.lessons import write_lesson
from office_hours.services.questions import ask
from tests.fixtures.places import live_dashboard
from tests.fixtures.world import World


@pytest.fixture
def everything(owner: User, member: User, world: World, sla: KPIVersion) -> Dashboard:
    """Of each kind one thing with “falcon” in its words, all of them the group's or the team's."""
    live = live_dashboard(owner, world)
    Dashboard.objects.filter(pk=live.pk).update(problem="The falcon is late.")
    tile = sla.tiles.order_by("pk")[0].key
    open_thread(actor=member, dashboard=live, tile_key=tile, kind="idea", text="A falcon by shift?")
    open_thread(
        actor=member, dashboard=live, tile_key=tile, kind="idea", text="My secret falcon",
        private=True,
    )  # fmt: skip
    add_item(actor=owner, dashboard=live, title="The falcon's filter")
    begins = timezone.now() + timedelta(days=1)
    session = announce_session(
        actor=owner, title="Ask about the falcon", starts_at=begins, dashboard=live,
        ends_at=begins + timedelta(hours=1), everybody=False, groups=[world.group],
    )  # fmt: skip
    publish_session(actor=owner, session=session)
    ask(actor=member, session=session, text="Why did the falcon break?")
    write_lesson(
        actor=member, title="Feed the falcon first", expected="E", actual="A", why="W", change="C",
        dashboards=[live], everybody=False, groups=[world.group],
    )  # fmt: skip
    for thing in (world.service, world.persona, world.group, world.question, world.blueprint):
        field = {"Question": "text", "Blueprint": "scenario"}.get(type(thing).__name__, "name")
        setattr(thing, field, f"{getattr(thing, field)} falcon")
        thing.save()
    sla.dataset.name = "Falcon tickets"
    sla.dataset.save()
    add_rule(actor=owner, weekday=1, starts=time(9), ends=time(12), minutes=30)
    return live
