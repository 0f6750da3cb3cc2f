"""A screen on the wall: some tiles at a time, of the dashboards that its viewer may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.content.scenes import CHARTS, NUMBERS, scenes_of
from dashboards.content.selectors import document_of
from dashboards.content.services.copies import copy_dashboard
from dashboards.content.services.releases import release_version
from dashboards.usage.models import ViewEvent

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def test_screens_hold_each_tile_once_and_few_at_a_time(live: Dashboard, released: Version) -> None:
    scenes = scenes_of([(live, released)])
    keys = [tile.key for scene in scenes for tile in scene.document.tiles]

    wanted = [tile.key for tile in document_of(released).tiles if tile.type != "text"]
    assert sorted(keys) == sorted(wanted)
    most = {"numbers": NUMBERS, "charts": CHARTS}
    assert [s for s in scenes if len(s.document.tiles) > most[s.kind]] == []


def test_links_lead_round_all_screens_without_script(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    client, url = client_of(member), f"{live.get_absolute_url()}wall/"
    page = client.get(f"{url}?wall-every=60&period=all")
    seen = []
    for _n in range(page.context["count"]):
        seen.append(page.context["number"])
        assert (page.context["every"], page.context["board"].state.preset) == (60, "all")
        page = client.get(url + page.context["after"])

    assert seen == list(range(1, len(seen) + 1))
    assert page.context["number"] == 1
    assert client.get(url + page.context["before"]).context["number"] == len(seen)


def test_other_dashboard_comes_in_turn_only_where_one_may_see_it(
    ace: User, member: User, live: Dashboard, client_of: ClientOf
) -> None:
    other = copy_dashboard(actor=ace, dashboard=live, name="Another")
    release_version(actor=ace, dashboard=other)
    url = f"{live.get_absolute_url()}wall/?wall-also={other.slug}&wall-also=none"

    counts = [client_of(one).get(url).context["count"] for one in (member, ace)]

    assert counts[1] == 2 * counts[0]
    last = client_of(ace).get(f"{url}&wall-page={counts[1]}&period=all")
    assert last.context["scene"].dashboard == other
    assert other.name not in client_of(member).get(url).text


def test_who_walks_past_is_not_counted_and_what_makes_no_sense_is_left_out(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    page = client_of(member).get(
        f"{live.get_absolute_url()}wall/?wall-every=1&wall-page=99999&wall-also="
    )

    assert (page.status_code, page.context["every"]) == (200, 30)
    assert 1 <= page.context["number"] <= page.context["count"]
    assert not ViewEvent.objects.exists()
