"""A dashboard's page as its reader uses it: figures, filters, explanations."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.started import started

FIGURES = """
() => Object.fromEntries([...document.querySelectorAll("#board .tile")]
  .filter((tile) => tile.querySelector(".figure__value"))
  .map((tile) => [
    tile.querySelector(".figure__label").textContent.trim(),
    tile.querySelector(".figure__value").textContent.trim().replace(/\\s+/g, " "),
  ]))
"""


def figures(page: Page) -> dict[str, str]:
    """The big numbers by their titles, as they are printed."""
    found: dict[str, str] = page.evaluate(FIGURES)
    return found


def filter_by(page: Page, label: str, value: str) -> None:
    """Tick one value of a dropdown, and wait for the new figures."""
    sheet = open_filter(page, label)
    _mark(page)
    sheet.get_by_label(value, exact=True).check()
    _redrawn(page)
    page.keyboard.press("Escape")


def choose_period(page: Page, name: str) -> None:
    sheet = open_filter(page, "Period")
    _mark(page)
    sheet.get_by_label(name, exact=True).check()
    _redrawn(page)
    page.keyboard.press("Escape")


def choose_days(page: Page, first: str, last: str) -> None:
    """Own dates, both included."""
    sheet = open_filter(page, "Period")
    sheet.get_by_label("From", exact=True).fill(first)
    _mark(page)
    sheet.get_by_label("To", exact=True).fill(last)
    sheet.get_by_label("To", exact=True).dispatch_event("change")
    _redrawn(page)
    page.keyboard.press("Escape")


def open_filter(page: Page, label: str) -> Locator:
    filter_ = page.locator("[data-filter]").filter(has=page.locator("legend", has_text=label))
    filter_.locator("summary").click()
    return filter_


def entitle(page: Page, tile: str, title: str) -> None:
    """In the builder: give a tile another title, in its settings beside the board."""
    started(page, "panel")
    started(page, "builder")
    page.get_by_role("link", name=f"Change: {tile}", exact=True).first.click()
    panel = page.locator("#panel")
    panel.get_by_label("Title").fill(title)
    expect(page.get_by_role("link", name=f"Change: {title}", exact=True)).to_be_attached()
    panel.get_by_role("button", name="Done").click()
    expect(panel).to_be_hidden()


def _mark(page: Page) -> None:
    page.evaluate("document.getElementById('board').dataset.old = ''")


def _redrawn(page: Page) -> None:
    expect(page.locator("#board:not([data-old])")).to_be_attached()
    expect(page.locator("#busy.htmx-request")).to_have_count(0)
