"""From a service to a launched dashboard over a real log, through the pages alone.

The figures are those of ``truth.json``, which were computed outside this project.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.board import choose_days, choose_period, figures, filter_by
from tests.browser.visitor import Visitor, visitors
from tests.fixtures.stack import PASSWORD, Stack

pytestmark = pytest.mark.xdist_group("stack")

LAST_ROW = """\
SELECT * EXCLUDE (place)
FROM (
    SELECT *, row_number() OVER (PARTITION BY number ORDER BY _row DESC) AS place
    FROM incident_events
)
WHERE place = 1
"""
HOURS = {"from_column": "opened_at", "to_column": "resolved_at", "duration_unit": "h"}


@dataclass(frozen=True)
class Asked:
    """A question, the KPI that answers it, and how its figure is printed."""

    question: str
    kpi: str
    form: dict[str, Any]
    decimals: int
    direction: str
    sign: str = ""

    def printed(self, value: float) -> str:
        return f"{value:,.{self.decimals}f}{self.sign}"


def share(column: str, operator: str, value: str) -> dict[str, str]:
    names = ("of_1_column", "of_1_op", "of_1_value")
    return {"measure": "share", **dict(zip(names, (column, operator, value), strict=True))}


ASKED = {
    "incidents": Asked("How many incidents are there?", "Incidents", {"measure": "count"}, 0,
                       "down"),
    "sla_met_pct": Asked("Do we keep what we promise?", "SLA met",
                         share("made_sla", "=", "true"), 2, "up", "%"),
    "median_resolve_h": Asked("How long does it usually take?", "Median time to resolve",
                              {"measure": "duration", "statistic": "quantile", "percentile": "50",
                               **HOURS}, 4, "down", "h"),
    "mean_h": Asked("And with the long ones?", "Mean time to resolve",
                    {"measure": "duration", "statistic": "avg", **HOURS}, 2, "down", "h"),
    "reopen_pct": Asked("How many come back?", "Reopened", share("reopen_count", ">", "0"), 4,
                        "down", "%"),
    "reassigned_pct": Asked("How many change hands?", "Reassigned",
                            share("reassignment_count", ">", "0"), 4, "down", "%"),
}  # fmt: skip


@dataclass
class Told:
    """What the journey has made."""

    truth: dict[str, Any]
    path: str
    blueprint: str


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((shared_data / "truth.json").read_text())
    return dict(known["uci498_incidents"])


@pytest.fixture(scope="module")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    with zipfile.ZipFile(shared_data / "uci498_incident_event_log.zip") as packed:
        return Path(packed.extract("incident_event_log.csv", folder))


@pytest.fixture(scope="module")
def told(browser: Browser, stack: Stack, log: Path, truth: dict[str, Any]) -> Told:
    """The whole way once, by the owner, in the browser."""
    with visitors(browser, stack.url, PASSWORD) as open_for:
        owner = open_for("owner")
        owner.page.set_default_timeout(60_000)  # 46 MB are looked at while the page waits
        blueprint = draw_blueprint(owner)
        describe_persona(owner)
        gather_group(owner)
        load_log(owner, log)
        prepare_incidents(owner)
        for asked in ASKED.values():
            answer(owner, asked)
        path = build_dashboard(owner)
    return Told(truth, path, blueprint)


def draw_blueprint(owner: Visitor) -> str:
    """A service and one published blueprint with a failure point; answers its path."""
    owner.go("/discover/")
    owner.follow("New service")
    owner.fill(name="Service desk", code="DESK", owner="Marit Lund", criticality="high")
    owner.press("Save")
    owner.follow("New blueprint")
    owner.fill(scenario="Something is broken", value_stream="incident")
    owner.press("Save")
    empty = owner.page.get_by_role("link", name=re.compile("^Add a card: Customer"))
    while empty.count():
        with owner.page.expect_navigation():
            empty.first.click()
        owner.fill(text="Waits until it works again")
        owner.press("Save")
    backstage = owner.page.get_by_role("link", name=re.compile("^Add a card: Backstage.*Triage"))
    with owner.page.expect_navigation():
        backstage.click()
    owner.fill(text="Sent to the wrong group", severity=4, failure="It changes hands")
    owner.press("Save")
    owner.press("Publish")
    expect(owner.page.get_by_role("heading", level=1)).to_contain_text("Published, v1")
    return urlsplit(owner.page.url).path


def describe_persona(owner: Visitor) -> None:
    owner.go("/discover/")
    owner.follow("New persona")
    owner.fill(name="Incident manager", decisions="Whom to put where next month")
    owner.press("Save")
    for asked in ASKED.values():
        owner.follow("Add a question")
        steps = owner.page.locator("optgroup[label*='Something is broken'] option")
        triage = steps.filter(has_text="Triage").get_attribute("value")
        owner.fill(text=asked.question, decision="Whom to put where next month", step=triage)
        owner.press("Save")


def gather_group(owner: Visitor) -> None:
    owner.go("/discover/groups/")
    owner.follow("New group")
    owner.fill(name="Incident managers", persona="Incident manager")
    owner.press("Save")
    owner.fill(email="member@demo.example")
    owner.press("Add")
    expect(owner.page.locator("#members")).to_contain_text("Priya Nair")


def load_log(owner: Visitor, log: Path) -> None:
    """Send the file, say what it leaves open, wait until the worker has loaded it.

    The order of its dates is no question: the file itself has a 29/2.
    """
    owner.go("/kpis/datasets/")
    owner.follow("New dataset")
    owner.fill(file=log)
    owner.press("Look at the file")
    expect(owner.page.get_by_text("Settled by “29/2/2016 01:16” on line 2.")).to_be_visible()
    expect(owner.page.get_by_text("One question first")).to_have_count(0)
    owner.fill(name="Incident events", null_tokens=["?"], time_zone="UTC")
    owner.press("Create and load")
    expect(owner.page.get_by_role("progressbar")).to_be_attached()
    loaded(owner, "141,712")


def loaded(owner: Visitor, rows: str) -> None:
    """The page says by itself when the load is done."""
    live = owner.page.locator("#live")
    expect(live).to_contain_text("Load 1", timeout=90_000)
    expect(live).to_contain_text(rows)


def prepare_incidents(owner: Visitor) -> None:
    owner.go("/kpis/datasets/")
    owner.follow("Prepare with SQL")
    owner.fill(name="Incident cases", description="One row is one incident.", sql=LAST_ROW)
    owner.press("Preview")
    expect(owner.page.locator("#result")).to_contain_text("INC00")
    owner.press("Save and build")
    loaded(owner, "24,918")


def answer(owner: Visitor, asked: Asked) -> None:
    """From the question to a published KPI."""
    owner.go("/discover/")
    owner.follow("Incident manager")
    owner.follow(asked.question)
    owner.follow("Answer with a KPI")
    owner.fill(dataset="Incident cases")
    owner.press("Go on")
    measure = dict(asked.form)
    owner.fill(name=asked.kpi, measure=measure.pop("measure"))
    owner.fill(
        **measure, time_column="opened_at", grain="month", time_zone="UTC",
        dimensions=["priority", "assignment_group"], precision=asked.decimals,
        direction=asked.direction,
    )  # fmt: skip
    owner.press("Save the draft")
    owner.press("Publish v1")
    expect(owner.page.get_by_role("heading", level=1)).to_contain_text("Published")


def build_dashboard(owner: Visitor) -> str:
    """Assembled in one action, released, launched; answers its path."""
    owner.go("/portfolio/")
    owner.follow("New dashboard")
    owner.fill(
        name="Incidents of the desk",
        problem="Nobody agrees on how long people wait.",
        hypothesis="If managers see waits per group, the median falls.",
        success_measure="Half of the managers open it weekly.",
        persona="Incident manager",
        groups=[],
        review_due="2030-01-31",
    )
    owner.press("Save")
    owner.press("Assemble a draft")
    owner.follow("Release")
    owner.press("Release")
    path = urlsplit(owner.page.url).path
    owner.follow("Open it to a group")
    owner.fill(group="Incident managers")
    owner.press("Open")
    return path


def printed(**truth: float) -> dict[str, str]:
    """What the tiles have to print for these figures."""
    return {ASKED[key].kpi: ASKED[key].printed(value) for key, value in truth.items()}


def known(visitor: Visitor, **truth: float) -> dict[str, str]:
    """What the tiles print, of the figures that the truth knows."""
    return {key: value for key, value in figures(visitor.page).items() if key in printed(**truth)}


def test_truth_figures_over_all_data(told: Told, visit: Callable[..., Visitor]) -> None:
    member = visit("member")
    member.go("/")
    member.follow("Incidents of the desk", exact=False)
    choose_period(member.page, "All data")

    truth = told.truth
    hours = truth["resolve_hours_opened_to_resolved"]
    assert figures(member.page) == printed(
        incidents=truth["incidents"],
        sla_met_pct=truth["sla_met_pct"],
        median_resolve_h=hours["median_h"],
        mean_h=hours["mean_h"],
        reopen_pct=truth["reopen_rate_pct"],
        reassigned_pct=truth["reassigned_pct"],
    )


def test_truth_filters_without_a_reload(told: Told, visit: Callable[..., Visitor]) -> None:
    member = visit("member")
    page = member.go(told.path)
    page.evaluate("window.untouched = true")

    choose_period(page, "All data")
    filter_by(page, "Priority", "1 - Critical")

    critical = told.truth["by_priority"]["1 - Critical"]
    assert known(member, **critical) == printed(**critical)
    assert page.evaluate("window.untouched") is True


def test_truth_address_carries_the_filters(told: Told, visit: Callable[..., Visitor]) -> None:
    member = visit("member")
    page = member.go(told.path)
    choose_days(page, "2016-04-01", "2016-04-30")
    april, rate = told.truth["sla_met_pct_by_open_month"]["2016-04"]
    month = {"incidents": april, "sla_met_pct": rate}
    assert known(member, **month) == printed(**month)

    filter_by(page, "Assignment group", "Group 70")

    truth = told.truth["filter_group70_2016_04"]
    assert known(member, **truth) == printed(**truth)
    seen, address = figures(page), page.url
    again = visit("member")
    assert figures(again.go(address)) == seen


@pytest.mark.parametrize("person", ["outsider", "colleague"])
def test_truth_nobody_else_can_tell_that_it_exists(
    told: Told, visit: Callable[..., Visitor], person: str
) -> None:
    stranger = visit(person)

    assert stranger.status(told.path) == 404
    for lists in ("/", "/dashboards/", "/kpis/", "/discover/"):
        assert "Incidents of the desk" not in stranger.go(lists).locator("body").inner_text()


def test_truth_thread_leads_up_to_the_step_and_back(
    told: Told, visit: Callable[..., Visitor]
) -> None:
    owner = visit("owner")
    owner.go(told.path)

    way = [station(owner, kind) for kind in ("KPI", "Question", "Persona", "Step")]
    assert way[-1] == told.blueprint
    back = [station(owner, kind) for kind in ("Persona", "Question", "KPI", "Dashboard", "Release")]

    assert back == [way[2], way[1], way[0], told.path, f"{told.path}versions/"]


def station(owner: Visitor, kind: str) -> str:
    """Go to a station of the thread; answers its path."""
    strip = owner.page.get_by_role("navigation", name="Thread: from step to release")
    with owner.page.expect_navigation():
        strip.locator("a").filter(has=owner.page.get_by_text(kind, exact=True)).click()
    return urlsplit(owner.page.url).path


def test_truth_second_version_and_back_to_the_first(
    told: Told, visit: Callable[..., Visitor]
) -> None:
    owner, member = visit("owner"), visit("member")
    owner.go(told.path)
    owner.press("New version")
    owner.follow("Change: SLA met")
    owner.fill(title="Promises kept")
    owner.press("Save")
    owner.go(f"{told.path}versions/")
    owner.press("Compare")
    expect(owner.page.locator("#changes")).to_contain_text("Promises kept")
    assert "SLA met" in figures(member.go(told.path))

    owner.go(f"{told.path}builder/")
    owner.follow("Release")
    owner.fill(notes="The share now says what it means.")
    owner.press("Release")
    assert "Promises kept" in figures(member.go(told.path))
    member.follow("Versions", exact=False)
    expect(member.page.locator("#versions")).to_contain_text("The share now says what it means.")

    owner.go(f"{told.path}versions/")
    owner.press("Restore v1")
    owner.follow("Release")
    owner.press("Release")
    assert list(figures(member.go(told.path))) == [asked.kpi for asked in ASKED.values()]
