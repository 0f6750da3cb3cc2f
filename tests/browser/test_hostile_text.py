"""What a person types is text wherever it is shown: no script, no report, no link of theirs
(rules 22, 23, 24)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.beginning import PASSWORD, ROOT, beginning
from tests.browser.hostile import CORPUS, MARKDOWN, TEAM, WORST, Api, fill, sign_in
from tests.browser.visitor import Visitor, visitor
from tests.fixtures.stack import Stack, running_stack

pytestmark = pytest.mark.xdist_group("pages")

PEOPLE = {
    "owner": {"is_ace": True, "may_manage_data": True},
    "keeper": {"is_ace": True},
    "member": {},
}
EXPLAINED = ("bar", "line", "table", "t0", "box", "marks", "spread")
#: what a page holds of its own making: handlers, frames, links beyond the portal, a canary
ODD = """
() => {
  const own = location.host, odd = [];
  for (const one of document.querySelectorAll("*")) {
    for (const {name, value} of one.attributes) {
      if (name.startsWith("on")) odd.push(`${one.tagName} has ${name}`);
      if (/^\\s*(javascript|vbscript|data:text)/i.test(value) && /href|src|action/.test(name))
        odd.push(`${one.tagName} ${name}=${value}`);
    }
  }
  for (const one of document.querySelectorAll("iframe, embed, base, meta[http-equiv]"))
    odd.push(one.outerHTML.slice(0, 100));
  // A link in a drawing is one of ours, and stays here like the others.
  for (const one of document.querySelectorAll("a, img[src], form[action]")) {
    if (one.matches("svg a") && !one.matches(".flow__drawing a, .kpi-tree__drawing a"))
      odd.push(one.outerHTML.slice(0, 100));
    const at = one.getAttribute("href") || one.src || one.action;
    if (!at) continue;
    const to = new URL(at, location.href);
    if (to.host !== own && !one.matches(".prose a")) odd.push(one.outerHTML.slice(0, 100));
  }
  if (Object.prototype.polluted !== undefined || window.reports.length) odd.push(...window.reports);
  return odd;
}
"""
LISTEN = """
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.reports.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass
class Place:
    """A portal of its own, full of hostile text, and who is in it."""

    portal: Stack
    slug: str
    api: Api

    def visit(self, browser: Browser, person: str) -> tuple[Visitor, list[str]]:
        """A signed-in browser, and what happened in it that must not."""
        one = visitor(browser, self.portal.url)
        own, bad = urlsplit(self.portal.url).netloc, one.complaints
        one.page.add_init_script(LISTEN)
        one.page.on("dialog", lambda dialog: (bad.append(dialog.message), dialog.dismiss()))
        one.context.on(
            "request",
            lambda asked: (
                urlsplit(asked.url).scheme in {"data", "blob"}
                or urlsplit(asked.url).netloc == own
                or bad.append(asked.url)
            ),
        )
        one.context.on("page", lambda opened: bad.append(f"opened {opened.url}"))
        one.sign_in(f"{person}@example.org", PASSWORD)
        return one, bad


@pytest.fixture(scope="module")
def place(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("hostile")
    with running_stack(folder, redis_database=15, begun=beginning(), ACE_DEMO="0") as portal:
        portal.start()
        add_admin(portal)
        context = browser.new_context()
        admin = sign_in(context.request, portal.url, "admin@example.org", PASSWORD)
        for name, roles in PEOPLE.items():
            admin.post("people/", email=f"{name}@example.org", name=WORST, password=PASSWORD,
                       **roles)  # fmt: skip
        owner = sign_in(context.request, portal.url, "owner@example.org", PASSWORD)
        keeper = sign_in(context.request, portal.url, "keeper@example.org", PASSWORD)
        yield Place(portal, fill(owner, keeper, "member@example.org"), owner)
        context.close()


def add_admin(portal: Stack) -> None:
    """In the portal's own environment, with the secret that it made for itself."""
    subprocess.run(
        [sys.executable, "manage.py", "add_admin", "admin@example.org", WORST],
        cwd=ROOT, env={"ACE_ENV": "embedded", **portal.secrets(), "ACE_ADMIN_PASSWORD": PASSWORD,
                       "PATH": os.environ["PATH"]},
        check=True, capture_output=True,
    )  # fmt: skip


def hover_everywhere(page: Page) -> None:
    """Draw what plotly writes beside the pointer."""
    for chart in page.locator(".js-plotly-plot").all():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box is not None
        for share in (0.3, 0.5, 0.8):
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5)
            page.wait_for_timeout(60)  # plotly draws a label at most every 50 ms


