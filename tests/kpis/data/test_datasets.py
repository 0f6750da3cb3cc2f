"""Prepared datasets and what is tidied away."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, PortalError
from kpis.models import Dataset, KPIVersion, Upload
from kpis.services import datasets, uploads
from kpis.services.collecting import reject_stuck
from kpis.services.merging import set_loading
from kpis.tasks import collect
from tests.fixtures.eventlog import event_log
from tests.kpis.data.conftest import LAST_EVENT, SLA, loaded, prepared, replaced, sent

pytestmark = pytest.mark.django_db(transaction=True)

BAD_SQL = [
    ("", "Write a query first."),
    ("SELECT nmber FROM incidents", "Line 1, column 8: there is no column “nmber”. Did you mean"),
    ("SELECT 1", "The query reads no dataset. Name one after FROM."),
    (
        "SELECT *\nFROM secrets",
        "Line 2, column 6: there is no table “secrets”. Tables here: incidents.",
    ),
    ("DELETE FROM incidents", "Only a query that reads is allowed: begin with SELECT or WITH"),
    ("COPY incidents TO '/tmp/x'", "Only a query that reads is allowed"),
    ("SELECT * FROM read_csv('/etc/passwd')", "Line 1, column 15: “"),
    ("SELECT * FROM incidents; DROP TABLE incidents", "Write one query; these are 2 statements."),
]


@pytest.mark.parametrize(("sql", "message"), BAD_SQL)
def test_bad_sql_is_refused_beside_its_field_and_nothing_is_saved(
    owner: User, incidents: Dataset, sql: str, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        datasets.create_prepared(actor=owner, name="Copy", sql=sql)

    assert (refused.value.field, refused.value.message[: len(message)]) == ("sql", message)
    assert Dataset.objects.count() == 1


def test_prepared_dataset_is_linked_to_what_it_reads(owner: User, incidents: Dataset) -> None:
    last = prepared(owner)

    assert (last.live.rows, list(last.inputs.all())) == (40, [incidents])
    assert last.live.types["opened_at"] == "timestamp"


def test_change_of_sql_that_breaks_a_kpi_is_refused(
    owner: User, incidents: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    last = prepared(owner)
    publish(last, SLA)

    with pytest.raises(Invalid, match=r"“SLA met” would break\. .* “made_sla”") as refused:
        datasets.change_sql(
            actor=owner, dataset=last, sql="SELECT number, opened_at FROM incidents"
        )

    last.refresh_from_db()
    assert (refused.value.field, last.sql, last.loads.count()) == ("sql", LAST_EVENT, 1)


def test_change_of_sql_moves_the_links_and_builds_again(owner: User, incidents: Dataset) -> None:
    last = prepared(owner)
    other = loaded(owner, event_log(cases=3), name="Other log")

    changed = datasets.change_sql(actor=owner, dataset=last, sql="SELECT number FROM other_log")

    assert list(changed.inputs.all()) == [other]
    assert changed.loads.count() == 2


def test_circle_is_refused(owner: User, incidents: Dataset) -> None:
    first = prepared(owner)
    prepared(owner, "Second", "SELECT * FROM last_events")

    for sql in ("SELECT * FROM last_events", "SELECT * FROM second"):
        with pytest.raises(Invalid, match="is made from this dataset"):
            datasets.change_sql(actor=owner, dataset=first, sql=sql)


def test_input_without_rows_is_refused(owner: User) -> None:
    datasets.create_dataset(actor=owner, upload=sent(owner, event_log()), name="Incidents")

    with pytest.raises(Conflict, match="“incidents” has not been loaded yet") as refused:
        datasets.create_prepared(actor=owner, name="Copy", sql="SELECT * FROM incidents")

    assert refused.value.field == "sql"


def test_file_for_a_prepared_dataset_is_refused(owner: User, incidents: Dataset) -> None:
    last = prepared(owner)

    with pytest.raises(Conflict, match="takes no files"):
        datasets.add_load(actor=owner, dataset=last, upload=sent(owner, event_log()))


def test_table_names_stay_apart(owner: User) -> None:
    slugs = [loaded(owner, event_log(cases=2), name=name).slug for name in ("a_b", "a-b")]

    assert slugs == ["a-b", "a-b-2"]


def test_services_ask_for_the_right(member: User, owner: User, incidents: Dataset) -> None:
    last = prepared(owner)
    plain = User.objects.create_user("plain@example.org", name="Plain", is_ace=True)
    upload = Upload.objects.first()
    calls: list[Callable[[User], Any]] = [
        lambda actor: sent(actor, event_log()),
        lambda actor: datasets.create_dataset(actor=actor, upload=upload, name="X"),
        lambda actor: datasets.add_load(actor=actor, dataset=incidents, upload=upload),
        lambda actor: datasets.change_dataset(actor=actor, dataset=incidents, name="X"),
        lambda actor: datasets.create_prepared(actor=actor, name="X", sql=LAST_EVENT),
        lambda actor: datasets.change_sql(actor=actor, dataset=last, sql=LAST_EVENT),
        lambda actor: datasets.preview_sql(actor=actor, sql=LAST_EVENT),
        lambda actor: datasets.rebuild(actor=actor, dataset=last),
        lambda actor: uploads.look_again(actor=actor, upload=upload, answers={}),
    ]
    for actor in (member, plain):
        for call in calls:
            with pytest.raises(NotAllowed):
                call(actor)

    assert (Dataset.objects.count(), Upload.objects.count()) == (2, 1)


def test_another_persons_file_is_not_there(ace: User, owner: User) -> None:
    upload = sent(owner, event_log())

    with pytest.raises(PortalError) as refused:
        datasets.create_dataset(actor=ace, upload=upload, name="Mine")

    assert (refused.value.status, Dataset.objects.count()) == (404, 0)


# Tidying up


def age(folder: Path, seconds: int) -> None:
    for file in folder.rglob("*"):
        os.utime(file, (time.time() - seconds,) * 2)


def test_collect_keeps_as_many_loads_as_the_dataset_says(owner: User, incidents: Dataset) -> None:
    set_loading(actor=owner, dataset=incidents, mode="replace", keep=1)
    for cases in (5, 6, 7):
        replaced(owner, incidents, event_log(cases=cases))

    assert collect() == 2
    states = [load.state for load in incidents.loads.order_by("number")]
    there = [load.file.is_file() for load in incidents.loads.order_by("number")]
    assert states == ["collected", "collected", "superseded", "live"]
    assert there == [False, False, True, True]
    assert collect() == 0


def test_collect_removes_orphans_and_leaves_the_rest(
    owner: User, incidents: Dataset, settings: Any
) -> None:
    folder = Path(settings.LOADS_DIR) / str(incidents.pk)
    orphan, fresh = folder / "9-dead.parquet", folder / "10-young.parquet"
    orphan.write_bytes(b"x")
    age(Path(settings.LOADS_DIR), 3 * 3600)
    fresh.write_bytes(b"x")

    assert collect() == 1
    assert (orphan.exists(), fresh.exists(), incidents.live.file.exists()) == (False, True, True)


def test_collect_drops_a_file_that_was_never_loaded(owner: User, incidents: Dataset) -> None:
    unused = sent(owner, event_log(cases=2))
    Upload.objects.update(updated_at=timezone.now() - timedelta(days=2))

    assert collect() == 1
    assert (unused.file.exists(), list(Upload.objects.all())) == (
        False,
        [incidents.live.upload],
    )


def test_what_got_stuck_is_rejected(owner: User) -> None:
    dataset = datasets.create_dataset(
        actor=owner, upload=sent(owner, event_log()), name="Incidents"
    )
    load = dataset.loads.get()
    type(load.job).objects.update(state="dead", error="The worker stopped.")

    assert reject_stuck() == 1
    load.refresh_from_db()
    assert (load.state, load.error) == ("rejected", "The worker stopped.")


def test_truth_last_row_of_each_incident(owner: User, shared_data: Path) -> None:
    archive = zipfile.ZipFile(shared_data / "uci498_incident_event_log.zip")
    dataset = loaded(owner, archive.read("incident_event_log.csv"))

    last = prepared(owner)

    assert (dataset.live.rows, last.live.rows) == (141_712, 24_918)
