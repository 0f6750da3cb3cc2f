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
from dashboards.content.sources import Extent, Source
from kpis.engine.definition import AllOf, AnyOf, Column, Condition, Where
from kpis.goals import is_of_one_value, own_target_in, target_on, values_in
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


P1_ALONE = Condition(Column("priority"), "in", ("P1",))
TEAM_A = Condition(Column("team"), "=", "A")


@pytest.mark.parametrize(
    ("where", "values", "alone", "good"),
    [
        (None, (), False, None),
        (P1_ALONE, (P1,), True, 0.6),
        (TEAM_A, (("team", "A"),), True, None),
        (AllOf((P1_ALONE, TEAM_A)), (P1, ("team", "A")), False, 0.6),
        (AnyOf((P1_ALONE, TEAM_A)), (), False, None),
        (Condition(Column("priority"), "in", ("P1", "P2")), (), False, None),
        (Condition(Column("priority"), "in", (None,)), (), False, None),
        (Condition(Column("priority"), "!=", "P1"), (), False, None),
        (Condition(Column("hours"), "in", (3,)), (), False, None),
    ],
)
def test_filter_that_leaves_one_value_brings_its_target(
    own: KPIVersion,
    where: Where | None,
    values: tuple[tuple[str, str], ...],
    alone: bool,
    good: float | None,
) -> None:
    target = own_target_in(own, date(2026, 9, 1), where)

    assert (values_in(where), is_of_one_value(where)) == (values, alone)
    assert (target.good[0] if target else None) == good


def test_filters_of_two_values_with_targets_bring_none(owner: User, own: KPIVersion) -> None:
    set_target(
        actor=owner, kpi=own.kpi, valid_from=LONG_AGO, good=0.5, watch=0.4, dimension="team",
        value="A",
    )  # fmt: skip

    assert own_target_in(own, date(2026, 9, 1), TEAM_A) is not None
    assert own_target_in(own, date(2026, 9, 1), AllOf((P1_ALONE, TEAM_A))) is None


def test_number_of_one_value_is_held_against_the_target_of_its_row_in_the_table(
    member: User, own: KPIVersion, live: Dashboard, client_of: Open
) -> None:
    client, url = client_of(member), live.get_absolute_url()

    def target(query: str) -> str:
        tiles = client.get(f"{url}?period=last_3{query}").context["board"].tiles
        (tile,) = [t for t in tiles if t.number and t.sources[0].version == own]
        return str(tile.number.target)

    assert target("") == "95% or more"
    assert target("&priority=P1") == "60% or more"
    assert target("&priority=P2") == "95% or more"
    assert target("&priority=P1&priority=P2") == "95% or more"


def test_what_grows_is_judged_by_the_target_of_its_value_where_all_its_rows_are_counted(
    owner: User, volume: KPIVersion
) -> None:
    for value, good in (("", 100), ("P1", 10)):
        set_target(
            actor=owner, kpi=volume.kpi, valid_from=LONG_AGO, good=good, watch=good - 5,
            dimension="priority" if value else "", value=value,
        )  # fmt: skip
    source, day = Source(volume), date(2026, 9, 1)

    def good(where: Where | None, *, cut: bool = False) -> float | None:
        goal = source.face(day, extent=Extent(where=where, cut=cut)).target
        return goal.good if goal else None

    assert [good(None), good(P1_ALONE), good(TEAM_A)] == [100, 10, None]
    assert [good(AllOf((P1_ALONE, TEAM_A))), good(P1_ALONE, cut=True)] == [None, None]


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
