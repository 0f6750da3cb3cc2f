"""From a comment on a chart back to a better dashboard, by five people with their own rights.

The way up to the launch, through seven gates over the incident log, is the fixture's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.board import entitle, figures
from tests.browser.journey import Told
from tests.browser.trial import Cast
from tests.browser.visitor import Visitor
from tests.fixtures.mailbox import Sink
from tests.fixtures.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("journey")

STRIP = "Thread: from step to release"
ASKED = "Can the titles say it shorter?"


def test_whole_thread_from_a_comment_to_the_figure_measured_again(
    told: Told, visit: Callable[..., Visitor], stack: Stack, post_office: Sink
) -> None:
    cast = Cast(*(visit(name) for name in ("owner", "ace", "member", "sam")))
    for reader in (cast.member, cast.mate):
        mails_at_once(reader)
    thread = comment(cast, told.path)
    booking = book_from_the_tile(cast, told.path)
    session = ask_anything(cast)
    answer_with_a_version(cast, told.path, thread)
    notice_and_pulse(cast, told.path, stack)
    measured_again(cast.owner, told.path)
    mails(post_office)
    walk_the_strip(cast.owner, told.path, whole=True)
    walk_the_strip(cast.member, told.path, whole=False)
    outsider_learns_nothing(visit("outsider"), told.path, thread, booking)
    assert cast.member.status(session) == 200


def path_of(visitor: Visitor) -> str:
    return urlsplit(visitor.page.url).path


def mails_at_once(reader: Visitor) -> None:
    reader.go("/notifications/settings/")
    reader.fill(mail="immediate")
    reader.press("Save")


def tile_of(visitor: Visitor) -> Locator:
    """The number that the talk is about."""
    board = visitor.page.locator("#board .tile")
    return board.filter(has=visitor.page.get_by_text("SLA met", exact=True)).first


def comment(cast: Cast, path: str) -> str:
    """One of the group says something on a tile, another wants it, too, the ACE answers."""
    page = cast.member.go(path)
    page.locator("#busy").wait_for(state="attached")
    tile_of(cast.member).locator(".tile__talk").click()
    panel = page.locator("#panel")
    panel.get_by_label("Idea", exact=True).check()
    panel.get_by_label("What do you want to say?").fill(ASKED)
    with page.expect_navigation():
        panel.get_by_role("button", name="Say it").click()
    thread = path_of(cast.member)
    cast.mate.go(thread)
    cast.mate.press("Me too", exact=False)
    cast.owner.go(thread)
    expect(cast.owner.page.locator("main")).to_contain_text("1 other wants this")
    cast.owner.page.get_by_label("Reply", exact=True).and_(
        cast.owner.page.locator("textarea")
    ).fill("We will, with the next version.")
    cast.owner.press("Reply")
    return thread


def book_from_the_tile(cast: Cast, path: str) -> str:
    page = cast.member.go(path)
    tile_of(cast.member).locator("summary").first.click()
    with page.expect_navigation():
        page.get_by_role("link", name="Book a session", exact=False).first.click()
    cast.member.fill(topic="Which of them miss it?")
    cast.member.press("Book this time")
    expect(page.locator("main")).to_contain_text("SLA met")
    return path_of(cast.member)


def ask_anything(cast: Cast) -> str:
    """An announced session; what is asked and not answered becomes a thread of somebody's."""
    owner, begins = cast.owner, datetime.now(UTC) + timedelta(hours=5)
    owner.go("/sessions/ama/new/")
    owner.fill(
        title="Ask about the desk", starts_at=begins.strftime("%Y-%m-%d %H:%M"),
        ends_at=(begins + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"),
        dashboard="Incidents of the desk",
    )  # fmt: skip
    owner.press("Save")
    owner.press("Publish")
    session = path_of(owner)
    cast.member.go(session)
    cast.member.fill(text="Do the nights count?")
    cast.member.press("Ask it")
    cast.mate.go(session)
    question = cast.mate.page.locator(".ask", has_text="Do the nights count?")
    question.get_by_role("button").first.click()
    question.get_by_role("button", pressed=True).wait_for()
    owner.go(session)
    owner.press("Go live")
    owner.follow("Close")
    owner.press("Close", exact=False)
    expect(owner.page.locator("#deferred")).to_contain_text("Goes on as feedback")
    return session


def answer_with_a_version(cast: Cast, path: str, thread: str) -> None:
    """Thread → roadmap item → draft → release with notes that name what was asked."""
    owner = cast.owner
    owner.go(path)
    owner.press("New version")
    entitle(owner.page, "SLA met", "Kept")
    owner.go(f"{thread}plan/")
    owner.fill(title="Shorter titles", state="now")
    owner.page.locator("main form button.button--primary").click()
    owner.page.wait_for_load_state()
    owner.go(f"{path}roadmap/")
    owner.press("Put into the draft")
    owner.go(f"{path}builder/")
    owner.follow("Release")
    expect(owner.page.locator("[name=notes]")).to_have_value(re.compile(f"You said “{ASKED[:20]}"))
    owner.press("Release")
    cast.member.go(thread)
    expect(cast.member.page.locator("main")).to_contain_text("Shipped")
    assert "Kept" in figures(cast.member.go(path))


def notice_and_pulse(cast: Cast, path: str, stack: Stack) -> None:
    cast.mate.go("/notifications/")
    expect(cast.mate.page.locator("main")).to_contain_text("is out")
    stack.call("feedback.ask_pulses")
    home = cast.member.go("/")
    wait_until(
        lambda: cast.member.go("/").get_by_text("Did it give you what you asked for?").count(),
        "the question",
    )
    with home.expect_navigation():
        home.locator("main a[href*='/feedback/pulses/']").first.click()
    cast.member.fill(choice="3")
    cast.member.press("Answer")
    cast.owner.go(f"{path}roadmap/")
    pulse = cast.owner.page.locator("#pulses")
    expect(pulse).to_contain_text("1 yes, 0 partly, 0 no; under five answers")
    expect(pulse).to_contain_text("SLA met")


def measured_again(owner: Visitor, path: str) -> None:
    owner.go(path)
    station(owner, "KPI")
    attempts = owner.page.locator("#refreshes tbody tr")
    before = attempts.count()
    owner.press("Refresh")
    wait_until(lambda: owner.page.reload() and attempts.count() > before, "the refresh")
    expect(attempts.first).to_contain_text("Done")


def mails(post_office: Sink) -> None:
    """To those who asked, once each, with one click out; the invitation carries a calendar."""

    def to(person: str) -> list[str]:
        return [mail["Subject"] for mail in post_office.taken if person in mail["To"]]

    for person in ("member@", "sam@"):
        wait_until(lambda person=person: any("is out" in line for line in to(person)), person)
    ids = [mail["Message-ID"] for mail in post_office.taken]
    assert len(ids) == len(set(ids))
    assert to("outsider@") == []
    invited = [mail for mail in post_office.taken if mail.get_body(("calendar",)) is not None]
    assert any("member@" in mail["To"] for mail in invited)


def station(visitor: Visitor, kind: str) -> str:
    """Go to a station of the thread; answers its path."""
    strip = visitor.page.get_by_role("navigation", name=STRIP)
    with visitor.page.expect_navigation():
        strip.locator("a").filter(has=visitor.page.get_by_text(kind, exact=True)).first.click()
    return path_of(visitor)


def walk_the_strip(visitor: Visitor, path: str, *, whole: bool) -> None:
    """Down from the step to the release and up again, each station the same both ways."""
    kinds = ["Feedback", "Dashboard", "KPI", "Question", "Persona", "Step"]
    visitor.go(path)
    up = [station(visitor, kind) for kind in kinds]
    down = [station(visitor, kind) for kind in reversed(kinds[:-1])]

    assert down == list(reversed(up[:-1]))
    assert up[1] == path
    assert whole or visitor.page.get_by_role("link", name="Gates").count() == 0


def outsider_learns_nothing(outsider: Visitor, *paths: str) -> None:
    for path in paths:
        assert outsider.status(path) == 404, path
    for page in ("/", "/dashboards/", "/feedback/", "/kpis/", "/notifications/"):
        text = outsider.go(page).locator("main").inner_text()
        assert ASKED not in text
        assert "Incidents of the desk" not in text
    outsider.go("/search/?q=Incidents+of+the+desk")
    expect(outsider.page.locator("main")).to_contain_text("Nothing found")
