"""From a comment on a chart to its answer: two clicks for the member, no mouse for the ACE."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.started import started
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")

BOARD = "/dashboards/incident-service/"


def test_thread_is_opened_in_two_clicks(visit: Callable[..., Visitor]) -> None:
    member = visit("member")
    page = member.go(f"{BOARD}?period=last_12")
    page.locator("#busy").wait_for(state="attached")
    page.get_by_role("link", name="Say something about Reassignment rate").click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Reassignment rate")).to_be_focused()

    panel.get_by_label("Idea", exact=True).check()
    panel.get_by_label("What do you want to say?").fill("Who sends it on most? By group, please.")
    with page.expect_navigation():
        panel.get_by_role("button", name="Say it").click()

    expect(page.locator(".inbox__title")).to_have_text("Who sends it on most?")
    expect(page.locator(".seen__head")).to_contain_text("As Priya Nair saw it: v1")
    now = page.get_by_role("link", name="Open as it is now")
    expect(now).to_have_attribute("href", re.compile(r"\?period=last_12&on-tile=\w+#tile-"))


def test_inbox_is_worked_by_keys(visit: Callable[..., Visitor]) -> None:
    owner = visit("owner")
    page = owner.go("/feedback/")
    started(page, "keys")
    first = page.locator(".inbox__subject").first.inner_text()
    with page.expect_navigation():
        page.keyboard.press("j")
    expect(page.locator(".inbox__title")).to_have_text(first)
    started(page, "keys")

    page.keyboard.press("r")
    box = page.get_by_label("Reply", exact=True).and_(page.locator("textarea"))
    expect(box).to_be_focused()
    page.keyboard.type("We look into it: d, j and m are letters here.")
    with page.expect_navigation():
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

    expect(page.locator(".talk")).to_contain_text("d, j and m are letters here.")


def test_comment_needs_no_script(visit: Callable[..., Visitor]) -> None:
    member = visit("member", java_script_enabled=False)
    page = member.go(BOARD)
    with page.expect_navigation():
        page.locator(".tile__talk").first.click()
    member.fill(kind="praise", text="This saves us the Friday meeting.")
    member.press("Say it")

    expect(page.locator(".inbox__title")).to_have_text("This saves us the Friday meeting.")
