"""From a file to live figures, or to a sentence: nothing by halves, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.lib.registries import load_listeners
from kpis.models import Dataset, KPIVersion, Load
from kpis.services import datasets, loads
from tests.fixtures.eventlog import event_log
from tests.kpis.data.conftest import SLA, loaded, prepared, replaced, sent, work

pytestmark = pytest.mark.django_db(transaction=True)


def states(dataset: Dataset) -> list[str]:
    return [load.state for load in dataset.loads.order_by("number")]


def files(settings: Any) -> int:
    return sum(1 for file in Path(settings.LOADS_DIR).rglob("*") if file.is_file())


def test_file_becomes_a_live_load(owner: User, settings: Any) -> None:
    dataset = loaded(owner, time_zone="Europe/Berlin")

    live = dataset.live
    text = event_log()
    assert live is not None
    assert (live.rows, live.state, live.by) == (text.count("\n") - 1, "live", owner)
    assert live.types["opened_at"] == "timestamp"
    assert live.as_of is not None
    assert live.as_of.isoformat() == "2016-03-11T18:43:00+00:00"
    assert (live.file.is_file(), files(settings)) == (True, 1)
    assert Job.objects.get(load=live).state == "done"
    assert AuditEntry.objects.filter(action="load.live").count() == 1


def test_next_file_replaces_the_first_and_keeps_its_answers(owner: User) -> None:
    dataset = loaded(owner, time_zone="Asia/Tokyo")

    replaced(owner, dataset, event_log(cases=60))

    assert states(dataset) == ["superseded", "live"]
    assert dataset.live is not None
    assert (dataset.live.number, dataset.live.options["time_zone"]) == (2, "Asia/Tokyo")


def spoiled(owner: User, dataset: Dataset, text: str) -> None:
    """A file that was proved when it was sent, and is another one when the worker reads it."""
    upload = sent(owner, event_log(cases=60))
    datasets.add_load(actor=owner, dataset=dataset, upload=upload)
    upload.file.write_text(text)
    work()
    dataset.refresh_from_db()


def test_failed_load_leaves_the_live_one(owner: User, settings: Any) -> None:
    dataset = loaded(owner)

    spoiled(owner, dataset, event_log(cases=60).replace("29/2/2016 01:16", "some time", 1))

    failed = dataset.loads.get(number=2)
    assert (states(dataset), dataset.live.number) == (["live", "rejected"], 1)
    assert failed.error.startswith(
        "Line 2, column “opened_at”: “some time” is not a date with a time, day first."
    )
    assert failed.report["bad_rows"][0]["line"] == 2
    assert (failed.job.state, failed.job.error) == ("failed", failed.error)
    assert files(settings) == 1


def test_failed_load_is_recorded_in_the_language_of_the_portal(
    owner: User, settings: Any, german: Callable[[dict[str, str]], None]
) -> None:
    german(
        {
            "Line %(line)s, column “%(column)s”: “%(value)s” is %(reason)s.%(more)s "
            "Choose another type, add a spelling of “nothing”, or skip bad rows.": "Zeile "
            "%(line)s: „%(value)s“ ist %(reason)s.%(more)s",
            "not %(type)s, %(order)s": "nicht %(type)s",
            "a date with a time": "ein Zeitpunkt",
        }
    )
    dataset = loaded(owner)
    settings.LANGUAGE_CODE = "de"

    spoiled(owner, dataset, event_log(cases=60).replace("29/2/2016 01:16", "some time", 1))

    failed = dataset.loads.get(number=2)
    assert (failed.error, failed.job.error) == (
        "Zeile 2: „some time“ ist nicht ein Zeitpunkt.",
    ) * 2
    assert [row["reason"] for row in failed.report["bad_rows"]] == ["nicht ein Zeitpunkt"]


def test_load_without_a_column_that_a_kpi_uses_is_rejected(
    owner: User, incidents: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    publish(incidents, SLA)

    replaced(owner, incidents, event_log(cases=60, drop="made_sla"))

    assert (states(incidents), incidents.live.number) == (["live", "rejected"], 1)
    assert incidents.loads.get(number=2).error == (
        "The KPI “SLA met” would break. The share reads the column “made_sla”, which the data "
        "does not have."
    )


def test_load_with_another_type_that_a_kpi_cannot_use_is_rejected(
    owner: User, incidents: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    publish(incidents, SLA)

    replaced(owner, incidents, event_log(), types={"opened_at": "text"})

    assert incidents.loads.get(number=2).error == (
        "The KPI “SLA met” would break. The time column needs dates, and “opened_at” is text."
    )


def test_load_without_a_column_that_nobody_uses_goes_live(
    owner: User, incidents: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    publish(incidents, SLA)

    replaced(owner, incidents, event_log(cases=60, drop="assigned_to"))

    assert states(incidents) == ["superseded", "live"]


def test_load_run_twice_ends_live_once(owner: User, settings: Any) -> None:
    upload = sent(owner, event_log())
    dataset = datasets.create_dataset(actor=owner, upload=upload, name="Incidents")
    job = dataset.loads.get().job

    assert [jobs.run(job.pk), jobs.run(job.pk)] == ["done", "taken"]
    assert (states(dataset), files(settings)) == (["live"], 1)


def test_file_is_loaded_once(owner: User) -> None:
    upload = sent(owner, event_log())
    datasets.create_dataset(actor=owner, upload=upload, name="Incidents")

    with pytest.raises(Conflict, match="has been loaded already"):
        datasets.create_dataset(actor=owner, upload=upload, name="Incidents")

    assert Dataset.objects.count() == 1


def test_older_load_that_ends_later_does_not_win(owner: User, incidents: Dataset) -> None:
    for cases in (50, 60):
        upload = sent(owner, event_log(cases=cases))
        datasets.add_load(actor=owner, dataset=incidents, upload=upload)
    older, newer = incidents.loads.order_by("number")[1:]

    assert [jobs.run(newer.job_id), jobs.run(older.job_id)] == ["done", "failed"]

    incidents.refresh_from_db()
    assert (states(incidents), incidents.live) == (["superseded", "rejected", "live"], newer)


def steal(monkeypatch: pytest.MonkeyPatch, job: Job) -> None:
    """Somebody else takes the job while its file is being read."""
    report = jobs.Run.report

    def taken_away(run: jobs.Run, share: float, note: str = "") -> None:
        if share > 0.5:
            Job.objects.filter(pk=job.pk).update(
                state=Job.State.QUEUED, lease_token="", lease_until=None
            )
        report(run, share, note)

    monkeypatch.setattr(jobs.Run, "report", taken_away)


def test_lease_lost_in_mid_load_leaves_no_file_and_the_next_worker_ends_it(
    owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent(owner, event_log())
    dataset = datasets.create_dataset(actor=owner, upload=upload, name="Incidents")
    job = dataset.loads.get().job
    with monkeypatch.context() as patch:
        steal(patch, job)
        first = jobs.run(job.pk)
    left = (first, files(settings), states(dataset))

    assert jobs.run(job.pk) == "done"
    assert left == ("lost", 0, ["staged"])
    assert (states(dataset), files(settings)) == (["live"], 1)


def test_stopped_load_is_told_and_leaves_the_live_one(owner: User, incidents: Dataset) -> None:
    upload = sent(owner, event_log(cases=60))
    load = datasets.add_load(actor=owner, dataset=incidents, upload=upload)
    jobs.cancel(actor=owner, job=load.job)
    load = Load.objects.get(pk=load.pk)

    assert (work(), load.trouble, load.is_open) == ([], "This load was stopped.", False)


def test_who_lost_the_right_loads_nothing(owner: User) -> None:
    upload = sent(owner, event_log())
    dataset = datasets.create_dataset(actor=owner, upload=upload, name="Incidents")
    User.objects.filter(pk=owner.pk).update(may_manage_data=False)

    assert work() == ["failed"]
    load = dataset.loads.get()
    sentence = (
        "Owner asked for this and no longer may. Only ACE members who manage data do this. "
        "An administrator gives the right."
    )
    assert (load.state, load.error, load.job.error) == ("rejected", sentence, sentence)
    assert (load.rows, load.columns, load.job.progress) == (None, [], 0)  # the file was not read
    assert AuditEntry.objects.get(action="access.denied").actor == owner


def test_right_lost_while_the_file_is_read_leaves_the_live_load(
    owner: User, incidents: Dataset, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent(owner, event_log(cases=60))
    datasets.add_load(actor=owner, dataset=incidents, upload=upload)
    report = jobs.Run.report

    def deactivate(run: jobs.Run, share: float, note: str = "") -> None:
        User.objects.filter(pk=owner.pk).update(is_active=False)
        report(run, share, note)

    monkeypatch.setattr(jobs.Run, "report", deactivate)

    assert work() == ["failed"]
    incidents.refresh_from_db()
    assert (states(incidents), incidents.live.number) == (["live", "rejected"], 1)
    assert files(settings) == 1


def test_rebuild_after_new_data_needs_nobodys_right(
    owner: User, ace: User, incidents: Dataset
) -> None:
    last = prepared(ace)
    User.objects.filter(pk=ace.pk).update(is_active=False)

    replaced(owner, incidents, event_log(cases=60))

    last.refresh_from_db()
    assert last.live.number == 2


def test_listener_hears_of_a_live_load_in_its_transaction(
    owner: User, incidents: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, str]] = []
    monkeypatch.setitem(
        load_listeners._items, "test", lambda load: heard.append((load.number, load.state))
    )

    replaced(owner, incidents, event_log(cases=60))

    assert heard == [(2, "live")]


def test_load_whose_listener_fails_is_not_live(
    owner: User, incidents: Dataset, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(load: Load) -> None:
        raise Invalid("Not now.")

    monkeypatch.setitem(load_listeners._items, "test", refuse)

    replaced(owner, incidents, event_log(cases=60))

    assert (states(incidents), incidents.live.number, files(settings)) == (
        ["live", "rejected"],
        1,
        1,
    )
    assert incidents.loads.get(number=2).live_at is None


def test_roll_back_makes_an_earlier_load_live(owner: User, incidents: Dataset) -> None:
    replaced(owner, incidents, event_log(cases=60))

    loads.roll_back(actor=owner, load=incidents.loads.get(number=1))

    incidents.refresh_from_db()
    assert (states(incidents), incidents.live.number) == (["live", "superseded"], 1)


@pytest.mark.parametrize("state", ["staged", "live", "rejected", "collected"])
def test_roll_back_of_anything_but_a_superseded_load_is_refused(
    owner: User, incidents: Dataset, state: str
) -> None:
    if state != "live":
        incidents.loads.update(state=state)

    with pytest.raises(Conflict, match="Only an earlier load"):
        loads.roll_back(actor=owner, load=incidents.loads.get())


def test_roll_back_to_a_load_that_breaks_a_kpi_is_refused(
    owner: User, incidents: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    replaced(owner, incidents, event_log(extra="priority"))
    publish(incidents, {"measure": {"agg": "avg", "column": "priority"}})

    with pytest.raises(Invalid, match="“SLA met” would break"):
        loads.roll_back(actor=owner, load=incidents.loads.get(number=1))

    incidents.refresh_from_db()
    assert incidents.live.number == 2


def test_only_the_owner_rolls_back(ace: User, owner: User, incidents: Dataset) -> None:
    replaced(owner, incidents, event_log(cases=60))

    with pytest.raises(NotAllowed, match="Only Owner, who owns this"):
        loads.roll_back(actor=ace, load=incidents.loads.get(number=1))


def test_new_input_rebuilds_the_chain(owner: User, incidents: Dataset) -> None:
    last = prepared(owner)
    count = prepared(owner, "Count", "SELECT count(*) AS n FROM last_events")

    replaced(owner, incidents, event_log(cases=60))

    last.refresh_from_db()
    count.refresh_from_db()
    assert (last.live.number, last.live.rows, count.live.number) == (2, 60, 2)
    assert duckdb.sql(f"SELECT n FROM '{count.live.file}'").fetchall() == [(60,)]
    assert count.live.report["inputs"] == {"last_events": last.live.pk}


def test_rebuild_that_fails_leaves_the_live_one(owner: User, incidents: Dataset) -> None:
    last = prepared(owner, sql="SELECT number, assigned_to FROM incidents")

    replaced(owner, incidents, event_log(drop="assigned_to"))

    last.refresh_from_db()
    assert (incidents.live.number, last.live.number) == (2, 1)
    assert last.loads.get(number=2).error.startswith(
        "Line 1, column 16: there is no column “assigned_to”"
    )


def test_rebuilds_that_wait_are_one(owner: User, incidents: Dataset) -> None:
    last = prepared(owner)

    first = datasets.rebuild(actor=owner, dataset=last)
    second = datasets.rebuild(actor=owner, dataset=last)

    assert (first, last.loads.count()) == (second, 2)


def test_load_that_is_over_is_not_made_again(owner: User, incidents: Dataset) -> None:
    spoiled(owner, incidents, event_log().replace("29/2/2016 01:16", "x", 1))
    failed = incidents.loads.get(number=2)
    jobs.retry(actor=owner, job=failed.job)

    assert work() == ["failed"]
    assert Job.objects.get(load=failed).error == "Load 2 is over. Begin a new one."


def test_live_since_is_now(owner: User, incidents: Dataset) -> None:
    assert abs((timezone.now() - incidents.live.live_at).total_seconds()) < 60
