"""Every kind of tile: in a mail, and with labels and figures from data that mean harm."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.board import board
from dashboards.content.document import parse
from dashboards.content.document.schema import TILE_SCHEMAS
from dashboards.content.filters import read_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.pictures import taken
from dashboards.content.picturing import sheet_of
from dashboards.content.services import drafts
from dashboards.content.services.pictures import keep_picture
from dashboards.content.services.releases import release_version
from dashboards.rendering.picture import picture
from dashboards.rendering.sheet import draw
from dashboards.reports.letter import compose
from dashboards.reports.services.subscriptions import subscribe
from kpis.models import KPIVersion
from kpis.scopes import PORTAL
from tests.fixtures.images import picture_file
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.tickets import AS_OF, HOURS, SLA, TICKETS, VOLUME
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
BAD = "<img src=x onerror=alert(1)>"
NAMES = [
    BAD, "__proto__", "=HYPERLINK(1)", "x" * 10_000, "\u202e\u05d0\u05d1", "a\u2028b\nc",
    "{now}", "%{y}<extra>", None, "",
]  # fmt: skip


def tiles(volume: int, sla: int, hours: int, sha256: str) -> list[dict[str, Any]]:
    """One of each kind, by team where it is split."""
    by, grain = {"by": "team"}, {"grain": "month"}
    kinds: dict[str, dict[str, Any]] = {
        "number": {"kpi_version": sla},
        "line": {"kpi_version": volume, **grain, **by},
        "area": {"kpi_version": volume, **grain, **by},
        "bar": {"kpi_version": hours, **by},
        "combined": {"kpi_versions": [volume, sla], **grain},
        "pie": {"kpi_version": volume, **by},
        "table": {"kpi_versions": [volume, sla, hours], **by},
        "pivot": {"kpi_version": volume, **by, **grain},
        "funnel": {"kpi_versions": [volume, hours]},
        "waterfall": {"kpi_version": volume, **by},
        "bullet": {"kpi_version": sla},
        "gauge": {"kpi_version": hours},
        "histogram": {"kpi_version": hours},
        "box": {"kpi_version": hours, **by},
        "scatter": {"kpi_versions": [volume, hours], **by},
        "text": {"text": BAD},
        "image": {"picture": sha256, "alt": BAD},
    }
    assert set(kinds) == set(TILE_SCHEMAS)
    return [
        {"key": f"t{n}", "width": 6, "type": kind, "title": f"{kind} {BAD}", **more}
        for n, (kind, more) in enumerate(kinds.items())
    ]


@pytest.fixture(params=[1.5, math.inf, -math.inf, math.nan], ids=str)
def odd(request: pytest.FixtureRequest, owner: User, world: World) -> list[KPIVersion]:
    """Three KPIs over teams with names that mean harm, and hours of which some are no number."""
    rows = [
        {"opened_at": datetime(2026, month, 3), "closed_at": None, "priority": "P1",
         "team": name, "met": True, "hours": request.param if n == 3 else float(n)}
        for n, name in enumerate(NAMES * 3) for month in (7, 8, 9, 10)
    ]  # fmt: skip
    data = new_dataset(owner, "Odd")
    write_rows(data, TICKETS, rows, as_of=AS_OF)
    plans: list[tuple[dict[str, Any], str]] = [
        (VOLUME, "count"), (SLA, "percent"), (HOURS, "count"),
    ]  # fmt: skip
    return [
        publish_kpi(owner, world.question, data, definition, name=f"{n} {BAD}", unit=unit)
        for n, (definition, unit) in enumerate(plans)
    ]


def test_every_kind_shows_what_means_harm_as_text_or_says_why_not(
    client_of: ClientOf, owner: User, draft: Version, odd: list[KPIVersion]
) -> None:
    kept = keep_picture(actor=owner, dashboard=draft.dashboard, taken=taken(picture_file()))
    document = parse({
        "schema": 1, "tiles": tiles(*(version.pk for version in odd), kept.sha256),
        "filters": {"period": {"preset": "last_3"}, "choices": []},
    })  # fmt: skip
    found = board(document, read_state(document, QueryDict("")), reader=PORTAL)

    assert "This tile cannot be shown." not in {tile.error for tile in found.tiles}
    for tile in found.tiles:
        if tile.figure is not None:
            text = json.dumps(tile.figure, allow_nan=False)
            assert ("<" in text, '"__proto__":' in text) == (False, False)
            assert picture(tile.figure)
        told = [cell.text for row in (tile.table.rows if tile.table else ()) for cell in row]
        assert not {"nan", "inf", "-inf"} & {text.lower() for text in told}
    drafts.put_document(
        actor=owner, dashboard=draft.dashboard, revision=draft.revision,
        document=json.loads(json.dumps(draft.document)) | {
            "tiles": tiles(*(version.pk for version in odd), kept.sha256)
        },
    )  # fmt: skip
    page = client_of(owner).get(f"/dashboards/{draft.dashboard.slug}/builder/")
    assert page.status_code == 200
    assert "<img src=x" not in page.text


def test_every_kind_has_its_place_in_a_mail_on_paper_and_beside_another_segment(
    client_of: ClientOf, owner: User, live: Dashboard, volume: KPIVersion, sla: KPIVersion,
    hours: KPIVersion, world: World,
) -> None:  # fmt: skip
    again = publish_kpi(owner, world.question, volume.dataset, VOLUME, name="Volume, again")
    draft = drafts.start_version(actor=owner, dashboard=live)
    kept = keep_picture(actor=owner, dashboard=live, taken=taken(picture_file()))
    made = tiles(volume.pk, sla.pk, hours.pk, kept.sha256)
    for tile in made:
        tile["title"] = "" if tile["type"] in {"text", "image"} else f"{tile['type']}: {{now}}"
        if tile["type"] == "funnel":
            tile["kpi_versions"] = [volume.pk, again.pk]
    drafts.put_document(
        actor=owner, dashboard=live, revision=draft.revision,
        document={**draft.document, "tiles": made},
    )  # fmt: skip
    version = release_version(actor=owner, dashboard=live, notes="Every kind")
    letter = compose(subscribe(actor=owner, dashboard=live, every="weekly", hour=8), 1)
    document = parse(version.document)
    page = board(document, read_state(document, QueryDict("")), reader=owner)

    assert letter.failures == []
    assert len(letter.parts) == sum(bool(t.figure or t.spec.picture) for t in page.tiles)
    for tile in page.tiles:
        assert "{" not in tile.title
        assert tile.title in letter.text
    assert f"cid:t{len(made) - 1}.1@report" in letter.html

    drawn = draw(sheet_of(version, page, whose="Olga"), "svg").decode()
    assert [t.title for t in page.tiles if t.title and t.title.split(":")[0] not in drawn] == []
    assert page.tiles[-1].spec.alt.replace("<", "&lt;").replace(">", "&gt;") in drawn

    address = live.get_absolute_url()
    both = client_of(owner).get(f"{address}?side-a=priority:P1&side-b=priority:P2")
    kinds = {t.type: t for t in both.context["board"].tiles}
    compared = {kind for kind, tile in kinds.items() if getattr(tile, "names", ("",))[0]}
    refused = {kind for kind, tile in kinds.items() if any("Not compared" in n for n in tile.notes)}
    assert {tile.error for tile in kinds.values()} == {""}
    assert compared == {"number"}
    assert (compared | refused, compared & refused) == (set(kinds) - {"text", "image"}, set())
    assert client_of(owner).get(f"{address}wall/").status_code == 200
