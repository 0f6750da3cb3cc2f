"""Reading a dashboard: a view of one's own, two segments, pictures, paper, a screen on the wall."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")
PAGE = "/dashboards/incident-service/"


def test_view_is_kept_opened_with_and_left_again(visit: Callable[..., Visitor]) -> None:
    one = visit("member")
    page = one.go(PAGE)
    plain = page.locator(".figure__value").first.inner_text()
    page.locator("summary", has_text="Priority").first.click()
    with page.expect_response(lambda response: "priority=P1" in response.url):
        page.get_by_label("P1", exact=True).check()
    page.wait_for_url(re.compile("priority=P1"))
    page.keyboard.press("Escape")
    page.locator("#saved > summary").focus()
    page.keyboard.press("Enter")
    one.follow("Save this view")
    one.fill(name="Urgent", opens=True)
    one.press("Save")
    expect(page.locator("#saved > summary")).to_have_text(re.compile("Urgent"))

    page = one.go(PAGE)
    expect(page.locator("#saved > summary")).to_have_text(re.compile("Urgent"))
    assert page.locator(".figure__value").first.inner_text() != plain
    one.follow("Reset")
    expect(page.locator(".figure__value").first).to_have_text(plain)
    page.locator("#saved > summary").click()
    one.follow("Manage")
    assert barriers(page) == []
    one.press("Delete Urgent")
    one.go(PAGE)
    expect(page.locator(".figure__value").first).to_have_text(plain)


def test_two_segments_stand_side_by_side_and_become_pictures(
    visit: Callable[..., Visitor],
) -> None:
    page = visit("member").go(PAGE)
    page.locator("#compare > summary").click()
    with page.expect_response(lambda response: "side-a=priority" in response.url):
        page.locator("#side-a").select_option("priority:P1")
    with page.expect_response(lambda response: "side-b=priority" in response.url):
        page.locator("#side-b").select_option("priority:P2")

    expect(page.locator("#compared")).to_have_text("Priority: P1 against P2")
    expect(page.locator(".sides").first.locator("dt")).to_have_text(["P1", "P2"])
    expect(page.locator(".sides__words").first).to_have_text(re.compile(r"^P1 is (high|low)er by "))
    page.keyboard.press("Escape")
    assert barriers(page) == []
    for kind in ("PDF", "PNG", "SVG"):
        with page.expect_download() as given:
            page.locator(".board__foot").get_by_role("link", name=kind).click()
        path = Path(given.value.path())
        assert given.value.suggested_filename.endswith(f".{kind.lower()}")
        assert path.read_bytes()[:5].startswith((b"%PDF-", b"\x89PNG", b"<?xml"))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_paper_is_light_without_navigation_and_no_tile_is_cut(
    visit: Callable[..., Visitor], paper: str
) -> None:
    one = visit("member")
    one.turn("wide", "dark")
    page = one.go(f"{PAGE}?priority=P1")
    expect(page.locator(".chart__plot[data-drawn]").first).to_be_visible()

    assert page.pdf(format=paper).startswith(b"%PDF-")
    page.emulate_media(media="print", color_scheme="dark")
    width = {"A4": 688, "Letter": 710}[paper]  # between its margins
    page.set_viewport_size({"width": width, "height": 1000})

    assert style(page, "body", "color") == "rgb(20, 24, 33)"
    for gone in (".rail", ".topbar", ".filters", ".tabs", ".tile__tools", ".board__foot"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".paper")).to_have_text(re.compile(r"Priority: P1.*Figures to"))
    assert page.locator(".tile").evaluate_all(
        "all => all.filter(one => getComputedStyle(one).breakInside !== 'avoid').length"
    ) == 0  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    labels = page.locator(".chart__plot .xtick text")
    expect(labels.first).to_have_css("fill", "rgb(93, 101, 117)")


def style(page: Page, selector: str, name: str) -> str:
    found: str = page.locator(selector).evaluate("(one, name) => getComputedStyle(one)[name]", name)
    return found


def test_paper_without_script_has_the_figures_of_charts_as_tables(
    visit: Callable[..., Visitor],
) -> None:
    page = visit("member", java_script_enabled=False).go(PAGE)
    page.emulate_media(media="print")

    expect(page.locator(".chart").first.get_by_role("table")).to_be_visible()


def test_wall_turns_by_itself_pauses_and_keeps_the_last_figures(
    visit: Callable[..., Visitor],
) -> None:
    one = visit("member")
    one.page.emulate_media(reduced_motion="no-preference")
    one.page.clock.install()
    page = one.go(f"{PAGE}wall/?wall-every=10")
    here, lost = page.locator(".wall__steps"), page.locator("[data-wall-lost]")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert page.locator(".rail, .topbar").count() == 0
    assert barriers(page) == []

    page.clock.run_for(10_500)
    expect(here).to_have_text(re.compile("Screen 2 of"))
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
    with page.expect_response(lambda response: "wall-page=2" in response.url):
        page.clock.run_for(10_500)  # the same screen, with newer figures
    expect(here).to_have_text(re.compile("Screen 2 of"))
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_text(re.compile("Screen 1 of"))

    figure = page.locator(".figure__value").first.inner_text()
    page.route("**/wall/**", lambda route: route.fulfill(status=503, body="away"))
    page.clock.run_for(10_500)
    expect(lost).to_be_visible()
    expect(page.locator(".figure__value").first).to_have_text(figure)
    page.unroute("**/wall/**")
    page.keyboard.press("ArrowRight")
    expect(here).to_have_text(re.compile("Screen 2 of"))
    expect(lost).to_be_hidden()
    one.complaints[:] = [words for words in one.complaints if "503" not in words]


def test_wall_stands_still_where_motion_is_reduced(visit: Callable[..., Visitor]) -> None:
    page = visit("member").go(f"{PAGE}wall/")

    expect(page.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
