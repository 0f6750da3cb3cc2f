"""Sources in the portal: tried before they are kept, sealed, and read by KPIs like any data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.crypto import unsealed
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.notifications.models import Event
from kpis.models import Dataset, DataSource, Load
from kpis.services import datasets, loads
from kpis.services.schedules import load_due
from kpis.services.sourced import create_from_source
from kpis.services.sources import (
    change_source,
    columns_in,
    create_source,
    look_into,
    remove_source,
    try_source,
)
from tests.fixtures.databases import PASSWORD, ROWS, Outside, Server, file_database
from tests.kpis.data.conftest import work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.SOURCE_FILES_DIR = str(tmp_path / "set-aside")
    settings.OPEN_NETWORKS = ["127.0.0.0/8"]
    Path(settings.SOURCE_FILES_DIR).mkdir()
    yield
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


@pytest.fixture
def file_source(owner: User, settings: Any) -> DataSource:
    file_database("sqlite", Path(settings.SOURCE_FILES_DIR))
    return create_source(actor=owner, name="Orders file", kind="sqlite", file="orders.sqlite")


def way_in(outside: Outside, **changes: Any) -> dict[str, Any]:
    place = outside.place
    return {
        "name": "Orders", "kind": place.kind, "host": place.host, "port": place.port,
        "database": place.database, "user": place.user, "password": place.password, "tls": "off",
        **changes,
    }  # fmt: skip


@pytest.fixture
def orders(owner: User, server: Server) -> DataSource:
    return create_source(actor=owner, **way_in(server.outside))


def test_source_is_reached_before_it_is_kept(owner: User, server: Server) -> None:
    with pytest.raises(Invalid) as refused:
        create_source(actor=owner, **way_in(server.outside, port=1))
    assert refused.value.field == "host"
    assert not DataSource.objects.exists()
    source = create_source(actor=owner, **way_in(server.outside))
    assert [row["name"] for row in source.relations] == ["orders"]


def test_only_who_manages_data_makes_one(member: User, server: Server) -> None:
    with pytest.raises(NotAllowed):
        create_source(actor=member, **way_in(server.outside))


def test_only_who_manages_data_goes_there(file_source: DataSource, ace: User, owner: User) -> None:
    User.objects.filter(pk=ace.pk).update(may_manage_data=False)
    ace.refresh_from_db()
    ways: list[Callable[..., Any]] = [
        partial(look_into, source=file_source, schema="main", table="orders"),
        partial(columns_in, source=file_source, tables=["orders"]),
        partial(try_source, source=file_source),
        partial(change_source, source=file_source, name="Mine"),
        partial(remove_source, source=file_source),
        partial(create_from_source, source=file_source, name="O", schema="main", table="orders"),
    ]

    for way in ways:
        with pytest.raises(NotAllowed):
            way(actor=ace)
    assert look_into(actor=owner, source=file_source, schema="main", table="orders").rows


def test_password_is_sealed_and_stands_nowhere(
    orders: DataSource, owner: User, client: Client, caplog: Any
) -> None:
    assert unsealed(orders.secret) == PASSWORD
    create_from_source(actor=owner, source=orders, name="Orders", schema="public", table="orders")
    work()
    client.force_login(owner)
    slug = orders.slug
    told = [
        client.get(f"/kpis/sources/{slug}/?table=public.orders").content,
        client.get(f"/kpis/sources/{slug}/edit/").content,
        client.get("/kpis/sources/").content,
        client.get(f"/api/v1/sources/{slug}/").content,
        client.get("/api/v1/sources/").content,
        client.post(f"/kpis/sources/{slug}/edit/", way_in_form(orders, port=1)).content,
        serializers.serialize("json", DataSource.objects.all()).encode(),
        serializers.serialize("json", Load.objects.all()).encode(),
        serializers.serialize("json", AuditEntry.objects.all()).encode(),
        caplog.text.encode(),
        repr(orders).encode(),
    ]
    assert b"orders" in told[0]
    assert not [text for text in told if PASSWORD.encode() in text]


def way_in_form(source: DataSource, **changes: Any) -> dict[str, Any]:
    names = ("name", "host", "port", "database", "user", "tls")
    return {**{name: getattr(source, name) for name in names}, "password": PASSWORD, **changes}


def test_password_follows_nobody_to_another_machine(orders: DataSource, owner: User) -> None:
    with pytest.raises(Invalid) as refused:
        change_source(actor=owner, source=orders, host="localhost")
    assert refused.value.field == "password"
    orders.refresh_from_db()
    assert orders.host == "127.0.0.1"
    change_source(actor=owner, source=orders, name="Orders of the shop")
    assert unsealed(orders.secret) == PASSWORD


def test_keys_can_be_changed(orders: DataSource, settings: Any) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "b" * 30 + "another-key-of-this-portal-x"
    with pytest.raises(Conflict, match="Enter it again"):
        unsealed(orders.secret)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unsealed(orders.secret) == PASSWORD


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "10.0.0.7", "192.168.1.1", "::1", "::ffff:10.0.0.1", "0.0.0.0",
     "2002:0a00:0001::1", "64:ff9b::0a00:0001", "224.0.0.1", "fe80::1", "fec0::1", "::7f00:1",
     "4000::1", "64:ff9b:1::a00:1"],
)  # fmt: skip
def test_closed_networks_are_refused(host: str, owner: User, server: Server) -> None:
    with pytest.raises(Invalid, match="lies in a network that this portal does not") as refused:
        create_source(actor=owner, **way_in(server.outside, host=host, tls="verify"))
    assert refused.value.field == "host"


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost"])
def test_loopback_is_closed_unless_opened(
    host: str, owner: User, server: Server, settings: Any
) -> None:
    settings.OPEN_NETWORKS = []
    with pytest.raises(Invalid, match="ACE_OPEN_NETWORKS"):
        create_source(actor=owner, **way_in(server.outside, host=host))


@pytest.mark.parametrize("host", ["[::1]", "127.0.0.1:5432", "a b", "user@127.0.0.1", ""])
def test_host_that_is_no_name_is_none(host: str, owner: User, server: Server) -> None:
    with pytest.raises(Invalid) as refused:
        create_source(actor=owner, **way_in(server.outside, host=host))
    assert refused.value.field == "host"


def test_own_broker_is_no_source(owner: User, server: Server, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{server.outside.place.port}/0"
    with pytest.raises(Invalid, match="does not connect to"):
        create_source(actor=owner, **way_in(server.outside))


@pytest.mark.postgresql
def test_own_database_is_no_source(owner: User, server: Server) -> None:
    own = connection.settings_dict
    with pytest.raises(Invalid, match="keeps its own rows"):
        create_source(actor=owner, **way_in(server.outside, database=own["NAME"]))


@pytest.mark.parametrize("name", ["../ace.sqlite3", "/etc/passwd", "gone.sqlite", "link.sqlite"])
def test_only_files_that_are_set_aside(name: str, owner: User, settings: Any) -> None:
    (Path(settings.SOURCE_FILES_DIR) / "link.sqlite").symlink_to("/etc/passwd")
    with pytest.raises(Invalid) as refused:
        create_source(actor=owner, name="File", kind="sqlite", file=name)
    assert refused.value.field == "file"


def test_file_that_is_gone_is_named(file_source: DataSource, owner: User, settings: Any) -> None:
    (Path(settings.SOURCE_FILES_DIR) / file_source.file).unlink()

    with pytest.raises(Invalid, match=f"“{file_source.file}” is not in the folder"):
        try_source(actor=owner, source=file_source)


def test_file_becomes_a_dataset(file_source: DataSource, owner: User) -> None:
    dataset = create_from_source(
        actor=owner, source=file_source, name="Orders", schema="main", table="orders"
    )
    assert work() == ["done"]
    dataset.refresh_from_db()
    assert dataset.live is not None
    assert dataset.live.rows == ROWS
    assert dataset.live.has_file


def test_failed_load_keeps_the_good_one_and_says_so(
    file_source: DataSource, owner: User, settings: Any
) -> None:
    dataset = create_from_source(
        actor=owner, source=file_source, name="Orders", schema="main", table="orders"
    )
    work()
    (Path(settings.SOURCE_FILES_DIR) / "orders.sqlite").unlink()
    datasets.rebuild(actor=owner, dataset=dataset)
    work()
    dataset.refresh_from_db()
    file_source.refresh_from_db()
    assert dataset.live is not None
    assert dataset.live.number == 1
    assert dataset.loads.get(number=2).trouble.startswith("The file “orders.sqlite” is not")
    assert file_source.trouble.startswith("The file “orders.sqlite” is not")


def test_owner_is_told_once_of_what_failed_by_itself(
    file_source: DataSource, owner: User, ace: User, settings: Any
) -> None:
    """And again after it went well; not of what somebody watches who began it."""
    dataset = create_from_source(
        actor=owner, source=file_source, name="Orders", schema="main", table="orders"
    )
    work()
    file = Path(settings.SOURCE_FILES_DIR) / "orders.sqlite"
    rows = file.read_bytes()

    file.unlink()
    datasets.rebuild(actor=owner, dataset=dataset)
    work()
    by_hand = told_of_loads()
    for _n in range(2):
        turn(dataset)
    one = told_of_loads()
    file.write_bytes(rows)
    turn(dataset)
    file.unlink()
    turn(dataset)
    loads.roll_back(actor=owner, load=dataset.loads.get(number=1))
    turn(dataset)

    assert by_hand == []
    assert [(event.title, event.url) for event in one] == [
        ("New data of Orders could not be loaded", "/kpis/datasets/orders/loads/3/")
    ]
    assert one[0].text.endswith("The last good load stays live.")
    assert {d.person for d in one[0].deliveries.all()} == {owner}
    assert [event.url for event in told_of_loads()[1:]] == [
        "/kpis/datasets/orders/loads/6/", "/kpis/datasets/orders/loads/7/",
    ]  # fmt: skip


def turn(dataset: Dataset) -> None:
    """The dataset's time has come, and the worker does what waits."""
    now = timezone.now()
    Dataset.objects.filter(pk=dataset.pk).update(
        schedule="every hour", next_due=now - timedelta(minutes=1)
    )
    load_due(now=now)
    work()


