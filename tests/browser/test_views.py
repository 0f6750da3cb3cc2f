"""A page says for how long it was in sight: after ten seconds, and only as long as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Request

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journey")
PAGE = "/dashboards/incident-service/"


def tells(request: Request) -> bool:
    return request.method == "POST" and f"{PAGE}views/" in request.url


def test_page_tells_after_ten_seconds_in_sight(visit: Callable[..., Visitor]) -> None:
    one = visit("member")
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    one.page.clock.install(time=now)
    one.page.clock.pause_at(now + timedelta(seconds=1))
    told: list[Request] = []
    one.page.on("request", lambda request: told.append(request) if tells(request) else None)
    one.go(PAGE)
    one.page.wait_for_load_state("networkidle")
    one.page.clock.fast_forward(5_000)
    assert told == []

    with one.page.expect_response(lambda response: tells(response.request)) as answer:
        one.page.clock.fast_forward(6_000)

    assert answer.value.status == 204
    assert answer.value.request.post_data == "seconds=11"


def test_page_of_the_team_tells_nothing(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").go(PAGE)

    assert page.locator("[data-viewed]").count() == 0
