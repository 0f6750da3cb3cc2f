"""Two at one draft: a change over what the other saved waits; an undoing outlives a page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.building import add, begin, one_save
from tests.browser.hands import Mouse
from tests.browser.started import started
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")


def test_draft_of_two_pages_goes_over_nothing_unseen(visit: Callable[..., Visitor]) -> None:
    owner = visit("owner")
    page = owner.go("/dashboards/new/")
    begin(Mouse(page))
    add(Mouse(page), "Add a number: SLA attainment")
    filters_are_undone_after_the_page_was_left(owner)
    other = visit("owner").go(urlsplit(page.url).path)
    started(other, "builder")
    add(Mouse(other), "Add bars: SLA attainment")

    page.locator("[data-grip]").first.focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(page.get_by_role("alert")).to_contain_text("saved this draft in the meantime")
    expect(page.get_by_role("alert")).to_contain_text("Added: Bars")
    expect(page.locator("#builder-saved")).to_have_text("Not saved")


def filters_are_undone_after_the_page_was_left(owner: Visitor) -> None:
    page = owner.page
    page.locator("#filters").get_by_role("link", name="Change").click()
    owner.fill(preset="all")
    owner.press("Save")
    started(page, "builder")
    expect(page.locator("#filters")).to_contain_text("All data")
    with one_save(page):
        page.keyboard.press("Control+z")
    expect(page.locator("#filters")).not_to_contain_text("All data")