def told_of_loads() -> list[Event]:
    return list(Event.objects.filter(kind="kpis.load").order_by("pk"))


def test_source_in_use_stays(file_source: DataSource, owner: User) -> None:
    create_from_source(actor=owner, source=file_source, name="O", schema="main", table="orders")
    with pytest.raises(Conflict, match="“O” comes from this source"):
        remove_source(actor=owner, source=file_source)
    Dataset.objects.get().loads.all().delete()
    Dataset.objects.all().delete()
    remove_source(actor=owner, source=file_source)
    assert not DataSource.objects.exists()


def test_trouble_of_a_test_is_kept(file_source: DataSource, owner: User, settings: Any) -> None:
    settings.SOURCE_FILES_DIR = ""
    with pytest.raises(Invalid):
        try_source(actor=owner, source=file_source)
    file_source.refresh_from_db()
    assert "ACE_SOURCE_FILES_DIR" in file_source.trouble


@pytest.mark.parametrize(("asked", "why"), [
    ({"table": "orders", "schema": "main", "placement": "live"}, "extract it instead"),
    ({}, "Choose a table"),
    ({"sql": "DELETE FROM orders"}, "SELECT"),
    ({"table": "gone", "schema": "main"}, "gone"),
])  # fmt: skip
def test_dataset_is_refused_before_it_is_made(
    asked: dict[str, str], why: str, file_source: DataSource, owner: User
) -> None:
    with pytest.raises(Invalid, match=why):
        create_from_source(actor=owner, source=file_source, name="O", **asked)
    assert not Dataset.objects.exists()


