"""The way from a service to a launched dashboard over a real log, through the pages alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.trial import Cast, go_live, plan, try_out, validate
from tests.browser.visitor import Visitor

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


def tell(cast: Cast, log: Path, truth: dict[str, Any]) -> Told:
    """From a failure point to a dashboard that is open to its group."""
    owner = cast.owner
    owner.page.set_default_timeout(60_000)  # 46 MB are looked at while the page waits
    blueprint = draw_blueprint(owner)
    describe_persona(owner)
    gather_group(owner, "member@demo.example", "sam@demo.example")
    load_log(owner, log)
    prepare_incidents(owner)
    for asked in ASKED.values():
        answer(owner, asked)
    path = begin_dashboard(owner)
    plan(cast, path)
    try_out(cast, path)
    validate(cast, path, truth)
    go_live(cast, path)
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
    owner.fill(
        name="Incident manager", decisions="Whom to put where next month",
        goals="Nobody waits for a week",
    )  # fmt: skip
    owner.press("Save")
    for asked in ASKED.values():
        owner.follow("Add a question")
        steps = owner.page.locator("optgroup[label*='Something is broken'] option")
        triage = steps.filter(has_text="Triage").get_attribute("value")
        owner.fill(text=asked.question, decision="Whom to put where next month", step=triage)
        owner.press("Save")


def gather_group(owner: Visitor, *emails: str) -> None:
    owner.go("/discover/groups/")
    owner.follow("New group")
    owner.fill(name="Incident managers", persona="Incident manager")
    owner.press("Save")
    for email in emails:
        owner.fill(email=email)
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


def begin_dashboard(owner: Visitor) -> str:
    """Problem, hypothesis, success measure, and a draft assembled in one action; its path."""
    owner.go("/portfolio/")
    owner.follow("New dashboard")
    owner.fill(
        name="Incidents of the desk",
        problem="Nobody agrees on how long people wait.",
        hypothesis="If managers see waits per group, the median falls.",
        success_measure="Half of the managers open it weekly.",
        persona="Incident manager",
        review_due="2030-01-31",
    )
    owner.page.get_by_label("Incident managers", exact=True).check()
    owner.press("Save")
    owner.press("Assemble a draft")
    return urlsplit(owner.page.url).path.removesuffix("builder/")
