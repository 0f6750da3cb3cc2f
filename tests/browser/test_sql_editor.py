"""Writing SQL by keyboard: names are completed, Tab indents, Escape and Tab leave the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.started import started
from tests.browser.visitor import SIZES, Visitor

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


def test_query_over_a_source_is_written_alike(visit: Callable[..., Visitor]) -> None:
    owner = visit("owner")
    page = owner.go("/kpis/sources/new/?kind=sqlite")
    page.get_by_label("Name").fill("Orders to ask")
    page.get_by_label("File").select_option("orders.sqlite")
    owner.press("Test and save")
    owner.go("/kpis/sources/orders-to-ask/datasets/new/")
    started(page, "sql")
    box, options = page.get_by_label("or SQL"), page.locator("[data-sql-list] li")

    box.click()
    page.keyboard.type("SELECT o.id FROM orders AS o WHERE ")
    expect(page.locator("[data-sql-knows=orders]")).to_be_visible()
    page.keyboard.type("o.pai")
    expect(options).to_have_text(["paid"])
    page.keyboard.press("Enter")
    page.keyboard.type("= 1 AND nope")
    page.keyboard.press("Escape")
    box.press("Control+Enter")
    expect(page.locator(".editor__wrong")).to_have_text("nope")

    box.fill("SELECT id, words FROM orders WHERE paid = 1 ORDER BY id LIMIT 3")
    box.press("Control+Enter")
    expect(page.get_by_role("region", name="First rows").get_by_role("row")).to_have_count(4)
    assert owner.complaints == []


def test_words_of_a_query_are_coloured_over_the_text_and_nobody_hears_them_twice(
    visit: Callable[..., Visitor],
) -> None:
    owner = visit("owner")
    page = owner.go("/kpis/datasets/new/sql/?from=service-desk-events")
    started(page, "sql")
    sql = "SELECT count(*), 'a -- b' -- all\nFROM service_desk_events WHERE x = 1.5"
    page.get_by_label("SQL").fill(sql)
    layer = page.locator(".editor__colours")

    assert layer.evaluate("one => one.textContent").removesuffix("\u200b") == sql
    assert layer.get_attribute("aria-hidden") == "true"
    told = layer.evaluate(
        "one => [...one.querySelectorAll('span')].map((s) => [s.className, s.textContent])"
    )
    assert told == [
        ["code__word", "SELECT"], ["code__call", "count"], ["code__text", "'a -- b'"],
        ["code__note", "-- all"], ["code__word", "FROM"], ["code__word", "WHERE"],
        ["code__number", "1.5"],
    ]  # fmt: skip
    assert barriers(page) == []

    page.get_by_label("SQL").fill("SELECT 1 " * 3_000)  # too long to be drawn with each key
    expect(layer).to_be_empty()
    assert barriers(page) == []
    assert owner.complaints == []


def test_long_line_that_is_wrong_stays_within_a_phone(visit: Callable[..., Visitor]) -> None:
    owner = visit("owner")
    owner.turn("phone", "dark")
    page = owner.go("/kpis/datasets/new/sql/?from=service-desk-events")
    page.get_by_label("SQL").fill(
        "SELECT nmber, priority, category, channel, state FROM service_desk_events "
        "WHERE priority IS NOT NULL AND category IS NOT NULL AND channel IS NOT NULL"
    )
    owner.press("Preview")

    expect(page.locator(".editor__line mark")).to_have_text("nmber")
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"]["width"]
    assert owner.complaints == []
