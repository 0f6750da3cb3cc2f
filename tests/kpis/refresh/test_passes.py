"""One pass over all KPIs of a load: what each comes to is what it would come to alone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from kpis.figures import Ask, answers
from kpis.measured import periods_query
from kpis.models import KPI, Dataset, Measurement, Refresh
from kpis.needs import failed_refreshes
from kpis.scopes import PORTAL
from kpis.services import passes
from kpis.services.passes import refresh_after_load
from kpis.services.refresh import request_refresh
from tests.fixtures.kpis import VOLUME, MakeKPI, run_jobs
from tests.fixtures.loads import INCIDENTS, write_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def several(make_kpi: MakeKPI) -> list[KPI]:
    """Five published KPIs, one of them without time, measured once."""
    kpis = [make_kpi(f"KPI {n}", publish=True) for n in range(4)]
    kpis.append(make_kpi("All", definition={"measure": {"agg": "count"}}, publish=True))
    assert run_jobs() == ["done"] * 5
    return kpis


def outcomes() -> list[tuple[str, str]]:
    rows = Refresh.objects.filter(cause="load").order_by("pk")
    return [(row.kpi.name, row.state) for row in rows]


def figures(kpi: KPI) -> list[Any]:
    """What its last attempt wrote down."""
    rows = Measurement.objects.filter(refresh=Refresh.objects.filter(kpi=kpi)[0])
    told = ("grain", "period_start", "state", "value", "numerator", "denominator", "rows")
    return list(rows.order_by("period_start").values_list(*told))


def test_new_load_computes_every_published_kpi_of_its_dataset(
    make_kpi: MakeKPI, several: list[KPI], incidents: Dataset
) -> None:
    make_kpi("Draft")
    refresh_after_load(write_load(incidents, INCIDENTS))
    assert {state for _name, state in outcomes()} == {"queued"}

    assert run_jobs() == ["done"]
    assert outcomes() == [(kpi.name, "done") for kpi in several]
    assert Job.objects.get(kind=passes.KIND).note == "5 of 5 KPIs"


def test_figures_are_those_of_an_attempt_of_its_own(
    ace: User, several: list[KPI], incidents: Dataset
) -> None:
    refresh_after_load(write_load(incidents, f"SELECT * FROM ({INCIDENTS}) WHERE cost > 9"))
    run_jobs()
    together = [figures(kpi) for kpi in several]
    for kpi in several:
        request_refresh(actor=ace, kpi=kpi)
    run_jobs()

    assert [figures(kpi) for kpi in several] == together
    assert [len(rows) for rows in together] == [24, 24, 24, 24, 1]


def test_one_that_fails_does_not_stop_the_others(several: list[KPI], incidents: Dataset) -> None:
    several[1].versions.update(definition={"measure": {}}, sha256="1" * 64)
    gone = {**VOLUME, "time_column": "gone"}
    several[2].versions.update(definition=gone, sha256="2" * 64)
    refresh_after_load(write_load(incidents, INCIDENTS))

    assert run_jobs() == ["done"]
    assert [state for _name, state in outcomes()] == ["done", "failed", "failed", "done", "done"]
    assert "gone" in Refresh.objects.get(kpi=several[2], cause="load").error


def test_file_that_is_lost_is_told_by_each(several: list[KPI], incidents: Dataset) -> None:
    load = write_load(incidents, INCIDENTS)
    load.file.unlink()
    refresh_after_load(load)
    run_jobs()

    errors = Refresh.objects.filter(cause="load").values_list("error", flat=True)
    assert list(errors) == ["The data could not be read."] * 5


def test_next_worker_goes_on_where_one_was_killed(
    several: list[KPI], incidents: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "AT_A_TIME", 2)
    refresh_after_load(write_load(incidents, INCIDENTS))
    job = Job.objects.get(kind=passes.KIND)
    first = jobs.claim(job.pk)
    assert first is not None
    compute = passes._compute
    turns: list[int] = []

    def computed(group: Any, **how: Any) -> Any:
        turns.append(len(group))
        if len(turns) == 2:  # somebody else has the job while this one computes
            Job.objects.filter(pk=job.pk).update(state="queued", lease_token="")
        return compute(group, **how)

    monkeypatch.setattr(passes, "_compute", computed)
    with pytest.raises(jobs.LeaseLost):
        passes.perform(first)
    assert [state for _name, state in outcomes()] == ["done", "done", "queued", "queued", "queued"]

    assert run_jobs() == ["done"]
    assert turns == [2, 2, 2, 1]
    assert {state for _name, state in outcomes()} == {"done"}
    assert Measurement.objects.filter(refresh__job=job).count() == 4 * 24 + 1


def test_stopped_in_the_middle_says_so(several: list[KPI], incidents: Dataset) -> None:
    refresh_after_load(write_load(incidents, INCIDENTS))
    Job.objects.filter(kind=passes.KIND).update(state="cancelled")

    troubles = {row.trouble for row in Refresh.objects.filter(cause="load")}
    assert troubles == {"The work was stopped."}


def test_open_attempt_holds_no_pass_back(ace: User, several: list[KPI], incidents: Dataset) -> None:
    request_refresh(actor=ace, kpi=several[0])
    load = write_load(incidents, INCIDENTS)
    refresh_after_load(load)

    assert run_jobs() == ["done", "done"]
    assert Refresh.objects.get(kpi=several[0], cause="load").load == load


@pytest.mark.parametrize(
    ("how", "statements"),
    [
        ({}, 2),
        ({"grain": "week"}, 3),
        ({"measure": {"window": {"measure": {"agg": "count"}, "kind": "moving", "periods": 3}}}, 3),
    ],
    ids=["months", "weeks", "windows"],
)
def test_last_periods_are_asked_where_nothing_else_tells_them(
    make_kpi: MakeKPI, incidents: Dataset, how: dict[str, Any], statements: int
) -> None:
    """The total, all months, and the last periods where they are not among these."""
    kpi = make_kpi(definition={**VOLUME, **how}, publish=True)
    run_jobs()
    refresh_after_load(write_load(incidents, INCIDENTS))
    ran: list[str] = []

    def sees(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if "rows_used" in sql:  # not the one for the ends of the data
            ran.append(sql)

    sa.event.listen(sa.Engine, "before_cursor_execute", sees)
    try:
        assert run_jobs() == ["done"]
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", sees)

    assert len(ran) == statements
    version = kpi.versions.select_related("dataset__live").get()
    (answer,) = answers([Ask(version, periods_query(version))], reader=PORTAL)
    assert answer.result is not None
    told = [
        (p.period.start, p.figure.state.value, p.figure.value, p.figure.rows, p.period.partial)
        for p in answer.result.points[-24:]
        if p.period is not None
    ]
    rows = Measurement.objects.filter(refresh__cause="load").order_by("period_start")
    assert list(rows.values_list("period_start", "state", "value", "rows", "partial")) == told


def test_more_kpis_are_hardly_more_queries(make_kpi: MakeKPI, incidents: Dataset) -> None:
    """SQLite takes so many values in a statement: what is written goes into a few of them."""
    counts = []
    for names in (["One"], ["Two", "Three", "Four", "Five", "Six"]):
        for name in names:
            make_kpi(name, publish=True)
        run_jobs()
        with CaptureQueriesContext(connection) as queries:
            refresh_after_load(write_load(incidents, INCIDENTS))
            assert run_jobs() == ["done"]
        counts.append(len(queries))

    assert counts[1] - counts[0] <= 2


def test_pass_that_was_given_up_waits_on_the_home_page(
    several: list[KPI], incidents: Dataset, owner: User
) -> None:
    refresh_after_load(write_load(incidents, INCIDENTS))
    Job.objects.filter(kind=passes.KIND).update(state=Job.State.DEAD, error="The worker stopped.")
    found = failed_refreshes(owner)

    assert {need.title for need in found} == {
        f"{kpi.name}: The worker stopped." for kpi in several
    }  # fmt: skip
