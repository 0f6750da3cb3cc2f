"""Which figures a target says something about: those of one whole period, of all rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.board import board
from dashboards.content.document import parse
from dashboards.content.filters import FilterState
from kpis.analysis.against import compared
from kpis.analysis.parts import part_of
from kpis.engine.arithmetic import parse_formula
from kpis.engine.growing import formula_grows, grows_with_rows, grows_with_time
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query
from kpis.goals import grows, has_begun, target_for
from kpis.models import Dataset, KPIVersion, Load
from kpis.scopes import PORTAL
from kpis.services import kpis
from kpis.services.targets import set_target
from tests.fixtures.kpis import publish_kpi, run_jobs
from tests.fixtures.tickets import HOURS, VOLUME
from tests.fixtures.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
COUNT: dict[str, Any] = {"agg": "count"}
SUM: dict[str, Any] = {"agg": "sum", "column": "x"}
SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}


@pytest.fixture
def volume(owner: User, world: World, tickets: Dataset) -> KPIVersion:
    """At most twenty tickets a month are good, at most thirty to watch."""
    return publish_kpi(
        owner, world.question, tickets, VOLUME, name="Volume", direction="down", target=(20, 30)
    )


@pytest.mark.parametrize(
    ("measure", "time", "rows"),
    [
        (COUNT, True, True),
        (SUM, True, True),
        ({"net": {"in": "a", "out": "b"}}, True, True),
        ({"stock": {"opened": "a", "closed": "b"}}, False, True),
        ({"agg": "avg", "column": "x"}, False, False),
        ({"agg": "quantile", "q": 0.5, "column": "x"}, False, False),
        ({"share": {"of": {"column": "m", "op": "=", "value": True}}}, False, False),
        ({"ratio": [SUM, COUNT]}, False, False),
        ({"ratio": [SUM, {"agg": "max", "column": "x"}]}, True, True),
        ({"rate": {"measure": COUNT, "per": "day"}}, False, True),
        ({"window": {"measure": COUNT, "kind": "moving", "periods": 3}}, False, True),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_counts_more_of_the_same_grows(measure: Any, time: bool, rows: bool) -> None:
    definition = parse_definition({"measure": measure, "time_column": "a"})

    assert (grows_with_time(definition), grows_with_rows(definition)) == (time, rows)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a - b", True),
        ("a / b", False),
        ("a / 2 + b", True),
        ("2 / a * b", True),
        ("-a / b", False),
    ],
)
def test_formula_grows_unless_it_divides_like_by_like(formula: str, expected: bool) -> None:
    assert formula_grows(parse_formula(formula), {"a": True, "b": True, "c": False}) is expected


def test_formula_over_counts_grows_and_is_judged_by_its_period(
    owner: User, world: World, volume: KPIVersion
) -> None:
    kpi = kpis.create_kpi(
        actor=owner, name="Twice", question=world.question, category="quality",
        definition={"measure": {"formula": "2 * a", "kpis": {"a": volume.kpi.slug}}},
    )  # fmt: skip
    twice = kpis.publish_version(actor=owner, kpi=kpi)
    set_target(actor=owner, kpi=kpi, valid_from=LONG_AGO, good=20, watch=10)

    assert grows(twice)
    assert target_for(twice, Query(start=date(2026, 9, 1), end=date(2026, 10, 1))) is not None
    assert target_for(twice, Query(start=date(2026, 7, 1), end=date(2026, 10, 1))) is None


@pytest.mark.parametrize(
    ("asked", "good"),
    [
        ((date(2026, 9, 1), date(2026, 10, 1)), 20),
        ((date(2026, 7, 1), date(2026, 10, 1)), None),
        ((date(2026, 9, 1), date(2026, 9, 8)), None),
        ((date(2026, 9, 2), date(2026, 10, 2)), None),
    ],
)
def test_target_of_a_count_is_for_one_period_of_its_grain(
    volume: KPIVersion, asked: tuple[date, date], good: int | None
) -> None:
    target = target_for(volume, Query(start=asked[0], end=asked[1]))

    assert (target.good[1] if target else None) == good


def test_target_of_a_median_is_for_any_range_and_part(hours: KPIVersion) -> None:
    quarter = Query(start=date(2026, 7, 1), end=date(2026, 10, 1))

    assert target_for(hours, quarter, ("team", "Network"), cut=True) is not None


def judged(client: Client, version: KPIVersion, **body: Any) -> list[str]:
    url = f"/api/v1/kpis/{version.kpi.slug}/figures/"
    found = client.post(url, body, "application/json").json()["figures"]
    return [row["status"] for row in found]


def test_api_judges_no_count_of_a_part_another_range_or_half_a_month(
    ace: User, volume: KPIVersion, client_of: Open
) -> None:
    client = client_of(ace)

    assert judged(client, volume, **SEPTEMBER) == ["watch"]
    assert judged(client, volume, grain="month", **SEPTEMBER) == ["watch"]
    assert judged(client, volume, start="2026-07-01", end="2026-10-01") == ["none"]
    assert judged(client, volume, by=["team"], **SEPTEMBER) == ["none"] * 3
    assert set(judged(client, volume, grain="day", **SEPTEMBER)) == {"none"}
    assert judged(client, volume, start="2026-11-01", end="2026-12-01") == ["none"]
    part = {"column": "team", "op": "=", "value": "Network"}
    assert judged(client, volume, where=part, **SEPTEMBER) == ["none"]


def test_own_target_of_a_part_judges_its_count(
    ace: User, owner: User, volume: KPIVersion, client_of: Open
) -> None:
    set_target(
        actor=owner, kpi=volume.kpi, valid_from=LONG_AGO, good=10, watch=12, dimension="team",
        value="Network",
    )  # fmt: skip
    page = client_of(ace).get(f"/kpis/{volume.kpi.slug}/drivers/?by=team&period=2026-09-01")

    assert judged(client_of(ace), volume, by=["team"], **SEPTEMBER) == ["none", "good", "none"]
    assert {row.name: row.status for row in page.context["sheet"].rows} == {
        "Network": "good", "Identity": "none", "(empty)": "none",
    }  # fmt: skip


def test_page_judges_the_months_that_are_over(
    ace: User, volume: KPIVersion, client_of: Open
) -> None:
    run_jobs()
    rows = client_of(ace).get(volume.kpi.get_absolute_url()).context["sheet"].rows

    assert [(row.label, row.partial, row.status) for row in rows[-2:]] == [
        ("Oct 2026", False, "watch"), ("Nov 2026", True, "none"),
    ]  # fmt: skip


def tile(version: KPIVersion, span: tuple[date, date], **more: Any) -> Any:
    document = parse({
        "schema": 1,
        "tiles": [{"key": "a", "type": "number", "width": 6, "kpi_version": version.pk, **more}],
        "filters": {"period": {"preset": "last_3"}, "choices": []},
    })  # fmt: skip
    state = FilterState("own", *span, {})
    return board(document, state, reader=PORTAL).tiles[0]


def test_number_of_a_quarter_is_not_held_against_the_target_of_a_month(
    volume: KPIVersion,
) -> None:
    month = tile(volume, (date(2026, 9, 1), date(2026, 9, 30)))
    quarter = tile(volume, (date(2026, 7, 1), date(2026, 9, 30)))
    so_far = tile(volume, (date(2026, 11, 1), date(2026, 11, 30)))

    assert (month.number.status, month.number.target) == ("watch", "20 or less")
    assert (quarter.number.status, quarter.number.target) == (None, "")
    assert quarter.notes == [
        "Its target is for one month and all rows: it does not judge this figure."
    ]
    assert (so_far.number.status, so_far.number.target) == (None, "20 or less")


def test_median_of_a_quarter_keeps_its_status(owner: User, world: World, tickets: Dataset) -> None:
    version = publish_kpi(
        owner, world.question, tickets, HOURS, name="Half", direction="down", target=(100, 200)
    )

    assert tile(version, (date(2026, 7, 1), date(2026, 9, 30))).number.status == "good"


def test_baseline_of_a_month_stands_beside_no_quarter_and_no_part(
    owner: User, volume: KPIVersion
) -> None:
    kpis.change_kpi(actor=owner, kpi=volume.kpi, baseline=30.0)
    month = Query(start=date(2026, 9, 1), end=date(2026, 10, 1))
    quarter = Query(start=date(2026, 7, 1), end=date(2026, 10, 1))
    team = part_of(volume, "team", "Network")

    def beside(query: Query, **more: Any) -> bool:
        found = compared(volume, query, reader=PORTAL, **more)
        return found.figure_of("baseline") is not None

    assert (beside(month), beside(quarter), beside(month, part=team)) == (True, False, False)


def test_number_of_a_quarter_is_not_compared_with_the_baseline_of_a_month(
    owner: User, volume: KPIVersion
) -> None:
    kpis.change_kpi(actor=owner, kpi=volume.kpi, baseline=30.0)
    month = tile(volume, (date(2026, 9, 1), date(2026, 9, 30)), compare="baseline")
    quarter = tile(volume, (date(2026, 7, 1), date(2026, 9, 30)), compare="baseline")

    assert (month.number.comparison, quarter.number.comparison) == ("vs the baseline", "")
    assert quarter.number.delta is None


@pytest.fixture
def since_june(volume: KPIVersion) -> KPIVersion:
    """The same tickets; the load has noted that they begin on 10 June."""
    load = volume.dataset.live
    assert load is not None
    columns = [{**c, "min": "2026-06-10 09:00:00"} if c["name"] == "opened_at" else c
               for c in load.columns]  # fmt: skip
    Load.objects.filter(pk=load.pk).update(columns=columns)
    return KPIVersion.objects.select_related("kpi", "dataset__live").get(pk=volume.pk)


def test_count_is_compared_with_no_stretch_in_which_the_data_begins(
    ace: User, since_june: KPIVersion, client_of: Open
) -> None:
    def before(first: date, last: date) -> float | None:
        found = compared(since_june, Query(start=first, end=last), reader=PORTAL)
        figure = found.figure_of("previous")
        return figure.value if figure else None

    assert before(date(2026, 8, 1), date(2026, 10, 1)) is not None  # June and July
    assert before(date(2026, 7, 1), date(2026, 10, 1)) is None  # April to June
    quarter = tile(since_june, (date(2026, 7, 1), date(2026, 9, 30)))
    assert (quarter.number.delta, quarter.number.comparison) == (None, "")
    body = {"by": "team", "start": "2026-07-01", "end": "2026-10-01"}
    url = f"/api/v1/kpis/{since_june.kpi.slug}/drivers/"
    refused = client_of(ace).post(url, body, "application/json")
    assert (refused.status_code, refused.json()["field"]) == (400, "against")


def test_median_is_compared_with_what_there_is(hours: KPIVersion) -> None:
    load = hours.dataset.live
    assert load is not None
    load.columns = [{**c, "min": "2026-06-10 09:00:00"} for c in load.columns]

    assert has_begun(hours, Query(start=date(2026, 4, 1), end=date(2026, 7, 1)))


def test_first_period_of_the_data_is_nothing_to_rise_from(
    ace: User, volume: KPIVersion, hours: KPIVersion, client_of: Open
) -> None:
    run_jobs()
    deltas = {}
    for version in (volume, hours):
        rows = client_of(ace).get(version.kpi.get_absolute_url()).context["sheet"].rows
        deltas[version.kpi.name] = [row.delta is not None for row in rows[:3]]

    assert deltas == {"Volume": [False, False, True], "Time to resolve": [False, True, True]}
