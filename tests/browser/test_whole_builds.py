"""A dashboard of twelve tiles, tabs and five filters from nothing: by mouse, by keys, by finger.

Each is read afterwards by the same means: one level down, a mark for the others, a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.building import build, done, grips, one_save, open_tab, order, tab, tiles
from tests.browser.hands import Finger, Hand, Keys, Mouse, middle
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")


def read(hand: Hand, mark: Callable[[Page], None]) -> None:
    """What was built as its readers get it; ``mark`` goes one level down by a bar."""
    page = hand.page
    expect(page.get_by_role("link", name="Release")).to_be_visible()
    with page.expect_navigation():
        hand.press(page.get_by_role("link", name="Try it"))
    expect(page.locator("form.filters [data-filter]")).to_have_count(6)  # the period is one, too
    there = tiles(page).count()
    with page.expect_navigation():
        mark(page)
    expect(page.get_by_role("navigation", name="Way down")).to_have_text(re.compile("^AllP"))
    open_tab(hand, "Detail")
    assert there + tiles(page).count() == 12
    row = page.locator("td a[data-mark], th a[data-mark]").first
    value = row.inner_text()
    with page.expect_navigation():
        hand.press(row)
    expect(page.locator(".filters .chip")).to_have_text(re.compile(f"Channel: {value}"))
    expect(tab(page, "Detail")).to_have_attribute("aria-current", "page")
    with page.expect_download() as taken:
        hand.press(page.get_by_role("link", name="CSV", exact=True))
    text = taken.value.path().read_text(encoding="utf-8-sig")
    assert {"Overview", "Detail"} == {line.split(",")[0] for line in text.splitlines()[1:]}


def test_whole_build_by_mouse(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").go("/dashboards/new/")
    hand = Mouse(page)
    build(hand)
    first, _second, third, *_rest = order(page)

    with one_save(page):
        x, y = middle(grips(page).first)
        box = tiles(page).first.bounding_box()
        assert box is not None
        hand.pull(middle(grips(page).nth(2)), (x, y + 40), (box["x"] + 20, y + 60))
    assert order(page)[:2] == [third, first]
    expect(page.locator("#builder-told")).to_have_text(re.compile("place 1 of 8"))
    corner = page.locator("[data-corner]").nth(1)
    x, y = middle(corner)
    with one_save(page):
        hand.pull((x, y), (x + box["width"], y + 10), (x + box["width"] + 16, y + 128))
    expect(tiles(page).nth(1)).to_have_attribute("data-width", "6")
    tall = tiles(page).nth(1).get_attribute("data-height")
    with one_save(page):
        hand.press(page.get_by_role("button", name="Undo"))
    expect(tiles(page).nth(1)).to_have_attribute("data-width", "3")
    with one_save(page):
        hand.press(page.get_by_role("button", name="Redo"))
    expect(tiles(page).nth(1)).to_have_attribute("data-height", str(tall))
    key = order(page)[0]
    with one_save(page):
        hand.pull(middle(grips(page).first), (x, y + 40), middle(tab(page, "Detail")))
    expect(page.locator(f"#{key}")).to_be_visible()
    expect(tiles(page)).to_have_count(5)
    copy_and_remove(hand)

    def bar(page: Page) -> None:
        page.mouse.click(*middle(page.locator(".chart__plot[data-drawn] .bars .point path").nth(1)))

    read(hand, bar)


def copy_and_remove(hand: Hand) -> None:
    page = hand.page
    with one_save(page):
        hand.press(page.get_by_role("button", name=re.compile("^Copy: ")).first)
    expect(tiles(page)).to_have_count(6)
    with one_save(page):
        hand.press(page.get_by_role("button", name=re.compile("^Remove: ")).first)
    expect(tiles(page)).to_have_count(5)
    with one_save(page):
        hand.write(page.get_by_label("Name of a new tab"), "Spare")
        hand.press(page.locator("#tab-add"))
    expect(tab(page, "Spare")).to_have_attribute("aria-current", "page")
    with one_save(page):
        hand.press(page.get_by_role("button", name="Remove the tab Spare"))
    expect(page.locator("#builder-saved")).to_have_text("0 tiles are on “Detail” now.")
    expect(tab(page, "Overview")).to_have_attribute("aria-current", "page")


def test_whole_build_by_keys_alone(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").go("/dashboards/new/")
    hand = Keys(page)
    build(hand)
    before = order(page)
    told = page.locator("#builder-told")

    hand.reach(grips(page).last)
    with one_save(page):
        page.keyboard.press("ArrowLeft")
    expect(told).to_have_text("Backlog per month, place 7 of 8, 12 columns wide")
    assert order(page)[-2:] == [before[-1], before[-2]]
    with one_save(page):
        page.keyboard.press("Shift+ArrowLeft")
    expect(told).to_have_text("Backlog per month, 11 columns wide, as tall as what it shows")
    with one_save(page):
        page.keyboard.press("Escape")
    assert order(page) == before
    with one_save(page):
        page.keyboard.press("PageDown")
    expect(told).to_have_text("Backlog per month is on “Detail” now")
    expect(page.locator(f"#{before[-1]} [data-grip]")).to_be_focused()
    expect(tiles(page)).to_have_count(5)
    with one_save(page):
        page.keyboard.press("Control+z")
    expect(tiles(page)).to_have_count(4)
    with one_save(page):
        page.keyboard.press("Control+Shift+z")
    expect(tiles(page)).to_have_count(5)
    open_tab(hand, "Overview")

    def value(page: Page) -> None:
        hand.press(page.locator(".chart", has_text="P1").locator("summary").first)
        hand.press(page.locator("a[data-mark]", has_text="P1").first)

    read(hand, value)


def test_whole_build_by_finger(visit: Callable[..., Visitor]) -> None:
    page = visit("owner", size="phone", has_touch=True).go("/dashboards/new/")
    hand = Finger(page)
    build(hand)
    *_rest, one, other = order(page)

    tiles(page).nth(6).evaluate("one => one.scrollIntoView({ block: 'center' })")
    start = middle(grips(page).last)
    box = tiles(page).nth(6).bounding_box()
    assert box is not None
    with one_save(page):
        hand.pull(start, (start[0], start[1] - 60), (195, box["y"] + box["height"] / 4))
    assert order(page)[-2:] == [other, one]
    corner = page.locator("[data-corner]").last
    corner.evaluate("one => one.scrollIntoView({ block: 'center' })")  # not under the bar below
    start = middle(corner)
    with one_save(page):
        hand.pull(start, (start[0] - 30, start[1]), (start[0] - 60, start[1]))
    wide = int(tiles(page).last.get_attribute("data-width") or 0)
    assert 2 <= wide < 6
    hand.press(page.get_by_role("link", name=re.compile("^Change: ")).last)
    with one_save(page):
        hand.choose(page.locator("#panel").get_by_label("Tab"), "Detail")
    expect(tiles(page)).to_have_count(5)
    done(hand)
    open_tab(hand, "Overview")

    def bar(page: Page) -> None:
        drawn = page.locator(".chart__plot[data-drawn] .bars .point path").nth(1)
        page.touchscreen.tap(*middle(drawn))

    read(hand, bar)
