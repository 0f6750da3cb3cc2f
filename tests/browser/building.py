"""A dashboard built by hand, whichever hand: the steps that the walks of the builder share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import Hand
from tests.browser.started import started

OVERVIEW = (
    "Add a number: SLA attainment", "Add a number: Incident volume", "Add a number: Backlog",
    "Add a number: Time to resolve", "Add bars: Incident volume", "Add a line: SLA attainment",
    "Add bars: SLA attainment", "Add a line: Backlog",
)  # fmt: skip
DETAIL = ("Add bars: Backlog", "Add a line: Incident volume")


def tiles(page: Page) -> Locator:
    return page.locator("#board .tile")


def order(page: Page) -> list[str | None]:
    return [tile.get_attribute("id") for tile in tiles(page).all()]


def grips(page: Page) -> Locator:
    return page.locator("[data-grip]")


@contextmanager
def one_save(page: Page) -> Iterator[None]:
    """What happens inside is saved, once."""
    seen = int(page.locator("#builder").get_attribute("data-revision") or 0)
    yield
    expect(page.locator(f'#builder[data-revision="{seen + 1}"]')).to_be_attached()
    expect(page.locator("#builder-saved")).not_to_have_text("Saving…")


def begin(hand: Hand) -> None:
    """An empty draft."""
    page = hand.page
    for name in ("name", "problem", "hypothesis", "success_measure"):
        hand.write(page.locator(f'main [name="{name}"]'), f"By {type(hand).__name__.lower()}")
    hand.choose(page.locator('main [name="persona"]'), "Service desk lead")
    hand.write(page.locator('main [name="review_due"]'), "01312030")
    for button in ("Save", "Start empty"):
        with page.expect_navigation():
            hand.press(page.get_by_role("button", name=button, exact=True))
    started(page, "builder")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Tabs").get_by_role("link", name=name)


def open_tab(hand: Hand, name: str) -> None:
    with hand.page.expect_navigation():
        hand.press(tab(hand.page, name))
    expect(tab(hand.page, name)).to_have_attribute("aria-current", "page")


def done(hand: Hand) -> None:
    hand.press(hand.page.locator("#panel").get_by_role("button", name="Done"))
    expect(hand.page.locator("#panel")).to_be_hidden()


def add(hand: Hand, name: str) -> None:
    """A tile from the palette; its settings open, and are closed by Done."""
    page, there = hand.page, tiles(hand.page).count()
    with one_save(page):
        hand.press(page.locator("#add").get_by_role("button", name=name, exact=True).first)
    expect(tiles(page)).to_have_count(there + 1)
    expect(page.locator("#panel .panel__title")).to_have_text("Change the tile")
    done(hand)


def add_kind(hand: Hand, name: str) -> Locator:
    """The settings of a new tile of a kind."""
    page = hand.page
    hand.press(page.locator("#add .palette__kinds").get_by_role("link", name=name, exact=True))
    expect(page.locator("#panel .panel__title")).to_have_text("New tile")
    return page.locator("#panel")


def build(hand: Hand) -> None:
    """Eight tiles on one tab, four on another, five filters and a way down."""
    page = hand.page
    begin(hand)
    with one_save(page):
        hand.write(page.get_by_label("Name of a new tab"), "Detail")
        hand.press(page.locator("#tab-add"))
    for name in DETAIL:
        add(hand, name)
    panel = add_kind(hand, "Table")
    for kpi in ("SLA attainment", "Incident volume"):
        hand.tick(panel.get_by_role("checkbox", name=kpi).first)
    hand.choose(panel.get_by_label("A row for each"), "Channel")
    with one_save(page):
        done(hand)
    panel = add_kind(hand, "Text")
    hand.write(panel.locator("textarea"), "What the figures are **for**.")
    with one_save(page):
        done(hand)
    expect(tiles(page)).to_have_count(4)
    open_tab(hand, "Overview")
    started(page, "builder")
    for name in OVERVIEW:
        add(hand, name)
    filters(hand)
    started(page, "builder")


def filters(hand: Hand) -> None:
    page = hand.page
    with page.expect_navigation():
        hand.press(page.locator("#filters").get_by_role("link", name="Change"))
    boxes = page.locator('main input[name^="use_"]')
    for place in range(5):
        hand.tick(boxes.nth(place))
    hand.write(page.locator('main [name="drill"]'), "priority\ncategory")
    with page.expect_navigation():
        hand.press(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("#filters .canvas__row")).to_have_count(5)