def odd_on(one: Visitor, path: str) -> list[str]:
    one.go(path)
    return odd_here(one, path)


def odd_here(one: Visitor, path: str) -> list[str]:
    """What is on the open page, after a look at its charts and into its menus."""
    page = one.page
    if page.locator("[data-figure], .chart").count():
        page.wait_for_load_state("networkidle")
    hover_everywhere(page)
    for summary in page.locator("main details:not([open]) > summary:visible").all()[:5]:
        summary.click()
        page.keyboard.press("Escape")
    return [f"{path}: {odd}" for odd in page.evaluate(ODD)]


def test_text_is_text_for_the_team(browser: Browser, place: Place) -> None:
    one, bad = place.visit(browser, "owner")
    routes, odd = set(), []
    for name, path in one.pages():
        routes.add(name)
        odd += odd_here(one, path)
    board = f"/dashboards/{place.slug}/"
    more = [
        board, f"{board}?team=%22%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E", f"{board}about/",
        *(f"{board}tiles/{key}/explain/" for key in EXPLAINED),
        "/kpis/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ]  # fmt: skip

    odd += [found for path in more for found in odd_on(one, path)]

    assert (odd, bad) == ([], [])
    assert {"personas:blueprint-detail", "personas:question-detail", "kpis:kpi-detail",
            "kpis:dataset-detail", "dashboards:builder"} <= routes  # fmt: skip
    one.context.close()


def test_text_is_text_for_a_member_and_readable_as_typed(browser: Browser, place: Place) -> None:
    one, bad = place.visit(browser, "member")
    board = f"/dashboards/{place.slug}/"
    odd = [
        found
        for path in ("/", "/dashboards/", board, f"{board}about/", f"{board}tiles/bar/explain/")
        for found in odd_on(one, path)
    ]
    page = one.go(board)

    assert (odd, bad) == ([], [])
    expect(page.get_by_role("heading", level=1)).to_contain_text(WORST)
    said = page.locator("main").inner_text()
    assert [text for text in CORPUS if text not in said] == []
    links = page.locator(".prose a").evaluate_all("all => all.map(a => [a.protocol, a.rel])")
    assert {tuple(link) for link in links} <= {
        (protocol, "noopener noreferrer nofollow") for protocol in ("http:", "https:")
    }
    assert page.locator(".prose").get_by_role("link").all_inner_texts() == ["e", "f", "h"]
    one.context.close()


def test_refused_form_gives_back_text(browser: Browser, place: Place) -> None:
    one, bad = place.visit(browser, "owner")
    one.go("/discover/services/new/")
    one.fill(name=WORST, description=MARKDOWN)
    one.press("Save", exact=False)

    assert one.page.locator("[name=name]").input_value() == WORST
    assert (one.page.evaluate(ODD), bad) == ([], [])
    one.context.close()


def test_preview_of_a_hostile_file_shows_it(browser: Browser, place: Place, tmp_path: Any) -> None:
    one, bad = place.visit(browser, "owner")
    file = tmp_path / "hostile.csv"
    header = TEAM.replace('"', '""')
    file.write_text(f'"{header}",n\n01/02/2026,<svg onload=alert(1)>\n03/04/2026,x\n')
    one.go("/kpis/datasets/new/")
    one.fill(file=file)
    one.press("Look at the file")

    assert (one.page.evaluate(ODD), bad) == ([], [])
    expect(one.page.locator("#columns")).to_contain_text(TEAM)
    expect(one.page.locator("#question")).to_contain_text(f"Column “{TEAM}”: do the dates begin")
    one.context.close()


def test_pages_of_the_api_obey_the_policy(browser: Browser, place: Place) -> None:
    one, bad = place.visit(browser, "owner")
    page = one.go("/api/v1/docs/")
    expect(page.locator(".opblock").first).to_be_visible()
    page.locator(".opblock-summary").first.click()
    page.wait_for_load_state("networkidle")

    assert (page.evaluate("window.reports"), bad) == ([], [])
    one.context.close()
