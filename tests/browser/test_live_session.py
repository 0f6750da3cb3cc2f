"""Questions arrive while the page is open, and the page outlives a lost connection."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")

TITLE = "Ask us anything about the incident figures"


def test_questions_arrive_and_survive_a_lost_connection(visit: Callable[..., Visitor]) -> None:
    reader, asker = visit("member"), visit("colleague")
    reader.go("/sessions/ama/")
    reader.follow(TITLE)
    asker.go(reader.page.url)
    reader.fill(text="Half a quest")

    asker.fill(text="Do the nights count twice?")
    asker.press("Ask it")
    arrived = reader.page.locator(".ask", has_text="Do the nights count twice?")
    arrived.wait_for()
    arrived.get_by_role("button").click()
    arrived.get_by_role("button", pressed=True).wait_for()
    lost = reader.page.get_by_text("Connection lost, trying again")
    reader.context.set_offline(True)
    lost.wait_for()
    reader.context.set_offline(False)
    lost.wait_for(state="hidden")

    assert reader.page.get_by_label("Your question").input_value() == "Half a quest"
    assert reader.page.locator(".ask button:focus").count() == 1
    # The browser and htmx say each that nothing came while there was no network, and nothing else.
    offline = ("ERR_INTERNET_DISCONNECTED", ": htmx:")
    assert [text for text in reader.complaints if not any(word in text for word in offline)] == []
    reader.complaints.clear()
