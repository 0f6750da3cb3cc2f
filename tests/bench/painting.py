"""A page of eight charts in a browser, against a static page with the same figures.

Every chart lies inside a tall window, so none waits to be scrolled to. Both pages are visited in
turns: with an empty profile, then in one that knows them (with V8's compiled code, which only a
profile on disk keeps).
"""

from __future__ import annotations

import itertools
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, ViewportSize, sync_playwright

from tests.bench import floor, million
from tests.bench.portal import Portal
from tests.bench.rows import Row, against, at_most
from tests.fixtures.stack import PASSWORD
from tests.waiting import wait_until

WINDOW: ViewportSize = {"width": 1440, "height": 4200}
CHARTS = len(million.TILES)
COLD, WARM, CHANGES = 7, 9, 9

#: notes when each chart was drawn; performance.now() counts from the start of the visit
WATCH = """
window.__drawn = [];
new MutationObserver((seen) => {
  for (const _one of seen) window.__drawn.push(performance.now());
}).observe(document, {attributeFilter: ["data-drawn"], subtree: true});
"""
FIGURES = """
[...document.querySelectorAll(".chart__plot")].map(({data, layout}) => ({data, layout}))
"""
#: ticks boxes as a reader would, but in one go: the names and values that are to be ticked
TICK = """(wanted) => {
  const boxes = [...document.querySelectorAll("[data-filters] [type=checkbox]")];
  for (const box of boxes) box.checked = wanted.includes(`${box.name}=${box.value}`);
  window.__drawn = [];
  window.__began = performance.now();
  boxes[0].dispatchEvent(new Event("change", {bubbles: true}));
}"""
REDRAW = """() => {
  window.__drawn = [];
  window.__began = performance.now();
  window.redraw();
}"""

Cookies = list[Any]


def rows(portal: Portal) -> Iterator[Row]:
    with sync_playwright() as playwright:
        cookies = signed_in(playwright, portal)
        figures, others = figures_of(playwright, portal, cookies)
        bundle = next(portal.static.glob("vendor/plotly.min.*.js.br")).read_bytes()
        with floor.served(floor.files(bundle, figures, others)) as static:
            yield from cold(playwright, portal.page, static, cookies)
            with profile(playwright, cookies) as context:
                yield warm(context, portal.page, static)
                yield change(context, portal.page, static)


def signed_in(playwright: Playwright, portal: Portal) -> Cookies:
    with profile(playwright, []) as context:
        page = context.new_page()
        page.goto(f"{portal.stack.url}/account/sign-in/")
        page.get_by_label("Email").fill("owner@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "sign-in" not in url)
        return list(context.cookies())


def figures_of(
    playwright: Playwright, portal: Portal, cookies: Cookies
) -> tuple[list[Any], list[Any]]:
    """The figures as they were drawn, with all rows and with some: the floor draws the same."""
    with profile(playwright, cookies) as context:
        found = []
        for query in ("", "?priority=P1&category=Access"):
            page = context.new_page()
            visit(page, portal.page + query)
            found.append(page.evaluate(FIGURES))
            page.close()
    return found[0], found[1]


def cold(
    playwright: Playwright, url: str, static: str, cookies: Cookies
) -> Iterator[Row]:  # fmt: skip
    ours, least = [], []
    for _turn in range(COLD):
        for taken, address in ((ours, url), (least, static)):
            with profile(playwright, cookies) as context:
                taken.append(visit(context.new_page(), address))
    yield painted("cold visit until all is drawn", ours, least)
    with profile(playwright, cookies) as context:
        size, requests = weight(context, url)
    yield at_most("bytes of a cold visit", size / 1000, "kB", 600)
    yield at_most("requests of a cold visit", requests, "requests", 15)


def warm(context: BrowserContext, url: str, static: str) -> Row:
    ours, least = [], []
    for turn in range(WARM + 3):
        for taken, address in ((ours, url), (least, static)):
            page = context.new_page()
            milliseconds = visit(page, address)
            page.close()
            if turn >= 3:
                taken.append(milliseconds)
    return painted("warm visit until all is drawn", ours, least)


def painted(name: str, ours: list[float], least: list[float]) -> Row:
    return against(name, statistics.median(ours), "ms", statistics.median(least), times=1.3)


def change(context: BrowserContext, url: str, static: str) -> Row:
    """A filter that nobody chose before, against drawing the same without a server."""
    page, plain = context.new_page(), context.new_page()
    visit(page, url)
    visit(plain, static)
    ours, least = [], []
    pairs = itertools.product(million.PRIORITIES[1:], million.CATEGORIES[1:])
    for priority, category in itertools.islice(pairs, CHANGES):
        page.bring_to_front()
        page.evaluate(TICK, [f"priority={priority}", f"category={category}"])
        ours.append(drawn(page, since="window.__began"))
        plain.bring_to_front()
        plain.evaluate(REDRAW)
        least.append(drawn(plain, since="window.__began"))
    return against(
        "filter changed, not cached, until redrawn", statistics.median(ours), "ms",
        statistics.median(least), more=120,
    )  # fmt: skip


def visit(page: Page, url: str) -> float:
    page.add_init_script(WATCH)
    page.goto(url, wait_until="commit")
    return drawn(page)


def drawn(page: Page, since: str = "0") -> float:
    """When the last chart was drawn; asked from outside, as the policy forbids ``eval``."""
    wait_until(
        lambda: page.evaluate("(window.__drawn ?? []).length") >= CHARTS,
        f"the last of {CHARTS} charts on {page.url}",
        every=0.05,
    )
    return float(page.evaluate(f"window.__drawn[{CHARTS - 1}] - ({since})"))


def weight(context: BrowserContext, url: str) -> tuple[float, int]:
    """Bytes over the wire and requests."""
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    sizes: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visit(page, url)
    page.wait_for_load_state("networkidle")
    return sum(sizes), len(sizes)


@contextmanager
def profile(playwright: Playwright, cookies: Cookies) -> Iterator[BrowserContext]:
    """A browser with a profile on disk that knows nothing but who is signed in."""
    with tempfile.TemporaryDirectory(prefix="ace-bench-profile-") as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"],
            viewport=WINDOW,
        )  # fmt: skip
        context.add_cookies(cookies)
        try:
            yield context
        finally:
            context.close()
