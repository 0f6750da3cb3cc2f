"""Files dropped and sent: progress while they go, a sentence when they are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")

LIST = "/kpis/datasets/"
SENDS = "**/kpis/datasets/new/"


@pytest.fixture
def owner(visit: Callable[..., Visitor]) -> Visitor:
    return visit("owner")


def drop(page: Page, onto: str, name: str, content: str) -> None:
    """What a browser tells the page when a file is let go over one of its parts."""
    carrier = page.evaluate_handle(
        """([name, content]) => {
            const carrier = new DataTransfer();
            carrier.items.add(new File([content], name));
            return carrier;
        }""",
        [name, content],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.locator(onto).dispatch_event(event, {"dataTransfer": carrier})


def started(page: Page) -> Page:
    page.locator("html[data-started~='[data-upload]']").wait_for(state="attached")
    return page


def test_file_dropped_anywhere_on_the_list_is_sent_with_the_keyboard(owner: Visitor) -> None:
    page = started(owner.go(LIST))
    drop(page, "h1", "dropped.csv", "a,b\n1,2\n")

    expect(page.locator("[data-upload-name]")).to_have_text("dropped.csv, 1 kB")
    expect(page.get_by_role("button", name="Look at the file")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("dropped.csv")


def test_file_of_a_wrong_kind_is_refused_where_it_was_dropped(owner: Visitor) -> None:
    page = started(owner.go("/kpis/datasets/new/"))
    drop(page, "[data-upload]", "holiday.mp4", "x")

    expect(page.get_by_role("alert")).to_contain_text("That kind of file cannot be read here: .csv")
    expect(page.locator("[data-upload-name]")).to_be_hidden()


def test_progress_is_shown_until_the_answer_is_here(owner: Visitor) -> None:
    held: list[Route] = []
    page = started(owner.go(LIST))
    page.route(SENDS, lambda route: held.append(route))
    drop(page, "[data-upload]", "data.csv", "a,b\n1,2\n")
    page.get_by_role("button", name="Look at the file").click()

    bar = page.get_by_role("progressbar", name="data.csv, 1 kB")
    expect(bar).to_be_visible()
    expect(page.locator("[data-upload-progress] [role=status]")).to_have_text("Sending the file")
    expect(page.get_by_role("button", name="Look at the file")).to_be_disabled()
    held[0].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("data.csv")


def test_connection_that_breaks_off_is_told_and_the_file_can_be_sent_again(owner: Visitor) -> None:
    page = started(owner.go(LIST))
    page.route(SENDS, lambda route: route.abort(), times=1)
    drop(page, "[data-upload]", "data.csv", "a,b\n1,2\n")
    send: Any = page.get_by_role("button", name="Look at the file")
    send.click()

    expect(page.get_by_role("alert")).to_have_text(
        "The connection broke off, and nothing was kept. Send it again."
    )
    expect(page.get_by_role("progressbar")).to_have_count(0)
    owner.complaints.clear()  # the browser, about the request that this test cut off
    send.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("data.csv")


def test_refused_file_gives_way_to_another(owner: Visitor) -> None:
    page = started(owner.go(LIST))
    drop(page, "[data-upload]", "picture.csv", "%PDF-1.7")
    page.get_by_role("button", name="Look at the file").click()

    expect(page.locator(".form__errors")).to_be_focused()
    expect(page.locator(".form__errors")).to_contain_text("This is a PDF, not a CSV file.")
    assert page.url.endswith("/kpis/datasets/new/")
    drop(page, "[data-upload]", "data.csv", "a,b\n1,2\n")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("data.csv")