def test_who_manages_no_data_is_led_nowhere_that_is_closed(
    file_source: DataSource, ace: User, owner: User, client_of: Callable[[User | None], Client]
) -> None:
    User.objects.filter(pk=ace.pk).update(may_manage_data=False)
    for path in ("/kpis/sources/", file_source.get_absolute_url()):
        pages = [client_of(one).get(path).content.decode() for one in (owner, ace)]
        assert ['href="/kpis/datasets/"' in page for page in pages] == [True, False]

    refused = client_of(ace).get("/kpis/datasets/")

    assert refused.status_code == 403
    assert "members of the ACE who manage data" in refused.content.decode()


def test_what_a_source_says_of_its_rows_is_for_who_manages_data(
    file_source: DataSource, ace: User, owner: User, client_of: Callable[[User | None], Client]
) -> None:
    DataSource.objects.update(trouble="The database says: no number is “canary”")
    User.objects.filter(pk=ace.pk).update(may_manage_data=False)
    slug = file_source.slug
    doors = [file_source.get_absolute_url(), f"/api/v1/sources/{slug}/", "/api/v1/sources/"]

    told = {
        one.name: ["canary" in client_of(one).get(door).content.decode() for door in doors]
        for one in (owner, ace)
    }

    assert told == {owner.name: [True] * 3, ace.name: [False] * 3}
    assert "did not answer as it should" in client_of(ace).get(doors[0]).content.decode()
