"""Addresses in the portal: tried, sampled, answered like a file, loaded and loaded again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core import serializers
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.crypto import unsealed
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from kpis.models import Dataset, DataSource, Load, Upload
from kpis.services import datasets
from kpis.services.incremental import set_reading
from kpis.services.samples import take_sample
from kpis.services.sources import change_source, create_source, remove_source
from tests.fixtures.addresses import TOKEN, Address, Reply, Seen, answering, tickets
from tests.kpis.data.conftest import work

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
ASKED = {"path": "/tickets", "rows_at": "items", "mark_parameter": "since"}


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    with answering() as address:
        yield address


@pytest.fixture
def address(server: Address) -> Address:
    server.seen.clear()
    server.says({"items": tickets(1, 5)})
    return server


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    settings.OPEN_NETWORKS = ["127.0.0.0/8"]
    yield
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


@pytest.fixture
def desk(owner: User, address: Address) -> DataSource:
    return create_source(
        actor=owner, name="Desk", kind="http", url=address.url + "/api/", password=TOKEN
    )


@pytest.fixture
def dataset(owner: User, desk: DataSource) -> Dataset:
    sample = take_sample(actor=owner, source=desk, asked=ASKED)
    made = datasets.create_dataset(actor=owner, upload=sample, name="Tickets")
    work()
    made.refresh_from_db()
    return made


def rows_of(dataset: Dataset, what: str = "id, hours") -> list[tuple[Any, ...]]:
    assert dataset.live is not None
    return duckdb.sql(f"SELECT {what} FROM '{dataset.live.file}' ORDER BY id").fetchall()


def again(owner: User, dataset: Dataset) -> Load:
    load = datasets.rebuild(actor=owner, dataset=dataset)
    work()
    dataset.refresh_from_db()
    load.refresh_from_db()
    return load


def test_address_is_knocked_at_before_it_is_kept(owner: User, address: Address) -> None:
    given = {"name": "Desk", "kind": "http", "password": TOKEN}
    for url, field in (("http://127.0.0.1:1", "url"), (address.url, "password")):
        address.says(b"", status=401)
        with pytest.raises(Invalid) as refused:
            create_source(actor=owner, url=url, **given)
        assert refused.value.field == field
    assert not DataSource.objects.exists()
    address.says(b"no base page", status=404)
    source = create_source(actor=owner, url=address.url, **given)
    assert (unsealed(source.secret), source.relations, source.host) == (TOKEN, [], "")


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "http://10.0.0.7", "http://[::1]:80", "http://[::ffff:7f00:1]"]
)  # fmt: skip
def test_closed_networks_are_refused(url: str, owner: User, settings: Any) -> None:
    settings.OPEN_NETWORKS = []
    with pytest.raises(Invalid, match="ACE_OPEN_NETWORKS") as refused:
        create_source(actor=owner, name="N", kind="http", url=url)
    assert refused.value.field == "url"


def test_network_that_was_closed_stops_the_next_load(
    owner: User, dataset: Dataset, address: Address, settings: Any
) -> None:
    asked = len(address.seen)
    settings.OPEN_NETWORKS = []

    load = again(owner, dataset)

    assert "ACE_OPEN_NETWORKS" in load.trouble
    assert (len(address.seen), dataset.live.number) == (asked, 1)
    dataset.source.refresh_from_db()
    assert dataset.source.trouble == load.trouble


@pytest.mark.parametrize(
    ("given", "field"),
    [({"password": "a\r\nHost: other"}, "password"), ({"header": "Host"}, "header"),
     ({"url": "http://me:secret@127.0.0.1/"}, "url")],
)  # fmt: skip
def test_way_in_says_nothing_beside_itself(
    given: dict[str, str], field: str, owner: User, address: Address
) -> None:
    usual = {"url": f"http://127.0.0.1:{address.port}/api", "password": TOKEN}
    with pytest.raises(Invalid) as refused:
        create_source(actor=owner, name="N", kind="http", **{**usual, **given})

    assert (refused.value.field, address.seen, DataSource.objects.count()) == (field, [], 0)


def test_token_follows_nobody_to_another_address(desk: DataSource, owner: User) -> None:
    with pytest.raises(Invalid) as refused:
        change_source(actor=owner, source=desk, url="http://localhost:9/api")
    assert refused.value.field == "password"


def test_sample_is_looked_at_like_a_file(owner: User, desk: DataSource, address: Address) -> None:
    sample = take_sample(actor=owner, source=desk, asked=ASKED)

    reasons = {c["name"]: (c["type"], c["reason"]) for c in sample.profile["columns"]}
    assert reasons["hours"] == ("number", "All 5 values are numbers.")
    assert set(reasons) == {"id", "at", "hours", "requester.name", "requester.team", "tags"}
    assert sample.profile["told"] == ["5 rows came on 1 page."]
    assert (sample.source, sample.asked["path"]) == (desk, "/tickets")
    assert address.seen[-1].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("body", "asked", "field"),
    [
        ({"items": []}, ASKED, "rows_at"),
        ({"items": [1, 2]}, ASKED, "path"),
        ({"rows": []}, ASKED, "rows_at"),
        ({"items": []}, {**ASKED, "owner": 1}, "owner"),
    ],
)
def test_sample_of_nothing_leaves_nothing(
    body: Any, asked: dict[str, Any], field: str, owner: User, desk: DataSource, address: Address,
    settings: Any,
) -> None:  # fmt: skip
    address.says(body)
    with pytest.raises(Invalid) as refused:
        take_sample(actor=owner, source=desk, asked=asked)
    assert refused.value.field == field
    assert not Upload.objects.exists()
    assert [*Path(settings.UPLOADS_DIR).glob("*")] == []


def test_only_who_manages_data_takes_one(member: User, desk: DataSource) -> None:
    with pytest.raises(NotAllowed):
        take_sample(actor=member, source=desk, asked=ASKED)


def test_rows_are_loaded_and_loaded_again(owner: User, dataset: Dataset, address: Address) -> None:
    assert (dataset.kind, dataset.live.rows, dataset.live.upload) == ("source", 5, None)
    assert rows_of(dataset)[1] == (2, 1.0)
    address.says({"items": tickets(3, 9)})

    load = again(owner, dataset)

    assert (load.state, load.rows) == ("live", 7)
    assert load.report["notes"][0] == "7 rows came on 1 page."


def test_value_that_does_not_fit_keeps_the_good_load(
    owner: User, dataset: Dataset, address: Address
) -> None:
    address.says({"items": [{"id": "none"}]})

    load = again(owner, dataset)

    assert (load.state, dataset.live.number) == ("rejected", 1)
    assert load.trouble.startswith("Line 1, column “id”: “none” is not a whole number.")


def test_later_attempt_waits_as_long_as_it_was_asked(
    owner: User, dataset: Dataset, address: Address
) -> None:
    address.says(b"", status=429, headers={"Retry-After": "900"})
    load = datasets.rebuild(actor=owner, dataset=dataset)

    assert jobs.run(load.job_id) == "queued"

    job = Job.objects.get(pk=load.job_id)
    assert timedelta(seconds=890) < job.run_after - timezone.now() < timedelta(seconds=901)
    assert job.error == "The address has been asked too often for now."
    address.says({"items": tickets(1, 2)})
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    assert jobs.run(job.pk) == "done"


def test_token_stands_nowhere(
    owner: User, dataset: Dataset, address: Address, client: Client, caplog: Any
) -> None:
    source = dataset.source
    client.force_login(owner)
    address.says({"detail": TOKEN}, status=500)  # it even says the token itself
    assert jobs.run(datasets.rebuild(actor=owner, dataset=dataset).job_id) == "queued"
    told = [
        client.get(f"/kpis/sources/{source.slug}/").content,
        client.get(f"/kpis/sources/{source.slug}/edit/").content,
        client.get(f"/kpis/sources/{source.slug}/datasets/new/").content,
        client.get(f"/kpis/datasets/{dataset.slug}/").content,
        client.get(f"/kpis/datasets/{dataset.slug}/asked/").content,
        client.get(f"/api/v1/sources/{source.slug}/").content,
        client.post(f"/kpis/sources/{source.slug}/test/", follow=True).content,
        *(serializers.serialize("json", model.objects.all()).encode()
          for model in (DataSource, Load, Job, Upload, AuditEntry)),
        caplog.text.encode(), repr(source).encode(),
    ]  # fmt: skip
    assert b"/tickets" in told[3]
    assert not [text for text in told if TOKEN.encode() in text]


def test_pages_lead_from_the_address_to_a_dataset(
    owner: User, client_of: ClientOf, address: Address
) -> None:
    client = client_of(owner)
    given = {"name": "Desk", "url": address.url, "password": TOKEN, "header": "X-Key"}
    answer = client.post("/kpis/sources/new/?kind=http", given)
    assert answer.url == "/kpis/sources/desk/"
    page = client.get(answer.url)
    assert b"Ask it for rows" in page.content

    form = {**ASKED, "parameters": "state=open\n\n tag = a=b", "depth": "2", "paging": "none",
            "first": "1", "size": "0", "mark_format": "iso"}  # fmt: skip
    wrong = client.post("/kpis/sources/desk/datasets/new/", {**form, "parameters": "x"})
    assert (wrong.status_code, b"Line 1 is not name=value." in wrong.content) == (422, True)
    answer = client.post("/kpis/sources/desk/datasets/new/", form)
    assert address.seen[-1].query == {"state": "open", "tag": "a=b"}
    assert address.seen[-1].headers["X-Key"] == TOKEN
    page = client.get(answer.url)
    types = {
        f"type_{n}": c["type"] for n, c in enumerate(page.context["upload"].profile["columns"])
    }
    made = client.post(
        answer.url, {"name": "Tickets", "time_zone": "UTC", "bad_rows": "skip", **types}
    )
    assert made.url == "/kpis/datasets/tickets/"
    work()
    dataset = Dataset.objects.get()
    assert (dataset.live.rows, dataset.options["bad_rows"]) == (5, "skip")
    assert "requester.team.name" in dataset.live.types


def test_asking_otherwise_reads_all_rows_anew(
    owner: User, dataset: Dataset, client_of: ClientOf, address: Address
) -> None:
    client = client_of(owner)
    page = client.get(f"/kpis/datasets/{dataset.slug}/asked/")
    assert page.context["form"].initial["path"] == "/tickets"
    body = {**ASKED, "path": "/closed", "depth": 0}
    sample = client.post("/api/v1/sources/desk/sample/", body, "application/json").json()
    page = client.get(f"/kpis/uploads/{sample['id']}/?dataset={dataset.slug}")
    assert (page.status_code, b"What Tickets would read" in page.content) == (200, True)
    assert "mode" not in page.context["form"].fields
    url = f"/api/v1/datasets/{dataset.slug}/loads/"

    answer = client.post(url, {"upload": sample["id"]}, "application/json")

    assert answer.status_code == 201
    work()
    dataset.refresh_from_db()
    assert (dataset.asked["path"], dataset.live.number) == ("/closed", 2)
    assert "requester" in dataset.live.types
    assert address.seen[-1].path == "/api/closed"


def test_sample_belongs_to_its_source(owner: User, dataset: Dataset, address: Address) -> None:
    other = create_source(actor=owner, name="Other", kind="http", url=address.url)
    sample = take_sample(actor=owner, source=other, asked=ASKED)
    with pytest.raises(Conflict, match="another source"):
        datasets.add_load(actor=owner, dataset=dataset, upload=sample)
    remove_source(actor=owner, source=other)
    assert not Upload.objects.filter(pk=sample.pk).exists()


def by_since(seen: Seen) -> Reply:
    """Rows from the mark on, that of the mark too, as many addresses do it."""
    since = seen.query.get("since", "")
    rows = [row for row in tickets(1, 9) if row["at"] >= since]
    return Reply({"items": rows})


def test_newer_rows_are_put_to_those_that_are_there(
    owner: User, dataset: Dataset, address: Address
) -> None:
    with pytest.raises(Invalid) as refused:
        set_reading(actor=owner, dataset=dataset, mark_column="at")
    assert refused.value.field == "keys"
    set_reading(actor=owner, dataset=dataset, mark_column="at", keys=["id"])
    dataset.refresh_from_db()
    assert again(owner, dataset).report["read"]["how"] == "all"
    address.answer = by_since

    load = again(owner, dataset)

    assert address.seen[-1].query == {"since": "2026-03-01T08:00:05.000005Z"}
    assert load.report["read"]["how"] == "new"
    assert (load.report["merge"]["added"], load.report["merge"]["unchanged"]) == (4, 1)
    assert [row[0] for row in rows_of(dataset)] == [*range(1, 10)]
    nothing = again(owner, dataset)
    assert (nothing.state, nothing.rows, nothing.report["merge"]["added"]) == ("live", 9, 0)
