"""A draft from a written layout: whole where the KPIs can show it, and told where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.beginnings import BEGINNINGS
from dashboards.content.board import board
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import parse
from dashboards.content.filters import default_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, history
from dashboards.content.services.beginning import begin_from
from kpis.models import KPIVersion
from kpis.scopes import PORTAL

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


@pytest.fixture
def players(sla: KPIVersion, volume: KPIVersion, hours: KPIVersion) -> dict[str, dict[str, int]]:
    """KPIs for each beginning: tickets, hours, kept promises."""
    return {
        "desk": {"volume": volume.pk, "time": hours.pk, "share": sla.pk},
        "flow": {"arrived": volume.pk, "done": volume.pk, "open": volume.pk, "age": hours.pk},
        "target": {"first": sla.pk, "second": hours.pk},
        "people": {"volume": volume.pk, "time": hours.pk, "share": sla.pk},
        "depth": {"kpi": sla.pk, "volume": volume.pk},
    }


@pytest.mark.parametrize("key", list(BEGINNINGS))
def test_every_beginning_becomes_a_draft_that_shows_figures(
    owner: User, dashboard: Dashboard, players: dict[str, dict[str, int]], key: str
) -> None:
    made = begin_from(actor=owner, dashboard=dashboard, beginning=key, kpis=players[key])
    document = parse(made.version.document)

    shown = board(document, default_state(document), reader=PORTAL)
    assert [tile.error for tile in shown.tiles if tile.error] == []
    parts = [str(part.title) for part in BEGINNINGS[key].parts]
    assert [tab.title for tab in document.tabs] == (parts if len(parts) > 1 else [])
    assert {choice.column for choice in document.choices} <= {"team", "priority"}
    assert document.choices
    assert len(document.tiles) >= 5


def test_drawings_are_of_kinds_that_there_are_and_fill_their_rows() -> None:
    for plan in BEGINNINGS.values():
        roles = {role.key for role in plan.roles}
        for part in plan.parts:
            assert {cell.type for cell in part.cells} <= set(TYPE_NAMES)
            assert {role for cell in part.cells for role in cell.roles} <= roles
            ends = {sum(cell.width for cell in part.cells[: n + 1]) for n in range(len(part.cells))}
            assert {12 * row for row in range(1, max(ends) // 12 + 1)} <= ends
            assert max(ends) % 12 == 0


def test_what_the_kpis_cannot_show_is_left_out_and_said(
    owner: User, dashboard: Dashboard, sla: KPIVersion, volume: KPIVersion
) -> None:
    flow = begin_from(
        actor=owner, dashboard=dashboard, beginning="flow",
        kpis={"arrived": volume.pk, "done": volume.pk, "open": volume.pk},
    )  # fmt: skip
    depth = begin_from(actor=owner, dashboard=dashboard, beginning="depth", kpis={"kpi": sla.pk})

    assert [line for line in flow.said if "two different KPIs" in line] == [
        "Left out: Bars and a line “Is as much done as comes in?”. It needs two different KPIs."
    ]
    ages = [tile for tile in parse(flow.version.document).tiles if tile.type == "line"]
    assert ages == []
    assert depth.said == []
    # What is left of a row is as wide as the row.
    widths = [tile.width for tile in parse(depth.version.document).tiles]
    assert widths == [4, 4, 4, 12, 6, 6, 12, 12]


@pytest.mark.parametrize(
    ("kpis", "field"),
    [({}, "volume"), ({"volume": "sla", "time": "hours"}, "volume"), ({"who": "sla"}, "kpis"),
     ({"volume": "volume", "time": "gone"}, "time")],
)  # fmt: skip
def test_role_takes_only_who_can_play_it(
    owner: User, dashboard: Dashboard, sla: KPIVersion, volume: KPIVersion, hours: KPIVersion,
    kpis: dict[str, str], field: str,
) -> None:  # fmt: skip
    pks = {"sla": sla.pk, "volume": volume.pk, "hours": hours.pk, "gone": 10**9}
    given = {role: pks[name] for role, name in kpis.items()}

    with pytest.raises(Invalid) as refused:
        begin_from(actor=owner, dashboard=dashboard, beginning="desk", kpis=given)

    assert refused.value.field == field
    assert not dashboard.versions.exists()


def test_one_undo_brings_back_what_was_there(
    owner: User, dashboard: Dashboard, draft: Version, players: dict[str, dict[str, int]]
) -> None:
    draft.refresh_from_db()
    begun = begin_from(
        actor=owner, dashboard=dashboard, beginning="desk", kpis=players["desk"],
        revision=draft.revision,
    )  # fmt: skip
    with pytest.raises(Conflict):
        begin_from(
            actor=owner, dashboard=dashboard, beginning="desk", kpis=players["desk"],
            revision=draft.revision,
        )  # fmt: skip

    back = history.undo(actor=owner, dashboard=dashboard, revision=begun.version.revision)

    assert back.document == draft.document


def test_author_chooses_who_plays_on_a_page_and_through_the_api(
    owner: User, dashboard: Dashboard, players: dict[str, dict[str, int]], client_of: ClientOf
) -> None:
    client = client_of(owner)
    overview = client.get(reverse("dashboards:beginnings", args=[dashboard.slug]))
    assert overview.text.count('class="sketch"') == len(BEGINNINGS)
    address = reverse("dashboards:begin", args=[dashboard.slug, "desk"])
    form = client.get(address).context["form"]
    offered = {name: [pk for pk, _label in form.fields[name].choices[1:]] for name in form.roles}
    desk = players["desk"]
    assert offered["volume"] == [desk["volume"]]
    assert offered["share"] == [desk["share"]]

    refused = client.post(address, {"time": desk["time"]})
    done = client.post(address, desk)

    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["volume"])
    assert done.url == reverse("dashboards:builder", args=[dashboard.slug])
    draft = dashboard.versions.get()
    drafts.put_document(
        actor=owner, dashboard=dashboard, revision=draft.revision,
        document={**draft.document, "tiles": [], "filters": {"period": {"preset": "all"},
                                                            "choices": []}},
    )  # fmt: skip
    told: Any = client.post(
        f"/api/v1/dashboards/{dashboard.slug}/draft/begin/", {"beginning": "desk", "kpis": desk},
        content_type="application/json",
    )  # fmt: skip
    listed = client.get("/api/v1/dashboard-beginnings/").json()

    assert told.status_code == 200, told.text
    kinds = [[tile["type"] for tile in doc["tiles"]]
             for doc in (told.json()["draft"]["document"], draft.document)]  # fmt: skip
    assert kinds[0] == kinds[1]
    assert [one["key"] for one in listed] == list(BEGINNINGS)
