"""Filters in a browser: a mark by mouse, the way down by keyboard, what cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")
PAGE = "/dashboards/incident-service/"
FORM = f"{PAGE}builder/filters/"


def first_bar(page: Page) -> None:
    """Click the second bar of the first bar chart."""
    bar = page.locator(".chart__plot[data-drawn] .bars .point path").nth(1)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    with page.expect_navigation():
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_mark_is_chosen_with_the_mouse_and_taken_back(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go(f"{PAGE}?period=all")
    volume = page.locator(".tile", has_text="Incident volume").first.locator(".figure__value")
    whole = volume.inner_text()

    first_bar(page)

    chip = page.locator(".filters .chip")
    expect(chip).to_have_text(re.compile(r"Priority: P2"))
    assert "mark-" in page.url
    assert volume.inner_text() != whole
    # A change of another filter keeps it.
    page.locator("summary", has_text="All data").click()
    with page.expect_response(lambda response: "period=last_12" in response.url):
        page.get_by_label("Last 12 full months").check()
    expect(chip).to_have_text(re.compile(r"Priority: P2"))
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.get_by_role("link", name="Take back Priority: P2").click()
    assert "mark-" not in page.url
    assert "period=last_12" in page.url


def test_way_down_by_keyboard_and_what_a_filter_cannot_take(visit: Callable[..., Visitor]) -> None:
    one = visit("owner")
    page = one.go(FORM)
    columns = page.locator("input[name^=label_]").evaluate_all("all => all.map(one => one.value)")
    one.fill(**{f"use_{columns.index('Reassignments')}": True}, drill="priority\ncategory")
    one.press("Save")
    page = one.go(page.locator("main a", has_text="Try it").get_attribute("href") or "")
    page.locator(".chart", has_text="P1").locator("summary").first.click()

    page.locator("a[data-mark]", has_text="P1").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    way = page.get_by_role("navigation", name="Way down")
    expect(way).to_have_text("AllP1")
    expect(page.locator(".tile__title", has_text="by category").first).to_be_visible()
    page.locator("summary", has_text="Reassignments").click()
    low = page.locator(".filter", has_text="Reassignments").locator("input[name$=-from]")
    low.fill("many")
    low.press("Enter")
    expect(page.locator("#fault-reassignment")).to_have_text(re.compile("“many” is no number"))
    expect(low).to_have_value("many")
    expect(page.locator("#board .tile").first).to_be_visible()
    filter_ = page.locator(".filter", has_text="Reassignments")
    if filter_.get_attribute("open") is None:
        filter_.locator("summary").click()
    low.fill("2")
    low.press("Enter")
    expect(page.locator("#fault-reassignment")).to_be_hidden()
    page.wait_for_url(re.compile("-from=2"))
    page.keyboard.press("Escape")
    way.get_by_role("link", name="All").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(way).to_be_hidden()
