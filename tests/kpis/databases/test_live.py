"""Live datasets: the figures are asked at the source, and equal those of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.board import board
from dashboards.content.document import parse
from dashboards.content.explain import explain
from dashboards.content.filters import read_state
from kpis.asked import asked_words
from kpis.behind import behind_figure
from kpis.engine.query import Query
from kpis.figures import Ask, answers, values_of
from kpis.models import KPI, Dataset, DataSource, KPIVersion, Measurement
from kpis.scopes import PORTAL
from kpis.services import datasets
from kpis.services.datasets import create_prepared
from kpis.services.kpis import create_kpi, publish_version
from kpis.services.policies import set_policy
from kpis.services.sourced import create_from_source
from kpis.services.sources import create_source
from tests.fixtures.databases import ROWS, Server
from tests.fixtures.world import World
from tests.kpis.data.conftest import work
from tests.kpis.databases.test_sources import way_in

pytestmark = pytest.mark.django_db

MEASURES: dict[str, dict[str, Any]] = {
    "count": {"agg": "count"},
    "sum": {"agg": "sum", "column": "gaps"},
    "average": {"agg": "avg", "column": "price"},
    "median": {"agg": "quantile", "q": 0.5, "column": "gaps"},
    "share": {"share": {"of": {"column": "paid", "op": "=", "value": True}}},
    "distinct": {"agg": "count_distinct", "column": "odd"},
    "duration": {"agg": "quantile", "q": 0.9,
                 "column": {"from": "clock", "to": "seen", "unit": "h"}},
    "stock": {"stock": {"opened": "clock", "closed": "seen"}},
}  # fmt: skip


COUNT = MEASURES["count"]


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.LOADS_DIR = tmp_path / "loads"
    settings.OPEN_NETWORKS = ["127.0.0.0/8"]
    yield
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)


@pytest.fixture
def source(owner: User, server: Server) -> DataSource:
    return create_source(actor=owner, **way_in(server.outside))


def taken(owner: User, source: DataSource, mode: str, table: str = "orders") -> Dataset:
    dataset = create_from_source(
        actor=owner, source=source, name=f"Orders {mode}", schema="public", table=table,
        placement=mode,
    )  # fmt: skip
    work()
    dataset.refresh_from_db()
    return dataset


def version_over(owner: User, world: World, dataset: Dataset, measure: Any) -> KPIVersion:
    kpi = create_kpi(
        actor=owner, name="Orders", question=world.question, dataset=dataset, category="capacity",
        definition={
            "measure": measure, "time_column": "seen", "grain": "day", "dimensions": ["paid"],
            "time_zone": "Europe/Berlin",
        },
    )  # fmt: skip
    return kpi.versions.select_related("dataset__live").get()


def test_live_figures_equal_those_of_a_copy(owner: User, world: World, source: DataSource) -> None:
    """Every measure, over the day on which the clocks changed, split, filtered, in total."""
    live, copy = (taken(owner, source, mode) for mode in ("live", "extract"))
    assert live.live is not None
    assert not live.live.has_file
    queries = [
        Query(), Query(grain="day", start=date(2025, 3, 29), end=date(2025, 4, 6)),
        Query(grain="hour", by=("paid",), start=date(2025, 3, 30), end=date(2025, 3, 31)),
    ]  # fmt: skip
    for name, measure in MEASURES.items():
        there, here = (version_over(owner, world, d, measure) for d in (live, copy))
        for query in queries:
            asked, computed = (
                answers([Ask(version, query)], reader=PORTAL) for version in (there, here)
            )
            assert asked[0].error == computed[0].error == "", name
            assert points(asked[0].result) == pytest.approx(points(computed[0].result)), name
            assert "count" in asked[0].result.sql or "sum" in asked[0].result.sql


def test_live_figures_are_those_of_the_readers_rows(
    owner: User, member: User, world: World, source: DataSource
) -> None:
    live, copy = (taken(owner, source, mode) for mode in ("live", "extract"))
    for dataset in (live, copy):
        set_policy(actor=owner, dataset=dataset, column="paid", rules={world.group: ["yes"]})
        dataset.refresh_from_db()
    days = Query(grain="day", start=date(2025, 3, 29), end=date(2025, 4, 6))
    for name, measure in MEASURES.items():
        there, here = (version_over(owner, world, d, measure) for d in (live, copy))
        asked, computed = (answers([Ask(v, days)], reader=member)[0] for v in (there, here))
        assert asked.error == computed.error == "", name
        assert points(asked.result) == pytest.approx(points(computed.result)), name

    counts = [
        answers([Ask(version_over(owner, world, live, MEASURES["count"]), Query())], reader=reader)
        for reader in (owner, member)
    ]
    assert [a[0].result.total.value for a in counts if a[0].result] == [ROWS, ROWS // 2]


def points(result: Any) -> list[float | None]:
    return [value for p in result for value in (p.figure.value, p.figure.rows)]


def test_live_dataset_copies_nothing_and_looks_again(
    owner: User, world: World, source: DataSource, server: Server, settings: Any
) -> None:
    dataset = taken(owner, source, "live")
    version = version_over(owner, world, dataset, {"agg": "count"})
    publish_version(actor=owner, kpi=version.kpi)
    work()
    assert answers([Ask(version, Query())], reader=PORTAL)[0].result.total.value == ROWS
    server.run(
        "CREATE TABLE gone AS SELECT * FROM orders WHERE id = 1000",
        "DELETE FROM orders WHERE id = 1000",
    )
    try:
        datasets.rebuild(actor=owner, dataset=dataset)
        work()
        version = KPIVersion.objects.select_related("dataset__live").get(pk=version.pk)
        assert answers([Ask(version, Query())], reader=PORTAL)[0].result.total.value == ROWS - 1
        measured = Measurement.objects.filter(version=version).values_list("load__number")
        assert sorted(set(measured)) == [(1,), (2,)]  # as reported then, and now
    finally:
        server.run("INSERT INTO orders SELECT * FROM gone", "DROP TABLE gone")
    assert not list(Path(settings.LOADS_DIR).rglob("*.parquet"))


NEWER = (
    "INSERT INTO orders (id, words, price, paid, day, seen, clock, gaps, odd, raw) "
    "SELECT 5000, words, price, paid, day + 90, seen + INTERVAL '90 days', "
    "clock + INTERVAL '90 days', gaps, odd, raw FROM orders WHERE id = 1000"
)


@pytest.fixture
def growing(owner: User, source: DataSource, server: Server) -> Iterator[Dataset]:
    """A row came after the source was looked at."""
    dataset = taken(owner, source, "live")
    server.run(NEWER)
    yield dataset
    server.run("DELETE FROM orders WHERE id = 5000")


def asked_of(version: KPIVersion, query: Query, reader: Any = PORTAL) -> Any:
    version = KPIVersion.objects.select_related("kpi", "dataset__live").get(pk=version.pk)
    (answer,) = answers([Ask(version, query)], reader=reader)
    assert answer.error == ""
    return answer.result


def test_row_that_came_after_the_look_is_in_no_figure_before_the_next(
    owner: User, member: User, world: World, growing: Dataset
) -> None:
    version = version_over(owner, world, growing, MEASURES["count"])
    day = date(2025, 3, 1)
    assert asked_of(version, Query()).total.value == ROWS
    assert asked_of(version, Query(start=day, end=date(2030, 1, 1))).total.value == ROWS
    assert sum(p.figure.value or 0 for p in asked_of(version, Query(grain="month"))) == ROWS
    behind = behind_figure(version, Query(), reader=owner, limit=ROWS + 5)
    assert len(behind.rows) == ROWS
    for measure in ("median", "share", "duration"):
        other = version_over(owner, world, growing, MEASURES[measure])
        assert asked_of(other, Query()).total.rows == ROWS
    result = asked_of(version, Query())
    assert result.as_of is not None
    assert result.asked_at is not None
    assert result.asked_at > result.as_of
    assert "rows that came after the last look are left out" in asked_words([version])

    datasets.rebuild(actor=owner, dataset=growing)
    work()
    assert asked_of(version, Query()).total.value == ROWS + 1


def test_row_that_came_after_the_look_is_in_no_figure_of_a_readers_rows(
    owner: User, member: User, world: World, growing: Dataset
) -> None:
    set_policy(actor=owner, dataset=growing, column="paid", rules={world.group: ["yes"]})
    version = version_over(owner, world, growing, MEASURES["count"])
    months = asked_of(version, Query(grain="month"), member)

    assert asked_of(version, Query(), member).total.value == ROWS // 2
    assert sum(p.figure.value or 0 for p in months) == ROWS // 2
    assert max(p.period.start.date() for p in months) < date(2025, 6, 1)


@pytest.mark.parametrize("column", [None, "day"])
def test_where_later_rows_cannot_be_told_apart_the_page_says_that_they_may_count(
    owner: User, world: World, growing: Dataset, column: str | None
) -> None:
    kpi = create_kpi(
        actor=owner, name="All", question=world.question, dataset=growing, category="capacity",
        definition={"measure": {"agg": "count"}, **({"time_column": column} if column else {})},
    )  # fmt: skip
    version = kpi.versions.select_related("dataset__live").get()
    publish_version(actor=owner, kpi=kpi)
    work()
    tile = {"key": "t0", "width": 6, "type": "number", "kpi_version": version.pk}
    document = parse(
        {"schema": 1, "tiles": [tile], "filters": {"period": {"preset": "all"}, "choices": []}}
    )
    state = read_state(document, QueryDict(""))
    (shown,) = board(document, state, reader=owner).tiles
    told = explain(document, document.tiles[0], state, reader=owner)

    said = "rows that came, changed or went after the last look may be counted."
    assert [note.endswith(said) for note in shown.notes] == [True]
    assert told.asked.endswith(said)
    assert told.asked_at is not None


def test_copied_rows_need_no_such_words(owner: User, world: World, source: DataSource) -> None:
    version = version_over(owner, world, taken(owner, source, "extract"), MEASURES["count"])

    assert asked_of(version, Query()).asked_at is None
    assert asked_words([version]) == ""


def test_source_that_is_away_leaves_what_was_computed(
    owner: User, world: World, source: DataSource, server: Server
) -> None:
    dataset = taken(owner, source, "live")
    version = version_over(owner, world, dataset, {"agg": "count"})
    answers([Ask(version, Query())], reader=PORTAL)
    DataSource.objects.update(port=1)
    version = KPIVersion.objects.select_related("dataset__live").get(pk=version.pk)
    assert answers([Ask(version, Query())], reader=PORTAL)[0].result is not None
    new = answers([Ask(version, Query(grain="day"))], reader=PORTAL)[0]
    assert new.result is None
    assert new.error.startswith("The database does not answer")


def test_no_word_of_the_database_reaches_who_looks_at_figures(
    owner: User, world: World, source: DataSource, server: Server
) -> None:
    """It quotes the value that it stumbles over, and says where it is."""
    view = "CREATE OR REPLACE VIEW odd_rows AS SELECT orders.* FROM orders"
    stumbles = f"{view} WHERE CASE WHEN id > 0 THEN CAST('canary-' || id AS integer) END > 0"
    server.run(view, f"GRANT SELECT ON odd_rows TO {server.outside.place.user}")
    try:
        version = version_over(owner, world, taken(owner, source, "live", "odd_rows"), COUNT)
        server.run(stumbles)
        told = [answers([Ask(version, Query())], reader=PORTAL)[0].error]
    finally:
        server.run("DROP VIEW odd_rows")
    DataSource.objects.update(port=1)
    version = KPIVersion.objects.select_related("dataset__live").get(pk=version.pk)
    told.append(answers([Ask(version, Query(grain="week"))], reader=PORTAL)[0].error)

    assert told == [
        "The database could not compute this figure.", "The database does not answer.",
    ]  # fmt: skip


def test_slow_source_fails_its_figures_and_nothing_else(
    owner: User, world: World, source: DataSource, server: Server, settings: Any
) -> None:
    settings.LIVE_SECONDS = 0.5
    view = "CREATE OR REPLACE VIEW slow AS SELECT orders.* FROM orders"
    server.run(view, f"GRANT SELECT ON slow TO {server.outside.place.user}")
    try:
        sets = [taken(owner, source, "live", "slow"), taken(owner, source, "extract")]
        server.run(f"{view}, pg_sleep(60)")
        asks = [Ask(version_over(owner, world, d, MEASURES["median"]), Query()) for d in sets]
        slow, good = answers(asks, reader=PORTAL)
    finally:
        server.run("DROP VIEW slow")
    assert slow.result is None
    assert "took too long" in slow.error
    assert good.result is not None


def test_values_of_a_live_column(owner: User, source: DataSource) -> None:
    dataset = taken(owner, source, "live")
    assert dataset.live is not None
    assert values_of(dataset.live, "paid", None).values == (False, True)


def test_query_over_what_is_not_copied_is_refused(owner: User, source: DataSource) -> None:
    taken(owner, source, "live")
    with pytest.raises(Conflict, match="extract it instead"):
        create_prepared(actor=owner, name="P", sql="SELECT * FROM orders_live")


def test_times_without_a_zone_are_read_as_utc_alone(owner: User, source: DataSource) -> None:
    with pytest.raises(Invalid, match="“clock” carry no zone"):
        create_from_source(
            actor=owner, source=source, name="O", schema="public", table="orders", placement="live",
            time_zone="Europe/Berlin",
        )  # fmt: skip


def test_kpis_are_published_over_it(owner: User, world: World, source: DataSource) -> None:
    dataset = taken(owner, source, "live")
    version = version_over(owner, world, dataset, MEASURES["share"])
    publish_version(actor=owner, kpi=version.kpi)
    assert set(work()) == {"done"}
    assert KPI.objects.get().refreshes.get().state == "done"
