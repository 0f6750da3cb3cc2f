"""From the source of a dataset to the dashboards that show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from kpis.models import Dataset, DatasetInput, DataSource, KPIVersion
from kpis.services import kpis
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset
from tests.fixtures.tickets import VOLUME
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.fixture
def outside(owner: User, tickets: Dataset) -> DataSource:
    source = DataSource.objects.create(
        slug="desk", name="Desk database", kind="sqlite", file="d.sqlite", owner=owner
    )
    Dataset.objects.filter(pk=tickets.pk).update(source=source)
    return source


def made_from(owner: User, name: str, source: Dataset) -> Dataset:
    """A prepared dataset that was never built."""
    dataset = new_dataset(owner, name)
    Dataset.objects.filter(pk=dataset.pk).update(kind=Dataset.Kind.PREPARED, sql="SELECT 1")
    DatasetInput.objects.create(dataset=dataset, source=source)
    return dataset


def test_lineage_leads_from_the_source_to_the_dashboard(
    client_of: Open, owner: User, tickets: Dataset, outside: DataSource, live: Dashboard,
    sla: KPIVersion,
) -> None:  # fmt: skip
    clean = made_from(owner, "Clean", tickets)
    made_from(owner, "Elsewhere", new_dataset(owner, "Others"))
    both = kpis.create_kpi(
        actor=owner, name="Both", question=sla.kpi.question, category="quality",
        definition={"measure": {"formula": "a * 2", "kpis": {"a": sla.kpi.slug}}, "grain": "month"},
    )  # fmt: skip

    told = client_of(owner).get(f"/api/v1/datasets/{tickets.slug}/lineage/").json()

    kinds = {node["name"]: (node["kind"], node["state"]) for node in told["nodes"]}
    names = {node["key"]: node["name"] for node in told["nodes"]}
    edges = {(names[start], names[end]) for start, end in told["edges"]}
    assert kinds == {
        "Desk database": ("source", ""), "Tickets": ("dataset", ""), "Clean": ("prepared", "empty"),
        "Ticket volume": ("kpi", ""), "SLA attainment": ("kpi", ""), "Time to resolve": ("kpi", ""),
        both.name: ("derived", "draft"), live.name: ("dashboard", ""),
    }  # fmt: skip
    assert edges == {
        ("Desk database", "Tickets"), ("Tickets", clean.name), ("Tickets", "Ticket volume"),
        ("Tickets", "SLA attainment"), ("Tickets", "Time to resolve"), ("SLA attainment", "Both"),
        ("Ticket volume", live.name), ("SLA attainment", live.name), ("Time to resolve", live.name),
    }  # fmt: skip


def test_pages_draw_it_and_say_it_as_a_list(
    client_of: Open, owner: User, tickets: Dataset, live: Dashboard
) -> None:
    client = client_of(owner)
    for where in (tickets.get_absolute_url(), reverse("kpis:lineage")):
        page = client.get(where).content.decode()

        drawing, _mark, listed = page.partition("flow__drawing")[2].partition("</svg>")
        assert f'aria-label="Dashboard {live.name}. Made from ' in drawing
        assert f'href="{live.get_absolute_url()}">{live.name}</a>' in listed
        assert "Made from Tickets" in listed


def test_queries_do_not_grow_with_what_there_is(
    client_of: Open, owner: User, world: World, tickets: Dataset, live: Dashboard
) -> None:
    client, counts = client_of(owner), []
    for more in (1, 2, 27):
        for number in range(more):
            name = f"More {len(counts)}-{number}"
            dataset = made_from(owner, name, tickets)
            dataset.live = tickets.live
            dataset.save()
            publish_kpi(owner, world.question, dataset, VOLUME, name=f"Volume of {name}")
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("kpis:lineage"))
        counts.append(len(asked))

    assert counts[1] == counts[2] <= 25


def test_nobody_else_reads_it(client_of: Open, member: User, tickets: Dataset) -> None:
    client = client_of(member)

    assert client.get(reverse("kpis:lineage")).status_code == 403
    assert client.get(f"/api/v1/datasets/{tickets.slug}/lineage/").status_code == 403
