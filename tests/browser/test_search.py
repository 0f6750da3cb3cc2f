"""The palette by keyboard alone: opened, searched, walked, left; and the page without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.barriers import barriers
from tests.browser.visitor import Theme, Visitor

pytestmark = pytest.mark.xdist_group("journey")


SAID = {"": "", "s": re.compile(r"\d+ results"), "qx": "Nothing found"}


def lit(page: Page) -> Locator:
    """The option that the box says is active, and that looks so."""
    key = page.get_by_role("combobox", name="Search or jump to").get_attribute(
        "aria-activedescendant"
    )
    option = page.locator(f"#{key}")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.locator("#palette [aria-selected=true]")).to_have_count(1)
    return option


def open_palette(page: Page, key: str = "/") -> Locator:
    page.keyboard.press(key)
    box = page.get_by_role("combobox", name="Search or jump to")
    expect(box).to_be_focused()
    return box


def test_dashboard_is_found_and_opened(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/lessons/")
    box = open_palette(page, "Control+k")
    page.keyboard.type("incident")

    expect(page.locator("#palette [role=status]")).to_have_text("5 results")
    expect(box).to_have_attribute("aria-expanded", "true")
    first = lit(page).inner_text()
    page.keyboard.press("ArrowDown")
    second = lit(page).inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    page.wait_for_url("**/dashboards/incident-service/")
    assert ("Incident service" in first, first != second) == (True, True)


def test_escape_closes_and_gives_the_focus_back(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/dashboards/incident-service/")
    link = page.get_by_role("link", name="Explain SLA attainment").or_(page.locator("main a")).first
    link.focus()
    open_palette(page)
    page.keyboard.type("x")
    page.keyboard.press("Escape")

    expect(page.locator("#palette")).to_be_hidden()
    expect(link).to_be_focused()
    assert open_palette(page).input_value() == ""


def test_arrows_walk_round_and_enter_does_what_is_lit(visit: Callable[..., Visitor]) -> None:
    page = visit("ace").go("/")
    open_palette(page)
    expect(page.get_by_role("option", name="Home")).to_be_visible()
    page.keyboard.press("ArrowUp")
    last = lit(page).inner_text()
    page.keyboard.press("ArrowDown")
    first = lit(page).inner_text()
    page.keyboard.type("theme dark")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state()  # the page came anew: its keys are heard once its scripts ran
    assert (first, last) == ("Home", "Sign out")
    open_palette(page)
    page.keyboard.type("theme as the system")
    page.keyboard.press("Enter")
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_late_answer_to_an_old_question_is_not_shown(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go("/")
    held: list[Route] = []
    page.route("**/search/palette/?q=lessons", lambda route: held.append(route))
    open_palette(page)
    with page.expect_request("**/search/palette/?q=lessons"):
        page.keyboard.type("lessons")
    page.locator("#palette-q").fill("incident")
    expect(page.get_by_role("option", name="Incident service").first).to_be_visible()
    with page.expect_response("**/search/palette/?q=lessons"):
        held[0].continue_()

    expect(page.get_by_role("option", name="Write down a lesson")).to_have_count(0)
    expect(page.get_by_role("option", name="Incident service").first).to_be_visible()


def test_nothing_found_is_said(visit: Callable[..., Visitor]) -> None:
    page = visit("outsider").go("/")
    box = open_palette(page)
    page.keyboard.type("incident service")

    expect(page.locator("#palette [role=status]")).to_have_text("Nothing found")
    expect(page.locator("#palette")).to_contain_text("has the words “incident service”")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=incident+service")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


@pytest.mark.parametrize(
    ("size", "theme", "typed"),
    [
        ("wide", "light", ""),
        ("wide", "dark", "s"),
        ("phone", "light", "s"),
        ("phone", "dark", "qx"),
    ],
)
def test_open_palette_has_no_barrier_and_fits(
    visit: Callable[..., Visitor], size: str, theme: Theme, typed: str
) -> None:
    page = visit("owner", size=size, theme=theme).go("/")
    page.locator("[data-search]").click()
    page.locator("#palette-q").fill(typed)
    page.locator("#palette [data-said]").wait_for(state="attached")
    expect(page.locator("#palette [role=status]")).to_have_text(SAID[typed])

    assert barriers(page) == []
    box = page.locator("#palette").bounding_box()
    assert box is not None
    if size == "phone":
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)


def test_search_works_without_script(visit: Callable[..., Visitor]) -> None:
    member = visit("member", java_script_enabled=False)
    page = member.go("/")
    with page.expect_navigation():
        page.locator("[data-search]").click()
    page.get_by_role("searchbox", name="Search").fill("incident")
    member.press("Search")
    expect(page.get_by_role("status")).to_contain_text("result")
    member.follow("Incident service")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Incident service")
