"""Files that add to the live rows or replace some of them: in their order, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict, Invalid
from kpis.models import Dataset, Load
from kpis.services import checks, datasets
from kpis.services import loads as loads_service
from kpis.services.holding import accept_load
from kpis.services.merging import set_loading
from tests.kpis.data.conftest import loaded, prepared, replaced, sent, work

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], Client]
HEAD = "number,team,hops\n"
FIRST = HEAD + "INC1,A,1\nINC2,B,2\n"
NEXT = HEAD + "INC2,B,9\nINC3,C,3\nINC1,A,1\n"


@pytest.fixture
def tickets(owner: User) -> Dataset:
    return loaded(owner, FIRST, name="Tickets", types={"hops": "integer"})


def rows_of(dataset: Dataset) -> list[tuple[Any, ...]]:
    assert dataset.live is not None
    return duckdb.sql(f"SELECT * FROM '{dataset.live.file}' ORDER BY _row").fetchall()


def states(dataset: Dataset) -> list[str]:
    return [load.state for load in dataset.loads.order_by("number")]


def add(owner: User, dataset: Dataset, text: str, **how: Any) -> Load:
    """On its way, not done yet."""
    return datasets.add_load(actor=owner, dataset=dataset, upload=sent(owner, text), **how)


def test_append_adds_rows_and_says_how_many(owner: User, tickets: Dataset) -> None:
    set_loading(actor=owner, dataset=tickets, mode="append")
    tickets.refresh_from_db()

    replaced(owner, tickets, HEAD + "INC3,C,3\n")

    assert rows_of(tickets) == [("INC1", "A", 1, 1), ("INC2", "B", 2, 2), ("INC3", "C", 3, 3)]
    assert tickets.live.report["merge"] == {
        "mode": "append", "base": 1, "added": 1, "replaced": 0, "unchanged": 0, "doubles": 0,
    }  # fmt: skip
    assert (tickets.live.rows, tickets.live.report["source_sha256"]) == (
        3, tickets.live.upload.sha256,
    )  # fmt: skip


def test_upsert_replaces_by_key_and_leaves_what_is_the_same(owner: User, tickets: Dataset) -> None:
    set_loading(actor=owner, dataset=tickets, mode="upsert", keys=["number"])
    tickets.refresh_from_db()

    replaced(owner, tickets, NEXT)

    assert rows_of(tickets) == [("INC1", "A", 1, 1), ("INC2", "B", 9, 3), ("INC3", "C", 3, 4)]
    told = tickets.live.report["merge"]
    assert (told["added"], told["replaced"], told["unchanged"]) == (1, 1, 1)


def test_one_file_may_arrive_differently_from_the_others(owner: User, tickets: Dataset) -> None:
    replaced(owner, tickets, NEXT, mode="upsert", keys=["number"])
    replaced(owner, tickets, HEAD + "INC9,Z,1\n")

    assert [load.mode for load in tickets.loads.order_by("number")] == [
        "replace", "upsert", "replace",
    ]  # fmt: skip
    assert [row[0] for row in rows_of(tickets)] == ["INC9"]


@pytest.mark.parametrize(
    ("how", "field"),
    [({"mode": "upsert"}, "keys"), ({"mode": "upsert", "keys": ["gone"]}, "keys"),
     ({"mode": "upsert", "keys": ["_row"]}, "keys"), ({"mode": "sideways"}, "mode")],
)  # fmt: skip
def test_arrival_that_makes_no_sense_is_refused(
    owner: User, tickets: Dataset, how: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_loading(actor=owner, dataset=tickets, **how)

    assert refused.value.field == field


def test_prepared_dataset_is_always_made_anew(owner: User, tickets: Dataset) -> None:
    query = prepared(owner, "Hops", "SELECT hops FROM tickets")

    with pytest.raises(Conflict, match="made anew by each load"):
        set_loading(actor=owner, dataset=query, mode="append")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "INC4,A,1\nINC4,B,2\n", "Rows 1, 2 of the file have the same key (“number”)."),
        (HEAD + "INC4,A,1\n,B,2\n", "Row 2 of the file has no key (“number”)."),
        ("number,hops\nINC4,1\n", "The new rows have no column “team”, which the live ones have."),
    ],
)
def test_failed_merge_changes_nothing(
    owner: User, tickets: Dataset, settings: Any, text: str, message: str
) -> None:
    before = tickets.live.file.read_bytes()

    replaced(owner, tickets, text, mode="upsert", keys=["number"])

    failed = tickets.loads.get(number=2)
    assert (failed.state, failed.error[: len(message)]) == ("rejected", message)
    assert (tickets.live.number, tickets.live.file.read_bytes()) == (1, before)
    files = [file.name for file in Path(settings.LOADS_DIR).rglob("*") if file.is_file()]
    assert files == [tickets.live.file.name]


def test_last_row_of_a_key_wins_where_the_dataset_says_so(owner: User, tickets: Dataset) -> None:
    set_loading(actor=owner, dataset=tickets, mode="upsert", keys=["number"], last_wins=True)
    tickets.refresh_from_db()

    replaced(owner, tickets, HEAD + "INC4,A,1\nINC4,B,2\n")

    assert [row[:3] for row in rows_of(tickets)][-1] == ("INC4", "B", 2)
    assert tickets.live.report["merge"]["doubles"] == 1


def test_later_file_waits_for_the_one_before_it(owner: User, tickets: Dataset) -> None:
    """Whichever worker is faster: rows are added in the order in which they were sent."""
    first = add(owner, tickets, HEAD + "INC3,C,3\n", mode="append")
    second = add(owner, tickets, HEAD + "INC3,C,4\n", mode="upsert", keys=["number"])

    early = jobs.run(second.job_id)
    note = Job.objects.get(pk=second.job_id)
    assert (early, note.error) == (
        "queued", "Load 2 comes before load 3. It is tried again in a moment.",
    )  # fmt: skip
    assert jobs.run(first.job_id) == "done"
    assert jobs.run(second.job_id) == "done"  # its turn has come, without waiting any longer

    tickets.refresh_from_db()
    assert rows_of(tickets)[-1] == ("INC3", "C", 4, 4)
    assert states(tickets) == ["superseded", "superseded", "live"]


def test_file_after_one_that_failed_is_added_all_the_same(owner: User, tickets: Dataset) -> None:
    bad = add(owner, tickets, HEAD + "INC4,A,1\nINC4,B,2\n", mode="upsert", keys=["number"])
    good = add(owner, tickets, HEAD + "INC5,A,1\n", mode="append")

    assert [jobs.run(bad.job_id), jobs.run(good.job_id)] == ["failed", "done"]
    tickets.refresh_from_db()
    assert [row[0] for row in rows_of(tickets)] == ["INC1", "INC2", "INC5"]


def test_rows_merged_with_what_is_no_longer_live_are_merged_again(
    owner: User, tickets: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(owner, tickets, FIRST.replace("INC2", "INC7"))
    load = add(owner, tickets, HEAD + "INC3,C,3\n", mode="append")
    examine = checks.examine

    def rolled_back(*args: Any, **kwargs: Any) -> Any:
        found = examine(*args, **kwargs)
        roll_back_to_first(owner, tickets)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(checks, "examine", rolled_back)
        first = jobs.run(load.job_id)
    Job.objects.filter(pk=load.job_id).update(run_after=load.created_at)

    assert (first, jobs.run(load.job_id)) == ("queued", "done")
    tickets.refresh_from_db()
    assert [row[0] for row in rows_of(tickets)] == ["INC1", "INC2", "INC3"]


def roll_back_to_first(owner: User, dataset: Dataset) -> None:
    loads_service.roll_back(actor=owner, load=dataset.loads.get(number=1))


def test_held_merge_is_not_made_live_over_other_rows(owner: User, tickets: Dataset) -> None:
    replaced(owner, tickets, FIRST.replace("INC2", "INC7"))
    checks.add_check(actor=owner, dataset=tickets, kind="unique", columns=["number"])
    replaced(owner, tickets, HEAD + "INC1,C,3\n", mode="append")
    roll_back_to_first(owner, tickets)

    with pytest.raises(Conflict, match="merged with load 2, and load 1 is live now"):
        accept_load(actor=owner, load=tickets.loads.get(number=3), reason="It is fine.")


def test_checks_look_at_the_whole_that_would_be_live(owner: User, tickets: Dataset) -> None:
    checks.add_check(actor=owner, dataset=tickets, kind="unique", columns=["number"])

    replaced(owner, tickets, HEAD + "INC1,C,3\n", mode="append")

    held = tickets.loads.get(number=2)
    assert (states(tickets), held.rows, held.checks[0]["rows"]) == (["live", "rejected"], 3, 2)


def test_arrival_through_the_api(owner: User, client_of: ClientOf, tickets: Dataset) -> None:
    client = client_of(owner)
    path = "/api/v1/datasets/tickets/"
    said = client.put(
        f"{path}loading/", {"mode": "upsert", "keys": ["number"], "keep": 2},
        content_type="application/json",
    )  # fmt: skip
    upload = sent(owner, NEXT)
    made = client.post(f"{path}loads/", {"upload": upload.pk}, content_type="application/json")
    work()
    load = client.get(f"{path}loads/2/").json()

    assert {k: said.json()[k] for k in ("mode", "keys", "last_wins", "keep")} == {
        "mode": "upsert", "keys": ["number"], "last_wins": False, "keep": 2,
    }  # fmt: skip
    assert (made.json()["mode"], load["state"], load["report"]["merge"]["added"]) == (
        "upsert", "live", 1,
    )  # fmt: skip


def test_file_through_the_page_proposes_what_the_dataset_says(
    owner: User, client_of: ClientOf, tickets: Dataset
) -> None:
    set_loading(actor=owner, dataset=tickets, mode="upsert", keys=["number"])
    client = client_of(owner)
    upload = sent(owner, NEXT)
    url = f"/kpis/uploads/{upload.pk}/?dataset=tickets"
    form = client.get(url).context["form"]
    answers = {name: form[name].value() for name in form.fields if form[name].value()}
    client.post(url, {**answers, "mode": "append"})
    work()

    tickets.refresh_from_db()
    assert (form["mode"].value(), form["keys"].value()) == ("upsert", ["number"])
    assert (tickets.live.mode, tickets.live.rows) == ("append", 5)
