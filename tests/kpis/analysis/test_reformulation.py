"""What a new formula says of periods that the version before had reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from kpis.models import KPI, Dataset, KPIVersion
from kpis.reformulation import Reformulation, reformulation_of
from kpis.selectors import measurements_of, versions_of
from kpis.services.kpis import change_draft, publish_version, start_version
from kpis.services.policies import set_policy
from kpis.services.refresh import request_refresh
from tests.fixtures.kpis import run_jobs
from tests.fixtures.loads import write_rows
from tests.fixtures.people import make_person
from tests.fixtures.tickets import AS_OF, TICKETS, VOLUME, ticket_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
REASON = "P3 is no incident."
WITHOUT_P3 = {**VOLUME, "exclusions": {"column": "priority", "op": "=", "value": "P3"}}


def changed(owner: User, version: KPIVersion, **what: Any) -> KPIVersion:
    """The next version, published and measured."""
    kpi = KPI.objects.get(pk=version.kpi_id)
    start_version(actor=owner, kpi=kpi, reason=REASON)
    change_draft(actor=owner, kpi=kpi, **what)
    new = publish_version(actor=owner, kpi=kpi)
    run_jobs()
    return new


def found(owner: User, version: KPIVersion) -> Reformulation | None:
    kpi = KPI.objects.get(pk=version.kpi_id)
    measured = measurements_of([version])[version.pk]
    return reformulation_of(list(versions_of(owner, kpi)), version, measured)


def by_hand(month: tuple[int, int], *, without: str = "") -> int:
    rows = [row for row in ticket_rows() if row["priority"] != without]
    return sum((row["opened_at"].year, row["opened_at"].month) == month for row in rows)


@pytest.fixture
def reformulated(owner: User, volume: KPIVersion) -> KPIVersion:
    run_jobs()
    return changed(owner, volume, definition=WITHOUT_P3)


def test_old_and_new_figure_stand_side_by_side(owner: User, reformulated: KPIVersion) -> None:
    about = found(owner, reformulated)
    assert about is not None
    september = next(row for row in about.rows if row.label == "Sep 2026")

    assert (str(september.then), str(september.now)) == (
        str(by_hand((2026, 9))), str(by_hand((2026, 9), without="P3")),
    )  # fmt: skip
    assert september.more == "the formula alone"
    assert september.delta is not None
    assert (september.delta.direction, september.delta.tone) == ("down", "none")
    assert about.rows[0].label == "Oct 2026"  # November is not over
    assert about.summary == (
        f"v2 gives {len(about.rows)} of the {len(about.rows)} periods that v1 had measured other "
        "figures."
    )


def test_what_later_loads_did_is_left_to_restatements(
    owner: User, reformulated: KPIVersion, tickets: Dataset
) -> None:
    rows = [row for row in ticket_rows() if row["opened_at"] != datetime(2026, 9, 2, 9)]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    request_refresh(actor=owner, kpi=reformulated.kpi)
    run_jobs()
    about = found(owner, reformulated)
    assert about is not None
    september = next(row for row in about.rows if row.label == "Sep 2026")

    assert (september.load_then, september.load_now) == (1, 1)
    assert str(september.now) == str(by_hand((2026, 9), without="P3"))


def test_other_data_between_the_two_is_said(
    owner: User, volume: KPIVersion, tickets: Dataset
) -> None:
    run_jobs()
    write_rows(tickets, TICKETS, ticket_rows()[:-1], as_of=AS_OF)
    new = changed(owner, volume, definition=WITHOUT_P3)
    about = found(owner, new)
    assert about is not None

    assert {row.more for row in about.rows} == {"the formula, and the data may have changed"}
    assert {(row.load_then, row.load_now) for row in about.rows} == {(1, 2)}


def test_other_unit_has_no_difference(owner: User, volume: KPIVersion) -> None:
    run_jobs()
    new = changed(owner, volume, definition=WITHOUT_P3, unit="duration", unit_label="h")
    about = found(owner, new)
    assert about is not None

    assert {row.delta for row in about.rows} == {None}
    assert str(about.rows[0].now).endswith(" h")


def test_formula_with_the_same_figures_says_so(owner: User, volume: KPIVersion) -> None:
    run_jobs()
    nobody = {**VOLUME, "exclusions": {"column": "priority", "op": "=", "value": "P9"}}
    about = found(owner, changed(owner, volume, definition=nobody))
    assert about is not None

    assert about.rows == []
    assert about.summary == (
        f"v2 gives all {len(about.periods)} periods that v1 had measured the same figure."
    )


def test_other_periods_are_not_put_side_by_side(owner: User, volume: KPIVersion) -> None:
    run_jobs()
    by_week = {**VOLUME, "grain": "week"}
    about = found(owner, changed(owner, volume, definition=by_week))
    assert about is not None

    assert about.summary == "v1 and v2 have measured no full period in common."


def test_version_with_the_same_formula_tells_of_the_change_before_it(
    owner: User, reformulated: KPIVersion
) -> None:
    third = changed(owner, reformulated, precision=1)
    about = found(owner, third)
    assert about is not None

    assert (about.before.number, about.after.number) == (1, 2)


def test_page_and_api_tell_it_to_who_sees_all_rows(
    owner: User, ace: User, world: World, reformulated: KPIVersion, tickets: Dataset,
    client_of: Open,
) -> None:  # fmt: skip
    where = f"/api/v1/kpis/{reformulated.kpi.slug}/reformulation/"
    page = client_of(ace).get(reformulated.kpi.get_absolute_url())
    told = client_of(ace).get(where).json()["reformulation"]
    set_policy(
        actor=owner, dataset=tickets, column="team", attribute="", rules={world.group: ["Network"]}
    )
    some = client_of(make_person("analyst", is_ace=True))  # does not manage data
    cut = some.get(reformulated.kpi.get_absolute_url())

    assert "What v2 changed of what v1 had reported" in page.text
    assert f"Why v2: {REASON}" in page.text
    september = next(row for row in told["periods"] if row["period_start"][:7] == "2026-09")
    assert (september["then"], september["now"], september["same_data"]) == (
        by_hand((2026, 9)), by_hand((2026, 9), without="P3"), True,
    )  # fmt: skip
    assert told["compared"] == len(told["periods"])
    assert "What v2 changed" not in cut.text
    assert some.get(where).status_code == 403


def test_kpi_whose_formula_never_changed_has_none(
    ace: User, volume: KPIVersion, client_of: Open
) -> None:
    run_jobs()
    assert found(ace, volume) is None
    told = client_of(ace).get(f"/api/v1/kpis/{volume.kpi.slug}/reformulation/").json()

    assert told == {"version": 1, "reformulation": None}
