"""KPI trees: edges by formula and by statement, never in a circle, each with its status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Invalid, NotAllowed
from kpis.analysis.drawing import BETWEEN, WIDTH, draw
from kpis.models import KPI, KPIDriver, KPIVersion
from kpis.services.drivers import add_driver, remove_driver
from kpis.services.kpis import create_kpi, publish_version
from tests.fixtures.kpis import run_jobs
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


def derive(owner: User, world: World, name: str, **kpis: str) -> KPI:
    text = " + ".join(kpis)
    kpi = create_kpi(
        actor=owner, name=name, question=world.question, category="quality", unit="number",
        definition={"measure": {"formula": text, "kpis": kpis}},
    )  # fmt: skip
    publish_version(actor=owner, kpi=kpi)
    return kpi


def state(actor: User, kpi: KPI, driver: KPI, **more: Any) -> KPIDriver:
    return add_driver(actor=actor, kpi=kpi, driver=driver, reason="More wait.", **more)


@pytest.fixture
def summed(owner: User, world: World, sla: KPIVersion, volume: KPIVersion) -> KPI:
    """Computed from attainment and volume; volume is said to lower attainment."""
    kpi = derive(owner, world, "Summed", a=sla.kpi.slug, b=volume.kpi.slug)
    state(owner, sla.kpi, volume.kpi, sign="against")
    run_jobs()
    return kpi


def test_tree_has_formulas_by_themselves_and_what_people_say(
    ace: User, summed: KPI, client_of: Open
) -> None:
    nodes = client_of(ace).get(f"/api/v1/kpis/{summed.slug}/tree/").json()["nodes"]

    assert [(n["name"], n["below"], n["kind"], n["sign"], n["reason"]) for n in nodes] == [
        ("Summed", None, None, "", ""),
        ("SLA attainment", 0, "arithmetic", "", ""),
        ("Ticket volume", 1, "driver", "against", "More wait."),
        ("Ticket volume", 0, "arithmetic", "", ""),
    ]  # fmt: skip
    assert nodes[1]["status"] == "bad"
    assert nodes[1]["value"] == pytest.approx(17 / 23)


def test_page_draws_each_kpi_once_with_its_status_in_words(
    ace: User, summed: KPI, client_of: Open
) -> None:
    tree = client_of(ace).get(f"/kpis/{summed.slug}/tree/")
    pages = [tree, client_of(ace).get("/kpis/tree/")]

    assert [line.kpi.name for _box, line in tree.context["tree"].boxes] == [
        "Summed", "SLA attainment", "Ticket volume",
    ]  # fmt: skip
    assert [("Missed" in page.text, "More wait." in page.text) for page in pages] == [
        (True, True), (True, True),
    ]  # fmt: skip


def test_circle_is_refused_with_its_way(
    owner: User, summed: KPI, sla: KPIVersion, volume: KPIVersion
) -> None:
    with pytest.raises(Invalid, match="a circle: Summed ← Ticket volume") as refused:
        state(owner, volume.kpi, summed)
    with pytest.raises(Invalid, match="does not drive itself"):
        state(owner, volume.kpi, volume.kpi)

    assert refused.value.field == "driver"
    assert KPIDriver.objects.count() == 1


def test_formula_that_would_close_a_circle_is_not_published(
    owner: User, world: World, sla: KPIVersion, volume: KPIVersion
) -> None:
    kpi = create_kpi(
        actor=owner, name="Late", question=world.question, category="quality",
        definition={"measure": {"formula": "a", "kpis": {"a": sla.kpi.slug}}}, unit="number",
    )  # fmt: skip
    state(owner, sla.kpi, kpi)

    with pytest.raises(Invalid, match="That would be a circle: SLA attainment ← Late"):
        publish_version(actor=owner, kpi=kpi)


def test_owner_states_and_takes_back_and_others_do_neither(
    ace: User, owner: User, sla: KPIVersion, volume: KPIVersion
) -> None:
    with pytest.raises(NotAllowed):
        state(ace, sla.kpi, volume.kpi)
    link = state(owner, sla.kpi, volume.kpi)
    again = add_driver(actor=owner, kpi=sla.kpi, driver=volume.kpi, reason="Busy days break it.")
    with pytest.raises(NotAllowed):
        remove_driver(actor=ace, link=again)
    with pytest.raises(Invalid, match="Say why"):
        add_driver(actor=owner, kpi=sla.kpi, driver=volume.kpi, reason=" ")

    assert (link.pk, again.reason) == (again.pk, "Busy days break it.")
    remove_driver(actor=owner, link=again)
    actions = AuditEntry.objects.filter(action__startswith="kpi.driver").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "kpi.driver", "kpi.driver", "kpi.driver.remove",
    ]  # fmt: skip


def test_outsider_reads_the_tree_without_values(
    outsider: User, summed: KPI, client_of: Open
) -> None:
    nodes = client_of(outsider).get(f"/api/v1/kpis/{summed.slug}/tree/").json()["nodes"]

    assert [(n["value"], n["status"]) for n in nodes] == [(None, "none")] * 4


def test_list_of_trees_asks_the_same_number_of_questions(
    owner: User, world: World, sla: KPIVersion, volume: KPIVersion, ace: User, client_of: Open
) -> None:
    def queries(more: int) -> int:
        for n in range(more):
            derive(owner, world, f"D {more} {n}", a=sla.kpi.slug, b=volume.kpi.slug)
        client = client_of(ace)
        client.get("/kpis/tree/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/kpis/tree/")
        return len(captured)

    assert queries(1) == queries(2) == queries(9)


def test_drawing_stands_each_kpi_right_of_all_that_it_is_below() -> None:
    drawing = draw(1, [(1, 2, "arithmetic", ""), (1, 3, "arithmetic", ""), (2, 3, "driver", "with"),
                       (3, 4, "driver", "against")])  # fmt: skip
    columns = {box.key: (box.x - 4) // (WIDTH + BETWEEN) for box in drawing.boxes}

    assert columns == {1: 0, 2: 1, 3: 2, 4: 3}
    assert len({(box.x, box.y) for box in drawing.boxes}) == 4
    assert [line.sign for line in drawing.lines] == ["", "", "with", "against"]


def test_drawing_ends_where_people_could_have_made_a_circle() -> None:
    assert len(draw(1, [(1, 2, "driver", "with"), (2, 1, "driver", "with")]).boxes) == 2
