"""Computing figures: once per turn, the same twice, and a failure touches nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run
from ace_portal.lib.errors import Conflict, NotAllowed
from kpis.models import KPI, Dataset, Load, Measurement, Refresh
from kpis.services import refresh as services
from kpis.services.kpis import retire_kpi
from kpis.services.passes import refresh_after_load
from tests.fixtures.kpis import MakeKPI, run_jobs
from tests.fixtures.loads import INCIDENTS, write_load

pytestmark = pytest.mark.django_db


def figures(kpi: KPI) -> list[tuple[str, int, float | None, bool]]:
    return [
        (f"{row.period_start:%Y-%m}", row.rows, row.value, row.partial)
        for row in Measurement.objects.filter(version__kpi=kpi, rows__gt=0)
    ]


def test_publishing_measures_the_last_periods(measured: KPI) -> None:
    assert figures(measured) == [
        ("2024-03", 30, 22 / 30, False),
        ("2024-04", 40, 30 / 40, False),
        ("2024-05", 10, 8 / 10, True),
    ]
    assert Measurement.objects.filter(version__kpi=measured).count() == 24


def test_open_refresh_is_returned_instead_of_a_second_one(ace: User, measured: KPI) -> None:
    first = services.request_refresh(actor=ace, kpi=measured)
    second = services.request_refresh(actor=ace, kpi=measured)

    assert (first, Job.objects.filter(state="queued").count()) == (second, 1)


def test_refreshing_again_gives_the_same_rows(ace: User, measured: KPI) -> None:
    before = list(Measurement.objects.order_by("pk").values_list("pk", "value", "rows"))
    services.request_refresh(actor=ace, kpi=measured)

    assert run_jobs() == ["done"]
    assert list(Measurement.objects.order_by("pk").values_list("pk", "value", "rows")) == before


def test_failed_refresh_keeps_the_last_good_figures_and_its_sentence(
    ace: User, measured: KPI, incidents: Dataset
) -> None:
    before = figures(measured)
    write_load(incidents, "SELECT 1 AS number, TIMESTAMP '2024-05-01' AS opened")
    services.request_refresh(actor=ace, kpi=measured)
    run_jobs()

    refresh = Refresh.objects.filter(kpi=measured)[0]
    assert refresh.state == Refresh.State.FAILED
    assert refresh.error.startswith("The share reads the column “made_sla”")
    assert figures(measured) == before


def test_one_failure_does_not_stop_the_others(
    ace: User, make_kpi: MakeKPI, incidents: Dataset
) -> None:
    kpis = [make_kpi(f"KPI {n}", publish=True) for n in range(3)]
    kpis[1].versions.update(definition={"measure": {}})

    assert run_jobs() == ["done"] * 3
    assert [Refresh.objects.get(kpi=kpi).state for kpi in kpis] == ["done", "failed", "done"]


def test_lost_file_is_a_failure_with_a_sentence(
    ace: User, measured: KPI, incidents: Dataset
) -> None:
    load = write_load(incidents, INCIDENTS)
    load.file.unlink()
    services.request_refresh(actor=ace, kpi=measured)
    run_jobs()

    assert Refresh.objects.filter(kpi=measured)[0].error == "The data could not be read."


def test_two_schedulers_at_once_give_one_run(measured: KPI) -> None:
    now = timezone.now()
    KPI.objects.update(next_due=now - timedelta(hours=13))
    stale = KPI.objects.get(pk=measured.pk)
    assert services.refresh_due(now=now) == 1
    measured.refresh_from_db()

    assert services._take_turn(stale, now) is False
    assert services.refresh_due(now=now) == 0
    assert measured.next_due == stale.next_due + timedelta(hours=18)
    assert Refresh.objects.filter(kpi=measured, cause="schedule").count() == 1


def test_open_attempt_keeps_its_turn_for_later(ace: User, measured: KPI) -> None:
    services.request_refresh(actor=ace, kpi=measured)
    KPI.objects.update(next_due=timezone.now())

    assert services.refresh_due(now=timezone.now()) == 0
    run_jobs()
    assert services.refresh_due(now=timezone.now()) == 1


def test_later_load_restates_and_does_not_overwrite(
    ace: User, measured: KPI, incidents: Dataset
) -> None:
    refresh_after_load(write_load(incidents, f"SELECT * FROM ({INCIDENTS}) WHERE number <> 'INC1'"))
    run_jobs()

    march = Measurement.objects.filter(
        version__kpi=measured, period_start=datetime(2024, 3, 1, tzinfo=UTC)
    )
    assert [(row.load.number, row.value) for row in march.order_by("load__number")] == [
        (1, 22 / 30),
        (2, 21 / 29),
    ]


def test_timeless_kpi_has_one_total(make_kpi: MakeKPI) -> None:
    kpi = make_kpi(definition={"measure": {"agg": "count"}}, unit="count", publish=True)
    run_jobs()

    rows = Measurement.objects.filter(version__kpi=kpi)
    assert [(row.grain, row.value) for row in rows] == [("total", 80)]


def test_draft_and_retired_kpis_are_not_refreshed(
    ace: User, owner: User, draft: KPI, measured: KPI
) -> None:
    retire_kpi(actor=owner, kpi=measured, reason="Nobody asks")
    for kpi in (draft, measured):
        with pytest.raises(Conflict, match="Only a published KPI"):
            services.request_refresh(actor=ace, kpi=kpi)


def test_member_refreshes_nothing(member: User, measured: KPI) -> None:
    with pytest.raises(NotAllowed):
        services.request_refresh(actor=member, kpi=measured)


def lose_the_team(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_ace=False)


def lose_the_account(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


@pytest.mark.parametrize("lose", [lose_the_team, lose_the_account])
def test_who_lost_the_right_refreshes_nothing(
    ace: User, measured: KPI, lose: Callable[[User], None]
) -> None:
    before = list(Measurement.objects.order_by("pk").values_list("pk", "refresh", "updated_at"))
    services.request_refresh(actor=ace, kpi=measured)
    lose(ace)
    sentence = "Ace asked for this and no longer may. Only the ACE team does this."

    assert run_jobs() == ["failed"]
    refresh = Refresh.objects.filter(kpi=measured)[0]
    assert (refresh.state, refresh.error, refresh.job.error) == ("failed", sentence, sentence)
    assert refresh.finished_at is not None
    now = Measurement.objects.order_by("pk").values_list("pk", "refresh", "updated_at")
    assert list(now) == before
    denied = AuditEntry.objects.get(action="access.denied")
    assert (denied.actor, denied.details) == (ace, {"why": sentence})


def test_right_lost_while_figures_are_computed_counts(
    ace: User, measured: KPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.request_refresh(actor=ace, kpi=measured)
    report = Run.report

    def lose(run: Run, share: float, note: str = "") -> None:
        lose_the_team(ace)
        report(run, share, note)

    monkeypatch.setattr(Run, "report", lose)

    assert run_jobs() == ["failed"]
    assert Refresh.objects.filter(kpi=measured)[0].state == Refresh.State.FAILED


def test_clock_and_new_load_need_nobodys_right(
    owner: User, measured: KPI, incidents: Dataset
) -> None:
    lose_the_account(owner)
    KPI.objects.update(next_due=timezone.now())
    services.refresh_due(now=timezone.now())
    clock = run_jobs()
    load = write_load(incidents, INCIDENTS)
    Load.objects.filter(pk=load.pk).update(by=owner)
    load.refresh_from_db()
    refresh_after_load(load)

    assert (clock, run_jobs()) == (["done"], ["done"])
    causes = Refresh.objects.filter(kpi=measured, state="done").values_list("cause", flat=True)
    assert list(causes) == ["load", "schedule", "demand"]
