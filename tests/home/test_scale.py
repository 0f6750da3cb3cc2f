"""Ten times the talk and the views: every page asks the database as often as before."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from feedback.services.threads import open_thread
from tests.bench import crowd
from tests.fixtures.people import browser_of
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def test_pages_ask_as_often_over_ten_times_the_rows(
    owner: User, member: User, live: Dashboard, world: World
) -> None:
    key = str(live.versions.get(state="released").document["tiles"][0]["key"])
    pattern = open_thread(actor=member, dashboard=live, tile_key=key, kind="idea", text="Split it.")
    people = crowd.gather(world.group, 12)
    clients = {"owner": browser_of(owner), "member": browser_of(member)}
    places = crowd.pages(live, key, pattern)

    def queries(name: str) -> int:
        who, url = places[name]
        clients[who].get(url)
        with CaptureQueriesContext(connection) as captured:
            assert clients[who].get(url).status_code == 200
        return len(captured)

    crowd.fill(live, people, pattern, 40)
    before = {name: queries(name) for name in places}
    crowd.fill(live, people, pattern, 400)

    assert {name: queries(name) for name in places} == before
