"""A figure held against others: like for like, in the KPI's unit, with its own target."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from kpis.analysis.against import compared, goal_for
from kpis.analysis.parts import part_of
from kpis.analysis.stretches import chosen_of, stretches_of
from kpis.engine.query import Query
from kpis.engine.result import Figure
from kpis.engine.status import Target
from kpis.models import KPIVersion, Load
from kpis.scopes import PORTAL
from kpis.services.kpis import change_kpi
from kpis.services.targets import set_target
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.fixture
def daily(owner: User, world: World) -> KPIVersion:
    """Ten a day in March and twelve in April up to the tenth; eight a day in April of 2025."""
    rows = [
        {"at": datetime(year, month, day), "team": "A" if n % 2 else "B"}
        for year, month, days, each in ((2026, 3, 31, 10), (2026, 4, 9, 12), (2025, 4, 30, 8))
        for day in range(1, days + 1)
        for n in range(each)
    ]
    dataset = new_dataset(owner, "Days")
    types = {"at": "timestamp", "team": "text"}
    write_rows(dataset, types, rows, as_of=datetime(2026, 4, 10, tzinfo=UTC))
    definition = {"measure": {"agg": "count"}, "time_column": "at", "dimensions": ["team"]}
    return publish_kpi(
        owner, world.question, dataset, definition, name="Daily", direction="down",
        target=(100, 110),
    )  # fmt: skip


def told(found: Any) -> list[tuple[str, float | None, float | None]]:
    return [(b.what, b.figure.value, b.change.absolute) for b in found.besides]


def test_partial_month_is_compared_like_for_like(owner: User, daily: KPIVersion) -> None:
    change_kpi(actor=owner, kpi=daily.kpi, baseline=150.0, baseline_note="Spring 2024")
    found = compared(daily, Query(start=date(2026, 4, 1), end=date(2026, 5, 1)), reader=PORTAL)

    assert found.figure.value == 108
    assert told(found) == [
        ("previous", 90, 18), ("year", 72, 36), ("target", 100, 8), ("baseline", 150, -42),
    ]  # fmt: skip
    assert [b.words for b in found.besides][::3] == ["Mar 2026, until 10 Mar 2026, 00:00",
                                                      "Spring 2024"]  # fmt: skip
    assert found.besides[2].status == ""  # twenty days are to come


def test_segment_beside_another_has_the_target_of_its_own(owner: User, daily: KPIVersion) -> None:
    set_target(
        actor=owner, kpi=daily.kpi, valid_from=date(2026, 1, 1), good=60, watch=70,
        dimension="team", value="A",
    )  # fmt: skip
    found = compared(
        daily, Query(start=date(2026, 3, 1), end=date(2026, 4, 1)),
        part=part_of(daily, "team", "A"), other=part_of(daily, "team", "B"), reader=PORTAL,
    )  # fmt: skip

    beside = {b.what: b for b in found.besides}
    assert found.figure.value == 155
    assert (beside["segment"].figure.value, beside["segment"].words) == (155, "team: B")
    assert (beside["target"].figure.value, beside["target"].status) == (60, "bad")


def test_last_full_period_is_chosen_unless_another_is_named(daily: KPIVersion) -> None:
    stretches = stretches_of(daily)

    assert [(s.label, s.partial) for s in stretches[:2]] == [("Apr 2026", True),
                                                             ("Mar 2026", False)]  # fmt: skip
    assert chosen_of(daily, stretches).label == "Mar 2026"
    assert chosen_of(daily, stretches, "2026-04-01").label == "Apr 2026"


def test_band_is_held_against_its_nearer_end() -> None:
    band = Target.band((10, 20), (5, 25))

    assert [goal_for(band, Figure(value)) for value in (8, 19, 30)] == [10, 20, 20]


def test_page_and_api_say_the_same(ace: User, daily: KPIVersion, client_of: Open) -> None:
    client, slug = client_of(ace), daily.kpi.slug
    page = client.get(f"/kpis/{slug}/compare/?period=2026-04-01&part=team:A&other=team:B")
    body = {"start": "2026-04-01", "end": "2026-05-01", "dimension": "team", "value": "A",
            "other": "B"}  # fmt: skip
    answer = client.post(f"/api/v1/kpis/{slug}/comparisons/", body, "application/json").json()

    assert [row["value"] for row in answer["comparisons"]] == [
        b.figure.value for b in page.context["compared"].besides
    ]
    assert answer["value"] == page.context["compared"].figure.value == 54
    # The target is for both teams together.
    assert [row["kind"] for row in answer["comparisons"]] == ["previous", "year", "segment"]


def test_kpi_page_holds_the_last_full_period_against_others(
    ace: User, daily: KPIVersion, client_of: Open
) -> None:
    page = client_of(ace).get(f"/kpis/{daily.kpi.slug}/")

    assert page.context["compared"].words == "Mar 2026"
    assert "What moved it" in page.text


def test_kpi_page_compares_nothing_that_has_no_time(
    ace: User, daily: KPIVersion, client_of: Open
) -> None:
    Load.objects.filter(pk=daily.dataset.live_id).update(as_of=None)
    page = client_of(ace).get(f"/kpis/{daily.kpi.slug}/")

    assert page.status_code == 200
    assert "compared" not in page.context


@pytest.mark.parametrize("baseline", [float("inf"), float("nan"), -1e300])
def test_baseline_is_a_figure_that_can_be_read(
    owner: User, daily: KPIVersion, baseline: float
) -> None:
    with pytest.raises(Invalid) as refused:
        change_kpi(actor=owner, kpi=daily.kpi, baseline=baseline)

    assert refused.value.field == "baseline"


def test_baseline_of_a_share_is_typed_in_percent(
    owner: User, sla: KPIVersion, client_of: Open
) -> None:
    client, url = client_of(owner), f"/kpis/{sla.kpi.slug}/edit/"
    form = client.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value is not None}
    client.post(url, {**given, "baseline": "63.5", "baseline_note": "2024"})
    sla.kpi.refresh_from_db()

    assert (sla.kpi.baseline, sla.kpi.baseline_note) == (0.635, "2024")
    assert client.get(url).context["form"]["baseline"].value() == 63.5
