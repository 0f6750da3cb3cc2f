"""One of the cast in a real browser: signs in, walks through the portal, notices what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from playwright.sync_api import Error as PlaywrightError

Theme = Literal["light", "dark"]
Look = tuple[str, Theme]
SIZES: dict[str, ViewportSize] = {
    "wide": {"width": 1440, "height": 1000},
    "phone": {"width": 390, "height": 844},
}

#: what a browser writes for a page that answers 404 or 422; the test knows of it
UNUSED = "was preloaded using link preload but not used"
EXPECTED = ("Failed to load resource: the server responded with a status of 4",)


@dataclass
class Visitor:
    """A browser context of its own on a running portal."""

    context: BrowserContext
    base_url: str
    page: Page
    complaints: list[str] = field(default_factory=list)
    scripted: bool = True

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self._lost(request.url, request.failure))

    def _hear(self, kind: str, text: str) -> None:
        idle = UNUSED in text  # only where no script runs, or a page is left before it is drawn
        if kind in {"error", "warning"} and not text.startswith(EXPECTED) and not idle:
            self.complaints.append(f"{self.page.url}: {text}")

    def _lost(self, url: str, why: str | None) -> None:
        """A request that a navigation cuts off is no failure."""
        if why == "csp" and not self.scripted:  # Chromium's word for a script it may not fetch
            return
        if why != "net::ERR_ABORTED":
            self.complaints.append(f"{url}: {why}")

    def go(self, path: str) -> Page:
        self.page.goto(urljoin(self.base_url, path))
        return self.page

    def turn(self, size: str, theme: Theme) -> None:
        """Show this page, and those that follow, at another width or in another theme."""
        self.page.set_viewport_size(SIZES[size])
        self.page.emulate_media(color_scheme=theme)

    def sign_in(self, email: str, password: str) -> None:
        page = self.go("/account/sign-in/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "sign-in" not in url)

    def press(self, name: str, *, exact: bool = True) -> None:
        """A button that leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=exact).first.click()

    def follow(self, name: str, *, within: str = "main", exact: bool = True) -> None:
        """A link by its words."""
        with self.page.expect_navigation():
            links = self.page.locator(within).get_by_role("link", name=name, exact=exact)
            links.first.click()

    def fill(self, **answers: Any) -> None:
        """Answer a form's fields by their names, each as its kind wants it.

        A text goes into a box, chooses in a list by its label, or chooses a radio button by its
        value; a list ticks boxes; True and False tick one.
        """
        for name, answer in answers.items():
            fields = self.page.locator(f'main [name="{name}"]:not([type=hidden])')
            kind = fields.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
            if isinstance(answer, Path):
                fields.set_input_files(answer)
            elif isinstance(answer, bool):
                fields.set_checked(answer)
            elif kind in {"radio", "checkbox"}:
                for value in [answer] if isinstance(answer, str) else answer:
                    self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif kind == "select":
                fields.select_option(answer)
            else:
                fields.fill(str(answer))

    def status(self, path: str) -> int:
        """What the address answers to this person."""
        answer = self.page.goto(urljoin(self.base_url, path))
        assert answer is not None
        return answer.status

    def links(self) -> list[str]:
        """The paths of this site that the page leads to."""
        absolute = "all => all.map(a => new URL(a.getAttribute('href'), document.baseURI).href)"
        hrefs: list[str] = self.page.eval_on_selector_all("a[href]", absolute)  # a drawing's, too
        own = urlsplit(self.base_url).netloc
        return [
            f"{parts.path}?{parts.query}" if parts.query else parts.path
            for href in dict.fromkeys(hrefs)
            if (parts := urlsplit(href)).netloc == own
        ]

    def pages(self, *starts: str) -> Iterator[tuple[str, str]]:
        """Walk over every link, one page a route: (route's name, path); the page is open.

        A route is seen where the walk meets it first, so ``starts`` come in the order that counts.
        """
        waiting, seen = list(starts or ("/",)), set()
        while waiting:
            path = waiting.pop(0)
            name = route_name(path)
            if name is None or name in seen:
                continue
            seen.add(name)
            try:
                status = self.status(path)
            except PlaywrightError as error:
                if "Download is starting" in str(error):  # a file, no page
                    continue
                raise
            if status >= 400:
                self.complaints.append(f"a link leads to {path}: {status}")
            waiting += self.links()
            yield name, path


def route_name(path: str) -> str | None:
    """The route of a path; None for files, the API's own pages and what is not ours."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    name = match.view_name
    return None if name.startswith("api:") else name


@contextmanager
def visitors(browser: Browser, base_url: str, password: str) -> Iterator[Callable[..., Visitor]]:
    """Opens browsers for the demo's people; in the end none of them may have complained."""
    opened: list[Visitor] = []

    def open_for(
        person: str, *, size: str = "wide", theme: Theme = "light", **options: Any
    ) -> Visitor:
        one = visitor(browser, base_url, size, theme, **options)
        opened.append(one)
        if person:
            one.sign_in(f"{person}@demo.example", password)
        return one

    yield open_for
    complaints = [complaint for one in opened for complaint in one.complaints]
    for one in opened:
        one.context.close()
    assert complaints == []


def visitor(
    browser: Browser, base_url: str, size: str = "wide", theme: Theme = "light", **options: Any
) -> Visitor:
    context = browser.new_context(
        viewport=SIZES[size],
        color_scheme=theme,
        reduced_motion="reduce",
        timezone_id="Europe/Berlin",
        **options,
    )
    context.set_default_timeout(20_000)
    scripted = bool(options.get("java_script_enabled", True))
    return Visitor(context, base_url, context.new_page(), scripted=scripted)
