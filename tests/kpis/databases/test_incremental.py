"""Loads that read only what is newer: nothing twice, nothing lost, whatever happens in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict, Invalid
from kpis.account import arrival_words, reading_words
from kpis.models import Dataset, Load
from kpis.services import datasets, loads
from kpis.services.incremental import set_reading
from kpis.services.loads import roll_back
from kpis.services.sourced import change_asked, create_from_source
from kpis.services.sources import change_source, create_source
from kpis.sources import marks
from kpis.sources.base import Caps
from kpis.sources.databases.registry import database_of
from kpis.sources.databases.rows import extract
from kpis.sources.marks import After
from tests.fixtures.databases import ROWS, Outside
from tests.kpis.data.conftest import work

ClientOf = Callable[[User | None], Client]
EVENTS = "CREATE TABLE events (id INTEGER, team TEXT, at TEXT)"
FIRST = [(1, "A", "2026-03-01 08:00:00"), (2, "B", "2026-03-01 09:00:00.5")]


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.SOURCE_FILES_DIR = str(tmp_path / "set-aside")
    path = Path(settings.SOURCE_FILES_DIR) / "desk.sqlite"
    path.parent.mkdir()
    put(path, EVENTS)
    add(path, *FIRST)
    yield path
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


def put(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def add(path: Path, *rows: tuple[Any, ...]) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
    connection.close()


@pytest.fixture
def dataset(db: None, owner: User, file: Path) -> Dataset:
    source = create_source(actor=owner, name="Desk", kind="sqlite", file=file.name)
    made = create_from_source(
        actor=owner, source=source, name="Events", schema="main", table="events"
    )
    work()
    made.refresh_from_db()
    return made


def reading(owner: User, dataset: Dataset, **how: Any) -> Dataset:
    """A dataset that reads what is newer, the load with the first mark live."""
    set_reading(actor=owner, dataset=dataset, **how)
    dataset.refresh_from_db()
    again(owner, dataset)
    return dataset


def again(owner: User, dataset: Dataset) -> Load:
    load = datasets.rebuild(actor=owner, dataset=dataset)
    work()
    dataset.refresh_from_db()
    load.refresh_from_db()
    return load


def rows_of(dataset: Dataset) -> list[tuple[Any, ...]]:
    assert dataset.live is not None
    return duckdb.sql(f"SELECT id, team FROM '{dataset.live.file}' ORDER BY id, team").fetchall()


def test_rows_after_the_mark_are_added(owner: User, dataset: Dataset, file: Path) -> None:
    reading(owner, dataset, mark_column="at")
    assert (dataset.live.number, dataset.live.report["read"]["mark"]) == (
        2, "2026-03-01 09:00:00.500000",
    )  # fmt: skip
    add(file, (3, "C", "2026-03-01 09:00:00.500001"), (4, "D", "2026-03-01 08:30:00"))

    load = again(owner, dataset)

    assert rows_of(dataset) == [(1, "A"), (2, "B"), (3, "C")]  # the fourth lies before the mark
    assert load.report["merge"] == {
        "mode": "append", "base": 2, "added": 1, "replaced": 0, "unchanged": 0, "doubles": 0,
    }  # fmt: skip
    read = load.report["read"]
    assert (read["how"], read["base"], read["mark"]) == ("new", 2, "2026-03-01 09:00:00.500001")
    assert "WHERE" in load.report["sql"]


def test_overlap_reads_again_and_a_key_keeps_each_row_once(
    owner: User, dataset: Dataset, file: Path
) -> None:
    reading(owner, dataset, mark_column="at", overlap=1, overlap_unit="hours", keys=["id"])
    add(file, (4, "D", "2026-03-01 08:30:00"), (5, "E", "2026-03-01 07:59:59"))
    put(file, "UPDATE events SET team = 'b' WHERE id = 2")

    load = again(owner, dataset)

    assert rows_of(dataset) == [(1, "A"), (2, "b"), (4, "D")]
    told = load.report["merge"]
    assert (told["added"], told["replaced"], told["unchanged"]) == (1, 1, 0)


def test_numbers_can_be_the_mark(owner: User, dataset: Dataset, file: Path) -> None:
    reading(owner, dataset, mark_column="id", overlap=1, keys=["id"])
    add(file, (9, "I", "2026-01-01 00:00:00"))
    load = again(owner, dataset)
    assert (load.report["read"]["after"], load.report["read"]["mark"]) == (1, 9)
    assert rows_of(dataset) == [(1, "A"), (2, "B"), (9, "I")]


def test_nothing_new_is_a_load_all_the_same(owner: User, dataset: Dataset, file: Path) -> None:
    reading(owner, dataset, mark_column="at")
    load = again(owner, dataset)
    assert (load.state, load.rows, load.report["merge"]["added"]) == ("live", 2, 0)
    assert load.report["read"]["mark"] == "2026-03-01 09:00:00.500000"


def test_rollback_goes_back_to_the_mark_of_its_load(
    owner: User, dataset: Dataset, file: Path
) -> None:
    reading(owner, dataset, mark_column="at")
    add(file, (3, "C", "2026-03-02 00:00:00"))
    again(owner, dataset)
    roll_back(actor=owner, load=dataset.loads.get(number=2))
    add(file, (4, "D", "2026-03-03 00:00:00"))

    again(owner, dataset)

    assert rows_of(dataset) == [(1, "A"), (2, "B"), (3, "C"), (4, "D")]
    assert dataset.live.report["read"]["base"] == 2


def test_another_place_has_other_rows(owner: User, dataset: Dataset, file: Path) -> None:
    reading(owner, dataset, mark_column="at")
    file.rename(file.with_name("moved.sqlite"))
    change_source(actor=owner, source=dataset.source, file="moved.sqlite")
    dataset.refresh_from_db()
    assert again(owner, dataset).report["read"]["how"] == "all"


@pytest.mark.parametrize("change", ["query", "column", "new column", "type"])
def test_change_has_all_rows_read_and_says_so(
    change: str, owner: User, dataset: Dataset, file: Path
) -> None:
    reading(owner, dataset, mark_column="at")
    if change == "query":
        change_asked(actor=owner, dataset=dataset, sql="SELECT id, team, at FROM events")
        work()
        why = "what is asked, or how it is read, was changed"
    elif change == "column":
        set_reading(actor=owner, dataset=dataset, mark_column="id")
        why = "the live load has no mark in this column"
    else:
        column = (
            "ADD COLUMN hours INTEGER DEFAULT 7" if change == "new column" else "DROP COLUMN id"
        )
        put(file, f"ALTER TABLE events {column}")
        if change == "type":
            put(file, "ALTER TABLE events ADD COLUMN id TEXT DEFAULT 'x'")
        why = "the columns are not those of the live load"
    add_late(file)
    dataset.refresh_from_db()
    load = dataset.live if change == "query" else again(owner, dataset)

    assert load.report["read"]["why"] == why
    assert reading_words(load) == f"All rows: {why}"
    assert (load.mode, load.rows) == ("replace", 2 if change == "query" else 3)


def add_late(path: Path) -> None:
    """A row that lies before every mark."""
    put(path, "INSERT INTO events (team, at) VALUES ('Z', '2020-01-01 00:00:00')")


def test_crash_before_going_live_loses_and_doubles_nothing(
    owner: User, dataset: Dataset, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(owner, dataset, mark_column="at")
    add(file, (3, "C", "2026-03-02 00:00:00"))
    load = datasets.rebuild(actor=owner, dataset=dataset)
    for step in ("_examine", "_finish"):  # before and after what was made is written down
        with monkeypatch.context() as broken:
            broken.setattr(loads, step, killed)
            with pytest.raises(KeyboardInterrupt):
                jobs.run(load.job_id)
        Job.objects.filter(pk=load.job_id).update(state=Job.State.QUEUED, lease_token="")
        dataset.refresh_from_db()
        assert rows_of(dataset) == [(1, "A"), (2, "B")]
    add(file, (4, "D", "2026-03-03 00:00:00"))

    assert work() == ["done"]
    dataset.refresh_from_db()
    assert rows_of(dataset) == [(1, "A"), (2, "B"), (3, "C")]
    again(owner, dataset)
    assert rows_of(dataset) == [(1, "A"), (2, "B"), (3, "C"), (4, "D")]


def killed(*args: Any) -> None:
    raise KeyboardInterrupt


def test_rollback_while_newer_rows_are_read_takes_none_away(
    owner: User, dataset: Dataset, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows after the mark of load 3 may not be put to those of load 2."""
    reading(owner, dataset, mark_column="at")
    add(file, (3, "C", "2026-03-02 00:00:00"))
    again(owner, dataset)
    add(file, (4, "D", "2026-03-03 00:00:00"))
    load = datasets.rebuild(actor=owner, dataset=dataset)
    made = loads.making.make

    def meanwhile(*args: Any) -> Any:
        out = made(*args)
        roll_back(actor=owner, load=dataset.loads.get(number=2))
        return out

    with monkeypatch.context() as busy:
        busy.setattr(loads.making, "make", meanwhile)
        assert jobs.run(load.job_id) == "queued"
    Job.objects.filter(pk=load.job_id).update(run_after=datetime.now(UTC))
    assert jobs.run(load.job_id) == "done"
    dataset.refresh_from_db()
    assert rows_of(dataset) == [(1, "A"), (2, "B"), (3, "C"), (4, "D")]


