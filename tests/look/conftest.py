"""The gallery: pages made of the components alone, served under the policy that must hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.look.server import Gallery


@pytest.fixture(scope="session")
def gallery() -> Iterator[Gallery]:
    with Gallery(Path(__file__).resolve().parents[2]) as gallery:
        yield gallery


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: _keep(page, message.type, message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.complaints == []
    context.close()


def _keep(page: Page, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        page.complaints.append(text)
