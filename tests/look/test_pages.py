"""What a reader's browser makes of the pages: no report, no overflow, no barrier, and they work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.browser.barriers import OF_THE_LOOK, barriers
from tests.browser.started import started
from tests.browser.visitor import Theme
from tests.look.pages import HOSTILE, PAGES
from tests.look.server import Gallery

WHOLE_PAGES = sorted(set(PAGES) - {"explain"})
DRAWN = ".chart__plot[data-drawn]"
CHARTS = 4
LIBRARY = "script[src$='plotly.min.js']"
THEMES: tuple[Theme, ...] = ("light", "dark")


def drawn(page: Page) -> None:
    """Wait until every chart is drawn, also those under the fold."""
    page.set_viewport_size({**(page.viewport_size or {"width": 1440}), "height": 3400})
    expect(page.locator(DRAWN)).to_have_count(CHARTS)


@pytest.mark.parametrize("name", WHOLE_PAGES)
def test_page_has_no_barrier_and_fits(gallery: Gallery, page: Page, name: str) -> None:
    page.goto(gallery.url(name))
    if name == "dashboard":
        drawn(page)

    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main")).to_have_count(1)
    assert page.title().endswith(" · ACE Portal")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert barriers(page, *(OF_THE_LOOK if theme != THEMES[0] else ())) == [], theme
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator("html")).to_have_js_property("scrollWidth", width)


def test_page_asks_no_other_host(gallery: Gallery, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(gallery.url("dashboard"))
    drawn(page)

    assert [url for url in asked if not url.startswith(gallery.url())] == []
    assert len(asked) <= 15


def test_chart_labels_are_text(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("dashboard"))
    drawn(page)

    expect(page.locator("#chart-lines a")).to_have_count(0)
    expect(page.locator("#chart-lines")).to_contain_text(HOSTILE[:15])
    expect(page.locator("#chart-lines")).to_contain_text("__proto__")


def test_charts_take_the_colours_of_the_theme(gallery: Gallery, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(gallery.url("dashboard"))
    drawn(page)
    line = page.locator("#chart-trend .scatterlayer path.js-line").first
    light = line.evaluate("line => getComputedStyle(line).stroke")

    page.emulate_media(color_scheme="dark")

    expect(line).not_to_have_css("stroke", light)
    expect(line).to_have_css("stroke", "rgb(143, 165, 255)")


def test_phone_reads_the_library_when_its_reader_goes_on_to_the_charts(
    gallery: Gallery, page: Page
) -> None:
    """Reading it halts a phone for a moment; on a wide page charts are in sight at once."""
    page.set_viewport_size({"width": 390, "height": 400})
    page.goto(gallery.url("dashboard"))
    expect(page.locator("link[rel=prefetch][href$='plotly.min.js']")).to_have_count(1)
    expect(page.locator(LIBRARY)).to_have_count(0)

    page.mouse.wheel(0, 40)

    expect(page.locator(LIBRARY)).to_have_count(1)
    drawn(page)


def test_wide_page_reads_the_library_at_once(gallery: Gallery, page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 300})
    page.goto(gallery.url("dashboard"))

    expect(page.locator(LIBRARY)).to_have_count(1)
    expect(page.locator("link[rel=prefetch]")).to_have_count(0)


def test_chart_that_cannot_be_drawn_shows_its_table(gallery: Gallery, page: Page) -> None:
    page.route("**/plotly.min.js", lambda route: route.abort())
    page.goto(gallery.url("dashboard"))

    table = page.locator("[data-chart=trend]").get_by_role("cell", name="10.6 h").first
    expect(table).to_be_visible()
    assert page.complaints != []
    page.complaints.clear()


def test_theme_is_shown_at_once_and_kept(gallery: Gallery, page: Page) -> None:
    kept: list[str | None] = []

    def keep(route: Route) -> None:
        kept.append(route.request.post_data)
        route.fulfill(status=204)

    page.route("**/theme", keep)
    page.goto(gallery.url("home"))
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
        '<form data-theme-form method="post" action="/theme">'
        + '<button name="theme" value="dark" aria-pressed="false">Dark</button></form>')"""
    )
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_css("background-color", "rgb(15, 18, 23)")
    assert [body is not None and 'name="theme"' in body for body in kept] == [True]


