"""A browser that runs no script reads and filters the same figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.board import choose_period, figures, filter_by, open_filter
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("pages")

DASHBOARD = "/dashboards/incident-service/"


@pytest.fixture
def plain(visit: Callable[..., Visitor]) -> Visitor:
    """The member, signed in without script."""
    return visit("member", java_script_enabled=False)


def test_every_figure_is_in_the_page(plain: Visitor, visit: Callable[..., Visitor]) -> None:
    page = plain.go(DASHBOARD)
    with_script = visit("member").go(DASHBOARD)

    assert figures(page) == figures(with_script)
    for tile in page.get_by_role("article").all():
        if tile.locator(".figure__value").count():
            continue
        if tile.locator(".chart").count():
            assert tile.locator(".chart > .sr").inner_text() != ""
            tile.get_by_text("Figures as a table").click()
        assert tile.locator("tbody tr").first.is_visible()
        assert tile.locator("tbody tr td").first.inner_text() != ""


def test_filters_have_a_button(plain: Visitor, visit: Callable[..., Visitor]) -> None:
    page = plain.go(DASHBOARD)
    open_filter(page, "Priority").get_by_label("P1", exact=True).check()
    open_filter(page, "Period").get_by_label("All data", exact=True).check()
    plain.press("Apply")

    with_script = visit("member").go(DASHBOARD)
    before = figures(with_script)
    filter_by(with_script, "Priority", "P1")
    choose_period(with_script, "All data")
    assert figures(page) == figures(with_script) != before
    assert page.get_by_label("P1", exact=True).is_checked()


def test_explanation_is_a_page(plain: Visitor) -> None:
    page = plain.go(f"{DASHBOARD}?priority=P1")
    shown = figures(page)["SLA attainment"]
    tile = page.get_by_role("article", name="SLA attainment", exact=True)
    tile.locator("summary").click()
    plain.follow("Explain this number")

    panel = page.locator(".explain")
    assert panel.locator("h2").inner_text() == "SLA attainment"
    assert panel.locator(".figure__value").inner_text() == shown
    assert "Priority: P1" in panel.inner_text()
    plain.follow("Close")
    assert page.url.endswith("?priority=P1")
