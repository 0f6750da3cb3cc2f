"""What a member does with a dashboard, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.board import figures
from tests.browser.started import started
from tests.browser.visitor import Visitor
from tests.fixtures.stack import PASSWORD

pytestmark = pytest.mark.xdist_group("pages")

MOST_TABS = 120


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Go on until the focus is there, and can be seen."""
    for _press in range(MOST_TABS):
        page.keyboard.press(key)
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate("one => one.matches(':focus-visible')")
            return
    raise AssertionError(f"{MOST_TABS} times {key} did not reach {wanted}")


def test_sign_in_and_open_a_dashboard(visit: Callable[..., Visitor]) -> None:
    page = visit("").go("/account/sign-in/")
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type("member@demo.example")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, page.locator("main").get_by_role("link", name="Incident service").first)
    page.keyboard.press("Enter")

    page.wait_for_url("**/dashboards/incident-service/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Incident service")


def test_explain_a_figure_and_come_back(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/dashboards/incident-service/")
    started(page, "panel")
    tile = page.get_by_role("article", name="SLA attainment", exact=True)
    menu, panel = tile.locator("summary"), page.locator("#panel")
    tab_to(page, menu)

    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(tile.get_by_role("link", name="Explain this number")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(panel.get_by_role("heading", name="SLA attainment")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(menu).to_be_focused()


def test_change_a_filter(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/dashboards/incident-service/")
    before = figures(page)
    priority = page.locator("details").filter(has=page.locator("legend", has_text="Priority"))
    summary = priority.locator("summary")
    tab_to(page, summary)

    page.keyboard.press("Enter")
    tab_to(page, priority.get_by_label("P1", exact=True))
    page.keyboard.press("Space")
    page.wait_for_url("**priority=P1*")
    expect(summary).to_contain_text("P1")
    expect(page.locator("#busy.htmx-request")).to_have_count(0)
    page.keyboard.press("Escape")

    expect(summary).to_be_focused()
    assert figures(page) != before