@pytest.mark.parametrize("failing", ["refused", "lost", "redirected"])
def test_theme_that_was_not_kept_goes_as_a_form(gallery: Gallery, page: Page, failing: str) -> None:
    """So the reader sees why, or signs in."""
    sent: list[str | None] = []

    def refuse(route: Route) -> None:
        if route.request.is_navigation_request():
            sent.append(route.request.post_data)
            route.fulfill(status=200, content_type="text/html", body="<h1>Sign in</h1>")
        elif failing == "lost":
            route.abort()
        elif failing == "redirected":
            route.fulfill(status=302, headers={"location": gallery.url("home")})
        else:
            route.fulfill(status=403)

    page.route("**/theme", refuse)
    page.goto(gallery.url("home"))
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
        '<form data-theme-form method="post" action="/theme">'
        + '<button name="theme" value="dark" aria-pressed="false">Dark</button></form>')"""
    )
    page.get_by_role("button", name="Dark").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert sent == ["theme=dark"]
    page.complaints.clear()


def test_filter_redraws_the_board_in_place(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("dashboard"))
    drawn(page)
    page.evaluate("document.querySelector('#chart-trend').mark = 'kept'")

    page.get_by_text("Resolver group All").click()
    page.locator(".check__text", has_text="Identity").click()

    expect(page.locator(".figure__value").first).to_contain_text("5.7")
    expect(page.locator("[data-filter=choice] [data-filter-shown]")).to_have_text("Identity")
    expect(page.get_by_role("checkbox", name="Identity")).to_be_visible()
    expect(page.locator("#chart-trend")).to_contain_text("5.1 h")
    assert page.url == gallery.url("dashboard", "period=4w&group=1")
    assert page.evaluate("document.querySelector('#chart-trend').mark") == "kept"


def test_filter_with_own_dates_waits_for_both(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("dashboard"))
    page.locator("[data-filter=range] summary").click()

    page.get_by_label("From", exact=True).fill("2026-10-01")
    assert page.url == gallery.url("dashboard")
    page.get_by_label("To", exact=True).fill("2026-10-31")
    page.get_by_label("To", exact=True).blur()

    page.wait_for_url(gallery.url("dashboard", "period=own&from=2026-10-01&to=2026-10-31"))


def test_filter_works_without_script(gallery: Gallery, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(gallery.url("dashboard"))

    plain.get_by_text("Resolver group All").click()
    plain.get_by_role("checkbox", name="Identity").check()
    plain.get_by_role("button", name="Apply").click()

    expect(plain.locator(".figure__value").first).to_contain_text("5.7")
    expect(plain.locator(".chart__toggle")).to_have_count(CHARTS)
    context.close()


def test_explanation_opens_beside_the_board_and_gives_the_focus_back(
    gallery: Gallery, page: Page
) -> None:
    page.goto(gallery.url("dashboard"))
    started(page, "panel")
    opener = page.locator("summary", has_text="Time to resolve, median")
    opener.first.click()
    page.get_by_role("link", name="Explain this number").first.click()

    expect(page.locator("#panel .panel__title")).to_be_focused()
    assert page.url == gallery.url("dashboard")
    page.keyboard.press("Escape")

    expect(page.locator("#panel")).to_be_hidden()
    expect(opener.first).to_be_focused()


@pytest.mark.parametrize("failing", ["refused", "lost"])
def test_explanation_that_does_not_come_is_followed_to_its_page(
    gallery: Gallery, page: Page, failing: str
) -> None:
    def refuse(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(status=403, content_type="text/html", body="<h1>Not for you</h1>")
        elif failing == "lost":
            route.abort()
        else:
            route.fulfill(status=403)

    page.goto(gallery.url("dashboard"))
    started(page, "panel")
    opener = page.locator("summary", has_text="Time to resolve, median").first
    opener.click()
    link = page.get_by_role("link", name="Explain this number").first
    page.route(f"**{link.get_attribute('href')}*", refuse)
    page.evaluate("""new MutationObserver((seen) => seen.forEach((one) =>
        sessionStorage.busy = String(one.target.getAttribute("aria-busy"))))
        .observe(document.getElementById("panel"), { attributeFilter: ["aria-busy"] })""")
    link.click()

    expect(page.get_by_role("heading", name="Not for you")).to_be_visible()
    assert page.evaluate("sessionStorage.busy") == "null"
    page.complaints.clear()


def test_menu_is_worked_by_keys(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("dashboard"))
    opener = page.locator("summary", has_text="Time to resolve, median").first
    opener.focus()

    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Explain this number").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Comment").first).to_be_focused()
    page.keyboard.press("Escape")

    expect(opener).to_be_focused()
    expect(page.locator("details[name=pop][open]")).to_have_count(0)


def test_menu_closes_when_the_reader_goes_on(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("dashboard"))
    page.locator("summary", has_text="Time to resolve, median").first.click()

    page.locator("h1").click()

    expect(page.locator("details[name=pop][open]")).to_have_count(0)


def test_phone_reaches_every_page_of_the_rail(gallery: Gallery, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(gallery.url("dashboard"))

    page.locator(".rail__more summary").click()

    for name in ("Lessons", "Discover", "KPIs", "Portfolio", "Reports"):
        expect(page.locator(".rail__sheet").get_by_role("link", name=name)).to_be_in_viewport()


def test_phone_shows_the_whole_filter(gallery: Gallery, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(gallery.url("dashboard"))

    page.get_by_text("Resolver group All").click()

    expect(page.get_by_role("checkbox", name="Service desk")).to_be_in_viewport(ratio=1)
    page.get_by_role("checkbox", name="Service desk").check()
    page.wait_for_url(gallery.url("dashboard", "period=4w&group=5"))


def test_form_puts_what_is_wrong_first(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("form"))

    expect(page.locator(".form__errors")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Monday figures")
    wrong = page.get_by_label("To whom")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(
        "Anyone can leave with one click. Enter a valid email address."
    )
    page.locator(".form__errors").get_by_role("link", name="To whom").click()
    expect(wrong).to_be_focused()


def test_upload_shows_the_chosen_file(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("form"))
    started(page, "upload")

    file: FilePayload = {"name": "tickets.csv", "mimeType": "text/csv", "buffer": b"a,b\n" * 50_000}
    page.locator("[data-upload] input").set_input_files(file)

    expect(page.locator("[data-upload-name]")).to_have_text("tickets.csv, 0.2 MB")


def test_message_can_be_dismissed(gallery: Gallery, page: Page) -> None:
    page.goto(gallery.url("parts"))

    page.get_by_role("button", name="Dismiss").first.click()

    expect(page.locator(".message")).to_have_count(2)


def test_refused_inline_script_would_be_noticed(gallery: Gallery, page: Page) -> None:
    def with_script(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text() + "<script>alert(1)</script>")

    page.route("**/parts", with_script)
    page.goto(gallery.url("parts"))

    assert len(page.complaints) == 1
    assert "Content Security Policy" in page.complaints[0]
    page.complaints.clear()