def test_stamp_in_the_future_does_not_hide_what_comes(
    owner: User, dataset: Dataset, file: Path
) -> None:
    add(file, (8, "X", "9999-12-31 00:00:00"))
    reading(owner, dataset, mark_column="at")
    assert dataset.live.report["read"]["mark"] < "2100"


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"mark_column": "team"}, "mark_column"),
        ({"mark_column": "gone"}, "mark_column"),
        ({"mark_column": "_row"}, "mark_column"),
        ({"mark_column": "at", "overlap": 1, "overlap_unit": "hours"}, "keys"),
        ({"mark_column": "at", "overlap": 1, "keys": ["id"]}, "overlap_unit"),
        ({"mark_column": "id", "overlap": 1, "overlap_unit": "days", "keys": ["id"]},
         "overlap_unit"),
        ({"mark_column": "at", "keys": ["gone"]}, "keys"),
    ],
)  # fmt: skip
def test_reading_that_makes_no_sense_is_refused(
    how: dict[str, Any], field: str, owner: User, dataset: Dataset
) -> None:
    with pytest.raises(Invalid) as refused:
        set_reading(actor=owner, dataset=dataset, **how)
    assert refused.value.field == field


def test_what_is_asked_live_reads_nothing_again(owner: User, dataset: Dataset) -> None:
    Dataset.objects.update(placement="live")
    with pytest.raises(Conflict, match="Nothing of this dataset is copied"):
        set_reading(actor=owner, dataset=dataset, mark_column="at")


