"""The pages of loads and checks: what is held back is said where its figures are."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from kpis.models import Dataset, KPIVersion, Load, Measurement, QualityCheck, Refresh
from kpis.services.behind import mark_behind
from kpis.views.datasets import facts_of, written
from tests.fixtures.loads import write_load
from tests.fixtures.places import held_back

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
BASE = "/kpis/datasets/tickets/"


@pytest.fixture(autouse=True)
def _folders() -> None:
    """The loads of the tickets stay where they were written."""


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def check(owner: User, tickets: Dataset) -> QualityCheck:
    return QualityCheck.objects.create(
        dataset=tickets, kind="not_null", rule={"columns": ["team"]}, author=owner
    )


@pytest.fixture
def held(tickets: Dataset, check: QualityCheck) -> Load:
    """Load 2, which its check keeps from going live."""
    load = held_back(tickets, check)
    tickets.held = load
    tickets.save()
    mark_behind(tickets)
    return load


def test_load_that_is_held_back_is_compared_with_the_live_one(
    owner: User, client_of: ClientOf, held: Load
) -> None:
    page = client_of(owner).get(f"{BASE}loads/compare/")

    assert (page.context["first"].number, page.context["last"].number) == (1, 2)
    assert "Load 2, Held back" in page.content.decode()
    assert "Rejected" not in page.content.decode()


def test_outcome_of_a_check_names_its_load_where_another_one_is_live(
    owner: User, client_of: ClientOf, held: Load, tickets: Dataset
) -> None:
    page = client_of(owner).get(BASE).content.decode()
    tickets.loads.filter(pk=held.pk).update(checks=[])
    tickets.loads.filter(number=1).update(checks=held.checks)
    alone = client_of(owner).get(BASE).content.decode()

    named = '<span class="rows__meta">load 2</span>'
    assert [named in page, '<span class="rows__meta">load' in alone] == [True, False]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("2025-03-01", "date", "1 Mar 2025"),
        ("294247-01-10", "date", "294247-01-10"),
        (3990.37, "number", "3,990.37"),
        (0.011567862471924317, "number", "0.0116"),
        (-1e300, "number", "-1e+300"),
        (3877, "integer", "3,877"),
        ("Süd", "text", "Süd"),
    ],
)
def test_ends_of_a_column_are_written_as_figures_are(value: Any, kind: str, text: str) -> None:
    assert written(value, kind) == text


def test_look_at_a_source_has_no_size(tickets: Dataset) -> None:
    load = tickets.live
    assert load is not None
    sizes = []
    for size in (2048, 0):
        load.bytes = size
        sizes.append("Size" in dict(facts_of(load)))
    assert sizes == [True, False]


def test_dataset_says_that_new_rows_are_held_back(
    owner: User, client_of: ClientOf, held: Load
) -> None:
    text = text_of(client_of(owner), BASE)

    assert "<b>Load 2 is held back.</b> 1 blocking check failed." in text
    assert "Figures stay those of load 1, with data up to" in text
    assert "“team”: never empty" in text
    assert "Load 2 failed" not in text


def test_kpi_says_that_newer_data_is_held_back(
    ace: User, member: User, client_of: ClientOf, held: Load, sla: KPIVersion
) -> None:
    path = f"/kpis/{sla.kpi.slug}/"
    said = "Newer data is held back: it did not pass its checks."

    assert said in text_of(client_of(ace), path)
    assert said not in text_of(client_of(member), path)  # who reads no values


def test_dashboard_says_so_beside_the_time_of_its_data(
    member: User, client_of: ClientOf, held: Load, live: Dashboard
) -> None:
    client = client_of(member)
    said = "Newer data is held back: it did not pass its checks"
    api = f"/api/v1/dashboards/{live.slug}/figures/"
    key = live.versions.get().document["tiles"][0]["key"]

    assert said in text_of(client, live.get_absolute_url())
    assert said in text_of(client, f"/dashboards/{live.slug}/tiles/{key}/explain/")
    assert client.get(api).json()["held_back"] is True
    Dataset.objects.update(behind=False)
    assert said not in text_of(client, live.get_absolute_url())
    assert client.get(api).json()["held_back"] is False


def test_load_shows_its_checks_with_the_rows_that_broke_them(
    owner: User, ace: User, client_of: ClientOf, held: Load
) -> None:
    path = f"{BASE}loads/2/"

    text = text_of(client_of(owner), path)

    assert "Held back" in text
    assert ("1 row" in text, '<th scope="col">team</th>' in text) == (True, True)
    assert "Make it live anyway" in text
    assert "Make it live anyway" not in text_of(client_of(ace), path)


def test_load_is_made_live_only_with_a_reason(owner: User, client_of: ClientOf, held: Load) -> None:
    client = client_of(owner)

    refused = client.post(f"{BASE}loads/2/accept/", {"reason": ""})

    assert refused.status_code == 422
    assert "This field is required." in refused.content.decode()


def test_columns_that_changed_are_told_with_who_reads_them(
    owner: User, client_of: ClientOf, tickets: Dataset, sla: KPIVersion
) -> None:
    Load.objects.create(
        dataset=tickets, number=2, state="rejected", error="The KPI would break.",
        report={"drift": {
            "since": 1, "added": ["cost"], "removed": ["met"],
            "retyped": [{"name": "hours", "before": "number", "now": "text"}],
            "touched": [{"kpi": sla.kpi.slug, "name": sla.kpi.name, "columns": ["met"],
                         "why": "The share reads the column “met”."}],
        }},
    )  # fmt: skip

    text = text_of(client_of(owner), f"{BASE}loads/2/")

    for words in ("than load 1", "Column cost", "Column met", "<del>number</del><ins>text</ins>",
                  "met: The share reads the column “met”.", "Would break"):  # fmt: skip
        assert words in text


def measured(version: KPIVersion, load: Load, value: float) -> None:
    """What a refresh over a load came to in October 2026, in Berlin's time."""
    refresh = Refresh.objects.create(
        kpi=version.kpi, version=version, load=load, state="done", cause="load"
    )
    for month, whole in (("2026-08-31", value / 2), ("2026-09-30", value)):
        Measurement.objects.create(
            version=version, load=load, refresh=refresh, grain="month",
            period_start=f"{month}T22:00:00Z", period_end="2026-10-31T23:00:00Z", state="ok",
            value=whole,
        )  # fmt: skip


