"""Every page that each of the cast can reach: no barrier, no report, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.barriers import OF_THE_LOOK, barriers
from tests.browser.visitor import SIZES, Look, Visitor

pytestmark = pytest.mark.xdist_group("pages")

#: each of the cast; who sees most, at both widths and in both themes
LOOKS: dict[str, list[Look]] = {
    "owner": [("wide", "light"), ("phone", "dark")],
    "member": [("wide", "dark"), ("phone", "light")],
    "colleague": [("wide", "light")],
    "outsider": [("phone", "dark")],
    "admin": [("wide", "dark")],
    "": [("wide", "light"), ("phone", "dark")],
}

#: the team begins where a version is being validated: there its page has the most to offer
STARTS = ("/dashboards/satisfaction-by-channel/prototype/", "/")


def overflow(page: Page, size: str) -> list[str]:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    wanted = SIZES[size]["width"]
    return [f"{width} px wide at {wanted}"] if width > wanted else []


def test_decision_at_a_gate_is_free_of_barriers(visit: Callable[..., Visitor]) -> None:
    """Where no owner comes: the rest of what the team sees, its owner walks over below."""
    ace = visit("ace", size="phone")
    page = ace.go("/dashboards/incident-service/gates/6/")

    assert barriers(page) + overflow(page, "phone") == []


@pytest.mark.parametrize("person", LOOKS)
def test_every_page_is_free_of_barriers_and_reports(
    visit: Callable[..., Visitor], person: str
) -> None:
    """A page opens in one look and turns to the others; the next page opens in another.

    All rules hold in the look in which it opens, in the others those that it may change.
    """
    looks = LOOKS[person]
    one = visit(person)
    one.turn(*looks[0])
    wrong: dict[str, list[str]] = {}
    for name, _path in one.pages(*(STARTS if person == "owner" else ())):
        if one.page.locator("h1").count() != 1:
            wrong[name] = ["not exactly one h1"]
        for look in looks:
            one.turn(*look)
            rules = OF_THE_LOOK if look != looks[0] else ()
            wrong[f"{name} {look}"] = barriers(one.page, *rules) + overflow(one.page, look[0])
        looks = looks[::-1]

    assert {name: found for name, found in wrong.items() if found} == {}
