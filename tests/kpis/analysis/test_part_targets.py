"""Targets of one value of a dimension: they go before the general one, from a day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.models import Dashboard
from dashboards.content.sources import Source
from kpis.goals import target_on
from kpis.models import KPIVersion, Target
from kpis.services.targets import set_target
from tests.fixtures.world import LONG_AGO

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
P1 = ("priority", "P1")


@pytest.fixture
def own(owner: User, sla: KPIVersion) -> KPIVersion:
    """P1 has to keep 70 % until July, then 60 %; everything 95 %."""
    for since, good in ((LONG_AGO, 0.7), (date(2026, 7, 1), 0.6)):
        set_target(
            actor=owner, kpi=sla.kpi, valid_from=since, good=good, watch=good - 0.1,
            dimension="priority", value="P1",
        )  # fmt: skip
    return sla


@pytest.mark.parametrize(
    ("day", "part", "good"),
    [
        (date(2026, 6, 30), P1, 0.7),
        (date(2026, 7, 1), P1, 0.6),
        (date(2026, 7, 1), ("priority", "P2"), 0.95),
        (date(2026, 7, 1), ("priority", None), 0.95),
        (date(2026, 7, 1), ("team", "P1"), 0.95),
        (date(2026, 7, 1), None, 0.95),
        (date(2019, 1, 1), P1, None),
    ],
)
def test_own_target_of_its_day_goes_before_the_general_one(
    own: KPIVersion, day: date, part: tuple[str, str | None] | None, good: float | None
) -> None:
    target = target_on(own, day, part)

    assert (target.good[0] if target else None) == good


@pytest.mark.parametrize(
    ("part", "field"),
    [(("hours", "3"), "dimension"), (("priority", ""), "value"), (("", "P1"), "dimension")],
)
def test_part_that_is_none_is_refused(
    owner: User, sla: KPIVersion, part: tuple[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_target(
            actor=owner, kpi=sla.kpi, valid_from=LONG_AGO, good=0.5, watch=0.4,
            dimension=part[0], value=part[1],
        )  # fmt: skip

    assert refused.value.field == field


def test_form_offers_the_values_of_the_data(owner: User, sla: KPIVersion, client_of: Open) -> None:
    client, url = client_of(owner), reverse("kpis:target-new", args=[sla.kpi.slug])
    offered = client.get(url).context["form"].fields["part"].choices
    given = {"valid_from": "2026-01-01", "part": "priority:P2", "good": "80", "watch": "70"}
    answer = client.post(url, given)

    assert [group for group, _parts in offered] == ["", "priority", "team"]
    assert answer.status_code == 302
    row = Target.objects.get(dimension="priority")
    assert (row.value, row.good) == ("P2", 0.8)
    assert "priority: P2" in client.get(sla.kpi.get_absolute_url()).text


def test_api_judges_each_segment_by_its_own_target(
    ace: User, own: KPIVersion, client_of: Open
) -> None:
    body = {"by": ["priority"], "start": "2026-09-01", "end": "2026-10-01"}
    url = f"/api/v1/kpis/{own.kpi.slug}/figures/"
    found = client_of(ace).post(url, body, "application/json").json()["figures"]

    judged = {row["segment"][0]: (round(row["value"], 2), row["status"]) for row in found}
    assert judged == {"P1": (0.75, "good"), "P2": (0.71, "bad"), "P3": (0.71, "bad")}


def test_tiles_are_told_the_targets_of_what_they_split_by(own: KPIVersion) -> None:
    source = Source(own)

    assert [name for name, _target in source.face(date(2026, 9, 1), "priority").own] == ["P1"]
    assert source.face(date(2026, 9, 1), "team").own == ()
    assert source.face(date(2026, 9, 1)).own == ()


def test_rows_of_a_released_table_say_which_target_is_their_own(
    member: User, own: KPIVersion, live: Dashboard, client_of: Open
) -> None:
    text = client_of(member).get(f"/dashboards/{live.slug}/").text

    assert text.count("own target 70% or more") >= 1