@pytest.fixture
def two(tickets: Dataset, sla: KPIVersion) -> tuple[Load, Load]:
    """A second load with one row, another column and another figure."""
    first = tickets.live
    assert first is not None
    second = write_load(tickets, "SELECT 'P1' AS priority, 1.5 AS cost")
    Measurement.objects.all().delete()
    measured(sla, first, 0.9)
    measured(sla, second, 0.8)
    return first, second


def test_two_loads_are_compared(
    owner: User, client_of: ClientOf, two: tuple[Load, Load], sla: KPIVersion
) -> None:
    first, second = two
    page = client_of(owner).get(f"{BASE}loads/compare/")
    (figure,) = page.context["figures"]

    assert (page.context["first"], page.context["last"]) == (first, second)
    assert (figure["before"], figure["now"], figure["delta"].text, figure["delta"].tone) == (
        "90.0%", "80.0%", "10.0 points", "none",
    )  # fmt: skip
    assert {c["name"]: c["state"] for c in page.context["columns"]} == {
        "priority": "same", "cost": "added", "opened_at": "removed", "closed_at": "removed",
        "team": "removed", "met": "removed", "hours": "removed",
    }  # fmt: skip
    assert "Roll back to load 1" in page.content.decode()


def test_loads_are_compared_through_the_api(
    owner: User, client_of: ClientOf, two: tuple[Load, Load]
) -> None:
    found = client_of(owner).get("/api/v1/datasets/tickets/compare/?first=2&last=1").json()

    assert (found["first"]["number"], found["last"]["number"]) == (2, 1)
    assert found["drift"]["removed"] == ["cost"]
    (figure,) = found["figures"]
    assert (figure["kpi"], figure["same_period"]) == ("sla-attainment", True)
    assert (figure["before"]["value"], figure["now"]["value"]) == (0.8, 0.9)


@pytest.mark.parametrize(
    ("query", "status"), [("", 409), ("?first=1", 404), ("?last=7", 404), ("?first=x&last=1", 409)]
)
def test_comparison_that_cannot_be_made_says_so(
    owner: User, client_of: ClientOf, tickets: Dataset, query: str, status: int
) -> None:
    assert client_of(owner).get(f"{BASE}loads/compare/{query}").status_code == status


