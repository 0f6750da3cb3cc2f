"""From a service to a launched dashboard over a real log, through the pages alone.

The figures are those of ``truth.json``, which were computed outside this project.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.board import choose_days, choose_period, entitle, figures, filter_by
from tests.browser.journey import ASKED, Told
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")


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
    entitle(owner.page, "SLA met", "Promises kept")
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
