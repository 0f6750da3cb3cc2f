"""Many people who look and talk, written past the services: what would take years takes seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_day
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from dashboards.usage.models import ViewEvent
from feedback.models import Comment, Thread
from personas.models import Membership, UserGroup

#: ten comments and ten views for each thread
PEOPLE, COMMENTS, VIEWS, DAYS = 200, 10, 10, 700
AT_ONCE = 2_000
S = Thread.State
#: of ten threads; what the roadmap or a merge would have made is left out
STATES = (S.OPEN, S.ACKNOWLEDGED, *[S.ANSWERED] * 6, S.DECLINED, S.DECLINED)


def filled(dashboard: Dashboard, group: UserGroup, many: int) -> dict[str, tuple[str, str]]:
    """So many threads and what belongs to them; answers the pages that are to be measured."""
    pattern = Thread.objects.filter(dashboard=dashboard).first()
    assert pattern is not None
    fill(dashboard, gather(group), pattern, many)
    return pages(dashboard, pattern.tile_key, pattern)


def pages(dashboard: Dashboard, tile_key: str, thread: Thread) -> dict[str, tuple[str, str]]:
    """What is measured: name → (who asks, where). Another page that has to scale is added here."""
    slug = dashboard.slug
    return {
        "the ACE's inbox": ("owner", reverse("feedback:inbox")),
        "the ACE's home": ("owner", reverse("home:home")),
        "a member's home": ("member", reverse("home:home")),
        "a dashboard": ("member", dashboard.get_absolute_url()),
        "a dashboard's threads": ("member", reverse("feedback:dashboard-threads", args=[slug])),
        "a tile's panel": ("member", reverse("feedback:tile-threads", args=[slug, tile_key])),
        "a thread": ("member", thread.get_absolute_url()),
        "adoption": ("owner", reverse("dashboards:dashboard-adoption", args=[slug])),
        "a review": ("owner", reverse("dashboards:reviews", args=[slug])),
        "search": ("member", reverse("home:search") + "?q=wait"),
        "the portfolio": ("owner", reverse("dashboards:portfolio")),
        "one's own views": ("member", reverse("dashboards:own-views", args=[slug])),
    }


def gather(group: UserGroup, many: int = PEOPLE) -> list[User]:
    """People of the group, for as long as anybody remembers."""
    found = User.objects.bulk_create(
        User(email=f"crowd{n}@example.org", name=f"Person {n}") for n in range(many)
    )
    long_ago = timezone.localdate() - timedelta(days=2 * DAYS)
    Membership.objects.bulk_create(
        Membership(group=group, user=person, valid_from=long_ago) for person in found
    )
    Launch.objects.filter(group=group).update(created_at=timezone.now() - timedelta(days=DAYS))
    return found


def fill(dashboard: Dashboard, people: list[User], pattern: Thread, threads: int) -> None:
    """So many threads like ``pattern`` on the dashboard's tiles, and what belongs to them."""
    version = Version.objects.get(dashboard=dashboard, state=Version.State.RELEASED)
    talk(version, people, pattern, threads)
    look(version, people, threads * VIEWS)


def talk(version: Version, people: list[User], pattern: Thread, many: int) -> None:
    keys = [tile["key"] for tile in version.document["tiles"] if tile["type"] != "text"]
    now = timezone.now()
    for begin in range(0, many, AT_ONCE):
        rows = [
            thread_like(pattern, version, n, people, keys, now)
            for n in range(begin, min(begin + AT_ONCE, many))
        ]
        made = Thread.objects.bulk_create(rows)
        Comment.objects.bulk_create(
            (
                Comment(thread=row, author=people[(row.pk + n) % len(people)], text=f"Yes, {n}.")
                for row in made
                for n in range(COMMENTS)
            ),
            batch_size=AT_ONCE,
        )


def thread_like(
    pattern: Thread, version: Version, n: int, people: list[User], keys: list[str], now: datetime
) -> Thread:
    state = STATES[n % len(STATES)]
    at = now - timedelta(hours=n)
    return Thread(
        dashboard=version.dashboard, version=version, tile_key=keys[n % len(keys)],
        seen=pattern.seen, kind=Thread.Kind.values[n % len(Thread.Kind.values)],
        title=f"Number {n}", text="Can we split it by shift?", author=people[n % len(people)],
        state=state, answered_at=None if state == S.OPEN else at, active_at=at,
    )  # fmt: skip


def look(version: Version, people: list[User], many: int) -> None:
    """Views that count, spread over the people and over two years."""
    now = timezone.now()
    each = max(many // len(people), 1)
    step = timedelta(days=DAYS) / each
    ViewEvent.objects.bulk_create(
        (
            view_at(version, people[n % len(people)], now - (n // len(people) + 1) * step)
            for n in range(many)
        ),
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )


def view_at(version: Version, person: User, at: datetime) -> ViewEvent:
    return ViewEvent(
        user=person, dashboard_id=version.dashboard_id, version=version, opened_at=at, last_at=at,
        half_hour=int(at.timestamp()) // 1800, day=site_day(at), qualified_at=at, seconds=20,
    )  # fmt: skip
