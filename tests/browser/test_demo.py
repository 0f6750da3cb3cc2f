"""What a newcomer meets in the demo: the whole range of what data can be, none of it made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")


def teams(page: Page) -> list[str]:
    """The segments of the bars, as the table beneath them has them."""
    tile = page.get_by_role("article", name="Resolved per shift by team")
    tile.locator("summary", has_text="Figures as a table").click()
    return tile.locator("tbody tr > :first-child").all_inner_texts()


def test_database_is_read_by_the_clock_and_only_what_is_newer(
    visit: Callable[..., Visitor],
) -> None:
    owner = visit("owner")
    page = owner.go("/kpis/sources/duty-planner/")
    expect(page.get_by_role("main")).to_contain_text("Answers")
    owner.follow("Shifts")

    main = page.get_by_role("main")
    expect(main).to_contain_text("30 6 * * *")
    expect(main).to_contain_text("put to load 2")
    expect(main).to_contain_text("“id” is unique")
    expect(main.get_by_text("1 warning")).to_have_count(1)


def test_person_with_an_attribute_sees_the_rows_of_their_team(
    visit: Callable[..., Visitor],
) -> None:
    path = "/dashboards/people-on-duty/"

    assert teams(visit("colleague").go(path)) == ["Network"]
    assert len(teams(visit("member").go(path))) == 5


def test_gates_of_the_launched_dashboard_stand(visit: Callable[..., Visitor]) -> None:
    """What the demo adds comes before they are decided, so that none has to be decided again."""
    page = visit("owner").go("/dashboards/incident-service/about/")

    expect(page.get_by_role("main")).to_contain_text("Stage 8: Iterate")
    expect(page.get_by_role("main")).not_to_contain_text("Changed since")


def test_tree_has_a_figure_and_a_status_at_its_nodes(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").go("/kpis/satisfaction-csat/tree/")
    names = ("SLA attainment", "Time to resolve", "Work per shift", "Incident volume")

    for name in names:
        expect(page.get_by_role("main").get_by_role("link", name=name).first).to_be_visible()
    assert page.locator("main .kpi-tree .status").count() >= 4


def test_verified_definition_names_who_compared_it(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/kpis/incident-volume/")

    expect(page.get_by_role("main")).to_contain_text("Verified by Jonas Weber")


def test_value_has_a_target_of_its_own(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/dashboards/incident-service/")

    expect(page.get_by_role("cell", name="own target 95% or more").first).to_be_visible()