def test_query_that_a_kpi_could_not_read_changes_nothing(owner: User, dataset: Dataset) -> None:
    with pytest.raises(Invalid, match="gone"):
        change_asked(actor=owner, dataset=dataset, sql="SELECT gone FROM events")
    dataset.refresh_from_db()
    assert dataset.asked["table"] == "events"


def test_pages_and_api_say_what_is_read(
    owner: User, dataset: Dataset, file: Path, client_of: ClientOf
) -> None:
    client = client_of(owner)
    form = {"mark_column": "at", "overlap": "2", "overlap_unit": "days", "keys": ["id"], "keep": 4}
    assert client.post("/kpis/datasets/events/reading/", form).status_code == 302
    dataset.refresh_from_db()
    assert arrival_words(dataset) == (
        "Rows are read from 2 days before the greatest “at” on. Those with the same id are "
        "replaced, new ones added."
    )
    again(owner, dataset)
    load = again(owner, dataset)
    assert b"Load 3 came as far as 1 Mar 2026" in client.get("/kpis/datasets/events/").content
    page = client.get("/kpis/datasets/events/loads/3/").content.decode()
    assert "Rows with “at” beyond 27 Feb 2026" in page
    assert load.report["read"]["after"] == "2026-02-27 09:00:00.500000"
    body = {"mark_column": "", "keep": 2}
    told = client.put("/api/v1/datasets/events/reading/", body, "application/json").json()
    assert (told["mark_column"], told["mode"], told["keys"], told["keep"]) == (
        "", "replace", [], 2,
    )  # fmt: skip
    body = {"sql": "SELECT id, team FROM events"}
    told = client.put("/api/v1/datasets/events/asked/", body, "application/json").json()
    assert told["asked"] == body
    page = client.get("/kpis/datasets/events/asked/")
    assert page.context["form"].initial["sql"] == body["sql"]


