"""What a page adds to itself after it is there: a test that works it waits for that."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def started(page: Page, behaviour: str) -> None:
    """Wait for one of the behaviours that ``static/js/app.js`` starts where a page has them."""
    expect(page.locator(f'html[data-started*="[data-{behaviour}]"]')).to_be_attached()
