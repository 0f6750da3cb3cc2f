"""A dashboard of twelve tiles from nothing: by mouse, by keyboard alone, by finger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.started import started
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")

Point = tuple[float, float]


def begin(owner: Visitor) -> str:
    """An empty draft; the path of its builder."""
    owner.go("/dashboards/new/")
    owner.fill(
        name="Built by hand", problem="p", hypothesis="h", success_measure="s",
        persona="Service desk lead", review_due="2030-01-31",
    )  # fmt: skip
    owner.press("Save")
    owner.press("Start empty")
    return urlsplit(owner.page.url).path


def tiles(page: Page) -> Locator:
    return page.locator("#board .tile")


def order(page: Page) -> list[str | None]:
    return [tile.get_attribute("id") for tile in tiles(page).all()]


@contextmanager
def one_save(page: Page) -> Iterator[None]:
    """What happens inside is saved, once."""
    seen = int(page.locator("#builder").get_attribute("data-revision") or 0)
    yield
    expect(page.locator(f'#builder[data-revision="{seen + 1}"]')).to_be_attached()
    expect(page.locator("#builder-saved")).to_have_text("Saved")


def middle(one: Locator) -> Point:
    one.scroll_into_view_if_needed()
    box = one.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pull(page: Page, start: Point, *ways: Point) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for way in ways:
        page.mouse.move(*way)
    page.mouse.up()


def swipe(page: Page, start: Point, *ways: Point) -> None:
    """The same with one finger."""
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Point) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", start)
    for way in ways:
        touch("touchMove", way)
    touch("touchEnd")


def add(page: Page, press: Callable[[Locator], None], name: str, count: int) -> None:
    """Add tiles from the palette; the settings of each open, and are closed by Done."""
    for _n in range(count):
        there = tiles(page).count()
        with one_save(page):
            press(page.locator("#add").get_by_role("button", name=name, exact=True).first)
        expect(tiles(page)).to_have_count(there + 1)
        expect(page.locator("#panel .panel__title")).to_have_text("Change the tile")
        press(page.locator("#panel").get_by_role("button", name="Done"))
        expect(page.locator("#panel")).to_be_hidden()


def key(button: Locator) -> None:
    button.focus()
    button.press("Enter")


def test_twelve_tiles_are_built_by_mouse_keys_and_finger(visit: Callable[..., Visitor]) -> None:
    owner = visit("owner")
    path = begin(owner)
    page = owner.page
    by_mouse(owner)
    keys = visit("owner").go(path)
    by_keyboard(keys)
    by_finger(visit("owner", size="phone", has_touch=True).go(path))
    over_what_others_saved(page)


def by_mouse(owner: Visitor) -> None:
    page = owner.page
    started(page, "builder")
    add(page, Locator.click, "Add a number: SLA attainment", 5)
    first, *_rest, last = order(page)
    grip = page.locator("[data-grip]")

    with one_save(page):
        x, y = middle(grip.first)
        box = tiles(page).first.bounding_box()
        assert box is not None
        pull(page, middle(grip.last), (x, y + 40), (box["x"] + 20, y + 60))
    assert order(page)[:2] == [last, first]
    expect(page.locator("#builder-told")).to_have_text(
        "SLA attainment, place 1 of 5, 3 columns wide"
    )

    corner = page.locator("[data-corner]").first
    x, y = middle(corner)
    wide = box["width"] + 16
    with one_save(page):
        pull(page, (x, y), (x + wide, y + 10), (x + wide, y + 128))
    expect(tiles(page).first).to_have_attribute("data-width", "6")
    tall = tiles(page).first.get_attribute("data-height")
    with one_save(page):
        page.keyboard.press("Control+z")
    expect(tiles(page).first).to_have_attribute("data-width", "3")
    with one_save(page):
        page.get_by_role("button", name="Redo").click()
    expect(tiles(page).first).to_have_attribute("data-height", str(tall))
    with one_save(page):
        page.get_by_role("button", name="Copy: SLA attainment").last.click()
    expect(tiles(page)).to_have_count(6)
    filters(owner)


def filters(owner: Visitor) -> None:
    """Undone like any other change, after the page has been left."""
    page = owner.page
    page.locator("#filters").get_by_role("link", name="Change").click()
    owner.fill(preset="all")
    owner.press("Save")
    started(page, "builder")
    expect(page.locator("#filters")).to_contain_text("All data")
    with one_save(page):
        page.keyboard.press("Control+z")
    expect(page.locator("#filters")).not_to_contain_text("All data")


def by_keyboard(page: Page) -> None:
    started(page, "builder")
    add(page, key, "Add a line: Backlog", 4)
    before = order(page)
    page.locator("[data-grip]").last.focus()
    told = page.locator("#builder-told")

    with one_save(page):
        page.keyboard.press("ArrowLeft")
    expect(told).to_have_text("Backlog per month, place 9 of 10, 12 columns wide")
    assert order(page)[-2:] == [before[-1], before[-2]]
    with one_save(page):
        page.keyboard.press("Shift+ArrowLeft")
    expect(told).to_have_text("Backlog per month, 11 columns wide, as tall as what it shows")
    with one_save(page):
        page.keyboard.press("Escape")
    assert order(page) == before
    expect(page.locator("[data-grip]").last).to_be_focused()


def by_finger(page: Page) -> None:
    started(page, "builder")
    add(page, Locator.tap, "Add bars: SLA attainment", 2)
    expect(tiles(page)).to_have_count(12)
    *_rest, one, other = order(page)

    tiles(page).nth(10).evaluate("one => one.scrollIntoView({ block: 'center' })")
    box = tiles(page).nth(10).bounding_box()
    assert box is not None
    start = middle(page.locator("[data-grip]").last)
    with one_save(page):
        swipe(page, start, (start[0], start[1] - 60), (195, box["y"] + box["height"] / 4))
    assert order(page)[-2:] == [other, one]
    start = middle(page.locator("[data-corner]").last)
    with one_save(page):
        swipe(page, start, (start[0] - 30, start[1]), (start[0] - 60, start[1]))
    expect(tiles(page).last).to_have_attribute("data-width", "4")


def over_what_others_saved(page: Page) -> None:
    """The page of before: its change waits until it is said whose it shall be."""
    page.locator("[data-grip]").nth(2).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("saved this draft in the meantime")
    expect(page.get_by_role("alert")).to_contain_text("Added: Bars")
    expect(page.locator("#builder-saved")).to_have_text("Not saved")
    expect(tiles(page).nth(2)).to_have_attribute("data-width", "4")

    page.get_by_role("button", name="Do mine again").click()

    expect(tiles(page)).to_have_count(12)
    expect(tiles(page).nth(2)).to_have_attribute("data-width", "4")
    expect(page.locator("#builder-trouble")).to_be_empty()
