"""A thread of the member's on a tile of the live dashboard, and a second member of the group."""

from __future__ import annotations

import pytest

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from feedback.models import Thread
from feedback.services.threads import open_thread
from personas.services.people import add_member
from tests.fixtures.people import make_person
from tests.fixtures.world import LONG_AGO, World


@pytest.fixture
def mate(owner: User, world: World) -> User:
    """Another member of the same group."""
    person = make_person("mate")
    add_member(actor=owner, group=world.group, email=person.email, valid_from=LONG_AGO)
    return person


@pytest.fixture
def chart(live: Dashboard) -> str:
    """The key of a tile with a chart."""
    tiles = live.versions.get(state="released").document["tiles"]
    return str(next(tile["key"] for tile in tiles if tile["type"] in {"line", "bar"}))


@pytest.fixture
def thread(member: User, live: Dashboard, chart: str) -> Thread:
    return open_thread(
        actor=member, dashboard=live, tile_key=chart, kind="idea",
        text="Can we **split** it by shift? The nights are different.",
    )  # fmt: skip