MIDDLE: dict[str, tuple[str, Any]] = {
    "id": ("integer", 500),
    "gaps": ("number", 500.0),
    "day": ("date", "2025-04-01"),
    "seen": ("timestamp", "2025-04-02 00:00:00"),
    "clock": ("timestamp", "2025-04-02 00:00:00"),
}


def asked_of(path: Path, what: str) -> Any:
    return duckdb.connect().execute(f"SELECT {what} FROM read_parquet('{path}')").fetchall()[0][0]


@pytest.mark.parametrize("column", MIDDLE)
def test_mark_is_compared_exactly_in_every_database(
    column: str, outside: Outside, target: Path
) -> None:
    kind, bound = MIDDLE[column]
    database = database_of(outside.place.kind)
    types = {a.name: a.type for a in attributes_of(outside) if a.type}
    extract(database, outside.place, outside.orders, target, caps=Caps(), seconds=30)
    spelled = bound if kind in ("integer", "number") else f"CAST('{bound}' AS {kind})"
    beyond = asked_of(target, f"count(*) FILTER ({column} > {spelled})")
    after = After(column, kind, bound, types)

    report = extract(
        database, outside.place, outside.orders, target.with_name("new.parquet"), caps=Caps(),
        seconds=30, after=after,
    )  # fmt: skip

    assert (report.rows, report.read_after) == (beyond, bound)
    assert 0 < beyond < ROWS


def attributes_of(outside: Outside) -> Any:
    database = database_of(outside.place.kind)
    with database.reading(outside.place, seconds=30) as connection:
        return database.attributes(connection, outside.orders)


def test_mark_in_utc_meets_a_clock_of_a_zone(outside: Outside, target: Path) -> None:
    database = database_of(outside.place.kind)
    types = {a.name: a.type for a in attributes_of(outside) if a.type}
    after = After("clock", "timestamp", "2025-04-02 00:00:00", types)
    report = extract(
        database, outside.place, outside.orders, target, caps=Caps(), seconds=30, after=after,
        time_zone="Europe/Berlin",
    )  # fmt: skip
    assert asked_of(target, "min(clock)") == datetime(2025, 4, 2, 0, 10)
    assert report.read_after == after.bound


@pytest.mark.parametrize(
    ("mark", "kind", "overlap", "unit", "bound"),
    [
        (9, "integer", 4, "", 5),
        (1.5, "number", 1, "", 0.5),
        ("2026-03-01", "date", 1, "days", "2026-02-28"),
        ("2026-03-01 00:30:00", "timestamp", 1, "hours", "2026-02-28 23:30:00"),
        ("0001-01-01 00:00:00", "timestamp", 1, "days", None),
    ],
)
def test_bound_is_the_mark_less_the_overlap(
    mark: Any, kind: str, overlap: int, unit: str, bound: Any
) -> None:
    assert marks.bound_of(mark, kind, overlap, unit) == bound


@pytest.mark.parametrize(
    ("greatest", "kind", "mark"),
    [
        ("inf", "number", None), (None, "integer", None), (True, "integer", None),
        ("x", "text", None), ("2027-01-01", "date", "2026-03-01"),
        ("2026-02-01 00:00:00", "timestamp", "2026-02-01 00:00:00"),
        ("10000-01-01 00:00:00", "timestamp", None),
    ],
)  # fmt: skip
def test_mark_is_what_can_be_told(greatest: Any, kind: str, mark: Any) -> None:
    assert marks.mark_of(greatest, kind, datetime(2026, 3, 1, tzinfo=UTC)) == mark


@pytest.mark.parametrize(
    ("how", "said"),
    [("iso", "2026-03-01T08:00:00.500000Z"), ("date", "2026-03-01"), ("seconds", "1772352000"),
     ("milliseconds", "1772352000500")],
)  # fmt: skip
def test_mark_is_spelled_as_the_address_wants_it(how: str, said: str) -> None:
    after = After("at", "timestamp", "2026-03-01 08:00:00.5")
    assert marks.spelled_as(after, how) == said
