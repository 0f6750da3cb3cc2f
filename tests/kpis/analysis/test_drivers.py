"""What moved a figure: the page and the API over real rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from kpis.models import Dataset, KPIVersion
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]

TYPES = {"at": "timestamp", "team": "text", "met": "boolean", "hours": "number"}
SHARE = {"measure": {"share": {"of": {"column": "met", "op": "=", "value": True}}}}
TIMED = {"time_column": "at", "dimensions": ["team"], "min_cases": 3}


def rows_of(month: int, team: str | None, met: int, missed: int) -> list[dict[str, Any]]:
    return [
        {"at": datetime(2026, month, 1 + n % 20), "team": team, "met": n < met,
         "hours": float(n + month)}
        for n in range(met + missed)
    ]  # fmt: skip


@pytest.fixture
def cases(owner: User) -> Dataset:
    """March: Alpha 8 of 10, Beta 2 of 10. April: Alpha 9 of 10, Beta 6 of 30, a new one 2 of 2."""
    dataset = new_dataset(owner, "Cases")
    rows = [
        *rows_of(3, "Alpha", 8, 2), *rows_of(3, "Beta", 2, 8),
        *rows_of(4, "Alpha", 9, 1), *rows_of(4, "Beta", 6, 24), *rows_of(4, None, 2, 0),
    ]  # fmt: skip
    write_rows(dataset, TYPES, rows, as_of=datetime(2026, 5, 1, tzinfo=UTC))
    return dataset


@pytest.fixture
def kept(owner: User, world: World, cases: Dataset) -> KPIVersion:
    return publish_kpi(
        owner, world.question, cases, {**SHARE, **TIMED}, name="Kept", unit="percent", precision=1
    )


def ask(client: Client, version: KPIVersion, **body: Any) -> Any:
    url = f"/api/v1/kpis/{version.kpi.slug}/drivers/"
    return client.post(url, {"by": "team", **body}, "application/json")


def test_contributions_of_a_share_add_up_to_its_change(
    ace: User, kept: KPIVersion, client_of: Open
) -> None:
    found = ask(client_of(ace), kept, start="2026-04-01", end="2026-05-01").json()

    assert (found["kind"], found["before"], found["now"]) == ("quotient", 0.5, 17 / 42)
    assert abs(found["sum"] - (17 / 42 - 0.5)) < 1e-9
    assert abs(sum(row["contribution"] for row in found["drivers"]) - found["sum"]) < 1e-9
    rows = {row["segment"]: row for row in found["drivers"]}
    assert list(rows) == ["Alpha", "Beta", None]
    assert [row["few"] for row in rows.values()] == [False, False, True]
    assert rows[None]["rate"] == 0
    assert (found["start_before"], found["end_before"]) == ("2026-03-01", "2026-04-01")


def test_page_says_who_did_most_and_marks_few_cases(
    ace: User, kept: KPIVersion, client_of: Open
) -> None:
    page = client_of(ace).get(f"/kpis/{kept.kpi.slug}/drivers/?period=2026-04-01")
    sheet = page.context["sheet"]

    assert sheet.headline == (
        "Kept fell from 50.0% to 40.5%. Most of it: Alpha (−6.72 points), Beta (−5.41 points)."
    )
    assert [(row.name, row.few) for row in sheet.rows][-1] == ("(empty)", True)
    assert sheet.whole.total == "−9.52 points"
    assert "Marshall, Edgeworth and Bennet" in page.text


def test_counts_add_up_and_a_median_says_why_it_does_not(
    ace: User, owner: User, world: World, cases: Dataset, client_of: Open
) -> None:
    count = {"measure": {"agg": "count"}, **TIMED}
    median = {"measure": {"agg": "quantile", "column": "hours", "q": 0.5}, **TIMED}
    volume = publish_kpi(owner, world.question, cases, count, name="Cases")
    hours = publish_kpi(owner, world.question, cases, median, name="Hours", unit="duration")
    client = client_of(ace)
    counted = ask(client, volume).json()
    alone = ask(client, hours).json()

    assert (counted["kind"], counted["sum"], counted["change"]) == ("additive", 22, 22)
    assert [(row["segment"], row["contribution"]) for row in counted["drivers"]] == [
        ("Beta", 20), (None, 2), ("Alpha", 0),
    ]  # fmt: skip
    assert (alone["kind"], alone["sum"]) == ("own", None)
    assert {row["contribution"] for row in alone["drivers"]} == {None}
    assert "medians, percentiles" in alone["method"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"by": "hours"}, "by"),
        ({"start": "2026-04-01"}, "end"),
        ({"start": "2026-04-01", "end": "2026-05-01", "against": "year"}, "against"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    ace: User, kept: KPIVersion, client_of: Open, body: dict[str, str], field: str
) -> None:
    answer = ask(client_of(ace), kept, **body)

    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_member_takes_a_tile_apart_by_what_the_page_shows(
    member: User, owner: User, live: Dashboard, client_of: Open
) -> None:
    document = live.versions.get(number=1).document
    number, table = (
        next(tile["key"] for tile in document["tiles"] if tile["type"] == kind)
        for kind in ("number", "table")
    )
    address = f"/dashboards/{live.slug}/tiles/{number}/drivers/?period=last_3"
    shown = client_of(member).get(address).context["movement"]
    asked = {name for name, _label, _chosen in shown.choices}
    choices = {choice["column"] for choice in document["filters"]["choices"]}

    assert shown.sheet is not None
    assert asked <= choices
    assert shown.sheet.whole.total
    text = client_of(member).get(f"/dashboards/{live.slug}/tiles/{table}/drivers/?period=all").text
    assert "choose a period on the dashboard" in text