def test_roll_back_from_there_keeps_the_reason(
    owner: User, client_of: ClientOf, two: tuple[Load, Load]
) -> None:
    two[0].file.touch()  # made before this test had a folder of its own
    client = client_of(owner)
    asked = client.get(f"{BASE}loads/1/rollback/")
    said = {"reason": "Load 2 is a test.", "seen": asked.context["seen"]}
    done = client.post(f"{BASE}loads/1/rollback/", said, follow=True)

    first = Load.objects.get(pk=two[0].pk)
    assert ("Roll back to load 1" in asked.content.decode(), done.status_code) == (True, 200)
    assert (first.state, first.reason) == ("live", "Load 2 is a test.")
    assert "Load 2 is a test." in done.content.decode()


def test_check_is_made_changed_and_removed_on_its_pages(
    owner: User, client_of: ClientOf, tickets: Dataset
) -> None:
    client = client_of(owner)
    kinds = text_of(client, f"{BASE}checks/new/")
    asked = client.get(f"{BASE}checks/new/accepted/")
    made = client.post(
        f"{BASE}checks/new/accepted/",
        {"columns": "priority", "values": "P1\r\nP2\r\n\r\nP3", "severity": "warning",
         "active": "on"},
    )  # fmt: skip
    check = tickets.checks.get()
    form = client.get(f"{BASE}checks/{check.pk}/edit/").context["form"]
    wrong = client.post(
        f"{BASE}checks/new/range/", {"columns": "hours", "severity": "blocking", "active": "on"}
    )
    gone = client.post(f"{BASE}checks/{check.pk}/remove/")

    assert "A query of your own finds the rows that are wrong." in kinds
    offered = [name for name, _label in asked.context["form"].fields["columns"].choices]
    assert offered == ["priority", "team", "met"]  # what can be listed
    assert (made.status_code, check.rule, check.severity) == (
        302, {"columns": ["priority"], "values": ["P1", "P2", "P3"]}, "warning",
    )  # fmt: skip
    assert (form["values"].value(), form["columns"].value()) == ("P1\nP2\nP3", "priority")
    assert (wrong.status_code, wrong.context["form"].errors["least"]) == (
        422, ["Give a least value, a greatest one, or both."],
    )  # fmt: skip
    assert (gone.status_code, tickets.checks.count()) == (302, 0)


@pytest.mark.parametrize("path", [BASE, "/api/v1/datasets/tickets/checks/", f"{BASE}loads/2/"])
def test_checks_cost_no_queries_of_their_own(
    owner: User, client_of: ClientOf, tickets: Dataset, held: Load, path: str
) -> None:
    client = client_of(owner)
    counts = []
    for number in (1, 3, 30):
        more: list[Any] = [
            QualityCheck(dataset=tickets, kind="not_null", rule={"columns": ["team"]}, author=owner)
            for _n in range(tickets.checks.count(), number)
        ]
        QualityCheck.objects.bulk_create(more)
        Load.objects.filter(pk=held.pk).update(checks=held.checks * number)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))

    assert counts == [counts[0]] * 3


@pytest.mark.parametrize("number", ["1e400", "-1", "0", "1" + "0" * 400, '"x"', "null", "[]"])
def test_number_that_is_none_for_a_check_is_refused(
    owner: User, client_of: ClientOf, tickets: Dataset, number: str
) -> None:
    answer = client_of(owner).post(
        "/api/v1/datasets/tickets/checks/", f'{{"kind": "freshness", "hours": {number}}}',
        content_type="application/json",
    )  # fmt: skip

    assert (answer.status_code, tickets.checks.count()) == (400, 0)


def test_prepared_dataset_is_asked_how_many_loads_it_keeps_alone(
    client_of: ClientOf, owner: User, tickets: Dataset
) -> None:
    tickets.kind = Dataset.Kind.PREPARED
    tickets.save()
    client = client_of(owner)

    page = text_of(client, f"{BASE}loading/")
    client.post(f"{BASE}loading/", {"keep": "3"})

    tickets.refresh_from_db()
    assert ("What a new file does" in page, "makes all rows anew" in page) == (False, True)
    assert (tickets.keep, tickets.mode) == (3, "replace")


def test_check_says_what_the_last_checked_load_came_to(
    owner: User, client_of: ClientOf, held: Load
) -> None:
    """A load that failed before its checks says nothing about them."""
    Load.objects.create(dataset=held.dataset, number=3, state=Load.State.REJECTED, error="Gone.")

    text = text_of(client_of(owner), BASE)

    assert "not checked yet" not in text
    assert re.search(r"Failed.{0,60}1 row<", text)
