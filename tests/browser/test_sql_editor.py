"""Writing SQL by keyboard: names are completed, Tab indents, Escape and Tab leave the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.started import started
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")


def test_query_is_written_by_keyboard(visit: Callable[..., Visitor]) -> None:
    owner = visit("owner")
    page = owner.go("/kpis/datasets/new/sql/?from=service-desk-events")
    started(page, "sql")
    box, options = page.get_by_label("SQL"), page.get_by_role("option")
    box.fill("SELECT e.number FROM service_desk_events AS e WHERE state = 'Closed' AND e.prio")

    page.keyboard.press("End")
    page.keyboard.type("r")
    expect(options).to_have_count(1)
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(box).to_have_value(
        "SELECT e.number FROM service_desk_events AS e WHERE state = 'Closed' AND e.priority"
    )

    page.keyboard.type(" = 'reo")  # a text is no name
    expect(options).to_have_count(0)
    page.keyboard.type("'\nORDER BY ")
    page.keyboard.press("Control+Space")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.type("nmber")
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert box.input_value().endswith("\n  ORDER BY nmber")

    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save and build")).to_be_focused()

    box.press("Control+Enter")
    expect(page.locator(".editor__wrong")).to_have_text("nmber")
    page.get_by_role("link", name="Line 2, column 12").click()
    expect(box).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "nmber"
    assert owner.complaints == []
