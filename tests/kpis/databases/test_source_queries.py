"""The page on which a query over a database is written: rows, places of errors, what it moves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid, NotAllowed
from kpis.models import Dataset, DataSource, KPIVersion
from kpis.services.policies import set_policy
from kpis.services.sourced import change_asked, create_from_source
from kpis.services.sources import columns_in, create_source
from tests.fixtures.databases import file_database
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.world import World
from tests.kpis.data.conftest import work

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
NEW = "/kpis/sources/orders-file/datasets/new/"
PAID = {"measure": {"agg": "count", "where": {"column": "paid", "op": "=", "value": True}}}


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.SOURCE_FILES_DIR = str(tmp_path / "set-aside")
    Path(settings.SOURCE_FILES_DIR).mkdir()
    yield
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


@pytest.fixture
def source(owner: User, settings: Any) -> DataSource:
    file_database("duckdb", Path(settings.SOURCE_FILES_DIR))
    return create_source(actor=owner, name="Orders file", kind="duckdb", file="orders.duckdb")


@pytest.fixture
def asked(owner: User, world: World, source: DataSource) -> Dataset:
    """All orders, with a KPI over those that are paid."""
    dataset = create_from_source(
        actor=owner, source=source, name="Orders", sql="SELECT id, paid FROM orders"
    )
    work()
    dataset.refresh_from_db()
    publish_kpi(owner, world.question, dataset, PAID, name="Paid orders")
    return dataset


def test_first_rows_of_a_query_are_shown_and_nothing_is_made(
    client_of: Open, owner: User, source: DataSource
) -> None:
    typed = {"sql": "SELECT id, day FROM orders ORDER BY id", "time_zone": "UTC", "look": "1"}
    page = client_of(owner).post(NEW, typed)

    assert page.status_code == 200
    assert page.context["preview_names"] == ["id", "day"]
    assert page.context["preview"].rows[0] == (1, "2025-03-02")
    assert "ORDER BY id</textarea>" in page.text
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("button", ["look", "save"])
@pytest.mark.parametrize("wrong", ["nope", "read_csv('x')"])
def test_error_is_shown_at_its_place_and_the_text_stays(
    client_of: Open, owner: User, source: DataSource, button: str, wrong: str
) -> None:
    sql = f"SELECT id,\n  {wrong}\nFROM orders"
    typed = {"sql": sql, "name": "N", "placement": "extract", "time_zone": "UTC", button: "1"}
    page = client_of(owner).post(NEW, typed)

    assert page.status_code == 422
    assert 'data-line="2" data-column="3"' in page.text
    assert "FROM orders</textarea>" in page.text


def test_editor_knows_the_tables_and_asks_for_their_columns(
    client_of: Open, owner: User, source: DataSource
) -> None:
    client = client_of(owner)
    block = re.search(r'<script id="sql-words"[^>]*>(.*?)</script>', client.get(NEW).text)
    assert block is not None
    words = json.loads(block[1])
    told = client.get(words["columns"], {"table": ["orders", "secrets"]}).json()

    assert words["tables"] == [["orders", None]]
    assert list(told["columns"]) == ["orders"]
    assert told["columns"]["orders"][:3] == ["id", "words", "price"]


def test_columns_are_asked_for_once(
    owner: User, member: User, source: DataSource, settings: Any
) -> None:
    known = columns_in(actor=owner, source=source, tables=["orders"])
    (Path(settings.SOURCE_FILES_DIR) / "orders.duckdb").unlink()

    assert columns_in(actor=owner, source=source, tables=["orders"]) == known
    with pytest.raises(NotAllowed):
        columns_in(actor=member, source=source, tables=["orders"])


def test_another_query_shows_what_it_touches_before_it_is_saved(
    client_of: Open, owner: User, asked: Dataset
) -> None:
    client, where = client_of(owner), f"/kpis/datasets/{asked.slug}/asked/"
    typed = {"sql": "SELECT id, paid, day FROM orders", "time_zone": "UTC"}
    unseen = client.post(where, typed)
    asked.refresh_from_db()
    before = asked.asked
    other = client.post(where, {**typed, "sql": "SELECT paid FROM orders",
                                "seen": unseen.context["seen"]})  # fmt: skip
    saved = client.post(where, {**typed, "seen": unseen.context["seen"]})

    assert (unseen.status_code, before["sql"]) == (200, "SELECT id, paid FROM orders")
    assert "Nothing is saved yet." in unseen.text
    assert "Paid orders" in unseen.text
    assert (other.status_code, saved.status_code) == (200, 302)
    asked.refresh_from_db()
    assert asked.asked == {"sql": typed["sql"]}


def test_query_that_would_break_a_kpi_says_which_beside_its_rows(
    client_of: Open, owner: User, asked: Dataset
) -> None:
    typed = {"sql": "SELECT id FROM orders", "time_zone": "UTC", "look": "1"}
    page = client_of(owner).post(f"/kpis/datasets/{asked.slug}/asked/", typed)

    assert [one.name for one in page.context["impact"].kpis if one.why] == ["Paid orders"]
    assert page.context["preview_names"] == ["id"]


def test_load_again_shows_what_it_touches_before_it_is_done(
    client_of: Open, owner: User, asked: Dataset
) -> None:
    client, where = client_of(owner), f"/kpis/datasets/{asked.slug}/rebuild/"
    unseen = client.post(where)
    begun = asked.loads.count()
    told = client.post(f"/api/v1/datasets/{asked.slug}/impact/", {}, "application/json").json()
    done = client.post(where, {"seen": unseen.context["seen"]})

    assert ("Paid orders" in unseen.text, begun) == (True, 1)
    assert [one["name"] for one in told["kpis"]] == ["Paid orders"]
    assert (done.status_code, asked.loads.count()) == (302, 2)


def test_query_keeps_the_column_that_says_who_sees_which_rows(
    owner: User, world: World, asked: Dataset
) -> None:
    KPIVersion.objects.update(state=KPIVersion.State.SUPERSEDED)  # nothing reads it any more
    set_policy(actor=owner, dataset=asked, column="paid", rules={world.group: ["true"]})
    asked.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        change_asked(actor=owner, dataset=asked, sql="SELECT id FROM orders")

    assert refused.value.field == "sql"
    asked.refresh_from_db()
    assert asked.asked == {"sql": "SELECT id, paid FROM orders"}
