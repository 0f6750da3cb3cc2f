"""Every page that each of the cast can reach: no barrier, no report, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.visitor import SIZES, Theme, Visitor

pytestmark = pytest.mark.xdist_group("pages")

#: each of the cast; who sees most, at both widths and in both themes
LOOKS: list[tuple[str, str, Theme]] = [
    ("owner", "wide", "light"), ("owner", "phone", "dark"),
    ("member", "wide", "dark"), ("member", "phone", "light"), ("colleague", "wide", "light"),
    ("outsider", "phone", "dark"), ("admin", "wide", "dark"), ("", "wide", "light"),
    ("", "phone", "dark"),
]  # fmt: skip


#: the team begins where a version is being validated: there its page has the most to offer
STARTS = ("/dashboards/satisfaction-by-channel/prototype/", "/")


def barriers(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page, size: str) -> list[str]:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    wanted = SIZES[size]["width"]
    return [f"{width} px wide at {wanted}"] if width > wanted else []


def test_decision_at_a_gate_is_free_of_barriers(visit: Callable[..., Visitor]) -> None:
    """Where no owner comes: the rest of what the team sees, its owner walks over below."""
    ace = visit("ace", size="phone")
    page = ace.go("/dashboards/incident-service/gates/6/")

    assert barriers(page) + overflow(page, "phone") == []


@pytest.mark.parametrize(("person", "size", "theme"), LOOKS)
def test_every_page_is_free_of_barriers_and_reports(
    visit: Callable[..., Visitor], person: str, size: str, theme: Theme
) -> None:
    one = visit(person, size=size, theme=theme)
    wrong: dict[str, list[str]] = {}
    for name, _path in one.pages(*(STARTS if person in {"owner", "ace"} else ())):
        found = barriers(one.page) + overflow(one.page, size)
        if one.page.locator("h1").count() != 1:
            found.append("not exactly one h1")
        if found:
            wrong[name] = found

    assert wrong == {}
