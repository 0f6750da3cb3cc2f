"""Tiles are added from the whole catalogue, where they shall be, and set beside the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.document import parse
from dashboards.content.models import Version
from dashboards.content.palette import found_in_catalogue, items_of
from kpis.models import Dataset
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.tickets import SLA
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

Open = Callable[[User], Client]
JSON = {"Accept": "application/json"}


def url(name: str, draft: Version, *args: str) -> str:
    return reverse(f"dashboards:{name}", args=[draft.dashboard.slug, *args])


def test_the_palette_finds_in_the_whole_catalogue_in_as_many_queries_however_many(
    client_of: Open, owner: User, world: World, tickets: Dataset, draft: Version
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            found = found_in_catalogue(owner, "further")[:10]
            items_of(found, parse(draft.document))
        return len(seen)

    for n in range(3):
        publish_kpi(owner, world.question, tickets, SLA, name=f"Further {n}", unit="percent")
    few = queries()
    for n in range(3, 12):
        publish_kpi(owner, world.question, tickets, SLA, name=f"Further {n}", unit="percent")
    client = client_of(owner)
    client.get(url("palette", draft), {"q": "further"})

    assert queries() == few
    first = client.get(url("palette", draft), {"q": "further"}, headers={"HX-Request": "true"}).text
    second = client.get(url("palette", draft), {"q": "further", "page": 2}).text
    assert first.count("palette__item") == 10
    assert "page=2" in first
    assert second.count("palette__item") == 2
    assert "No published KPI is called so." in client.get(url("palette", draft), {"q": "zzz"}).text


def test_a_script_adds_a_tile_in_its_place_and_is_told_what_is_wrong_with_which_field(
    client_of: Open, owner: User, draft: Version
) -> None:
    pk = draft.document["tiles"][0]["kpi_version"]
    given: dict[str, Any] = {"revision": draft.revision, "kpi_version": pk, "width": 3, "to": 1}
    where = url("tile-new", draft) + "?type=number"

    wrong = client_of(owner).post(where, {**given, "width": 13}, headers=JSON)
    added = client_of(owner).post(where, given, headers=JSON).json()
    stale = client_of(owner).post(where, given, headers=JSON)

    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["width"])
    tiles = draft.dashboard.versions.get().document["tiles"]
    assert (tiles[1]["key"], added["revision"]) == (added["tile"], draft.revision + 1)
    assert (stale.status_code, stale.json()["again"]) == (409, True)
    assert len(tiles) == len(draft.document["tiles"]) + 1


def test_settings_open_beside_the_board_and_keep_a_width_that_was_dragged(
    client_of: Open, owner: User, draft: Version
) -> None:
    tile = draft.document["tiles"][0]
    where = url("tile-edit", draft, tile["key"])
    given = {"kpi_version": tile["kpi_version"], "compare": "none", "revision": draft.revision}

    panel = client_of(owner).get(where, headers={"HX-Request": "true"}).text
    saved = client_of(owner).post(where, {**given, "width": 10}, headers=JSON)

    assert "data-settings" in panel
    assert "<html" not in panel
    assert (saved.status_code, saved.json()["tile"]) == (200, "")
    assert draft.dashboard.versions.get().document["tiles"][0]["width"] == 10
