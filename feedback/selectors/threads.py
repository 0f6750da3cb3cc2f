"""Which threads a person may read, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard
from dashboards.content.seen import open_to
from dashboards.content.selectors import discussed
from feedback.models import Comment, Follow, Thread, Vote

State = Thread.State
WAITING = (State.OPEN, State.ACKNOWLEDGED)
UNDER_WAY = (State.PLANNED, State.IN_VERSION)
LATE_DAYS = 5


def threads_for(user: User) -> QuerySet[Thread]:
    """Public ones about what the person may see, and their own; the ACE reads all.

    Of what only pilots may see nobody else reads a word, so that nobody can tell that it is there.
    What was withdrawn or hidden is gone for everybody.
    """
    threads = Thread.objects.filter(removed="").select_related(
        "dashboard",
        "author",
        "owner",
        "version",
        "kpi_version__kpi__question__blueprint",
        "item__dashboard",
        "item__version",
    )
    if user.is_ace:
        return threads
    return threads.filter(discussed(user), Q(private=False) | Q(author=user))


def with_counts(threads: QuerySet[Thread], user: User) -> QuerySet[Thread]:
    """``votes_n``, ``replies_n``, ``voted`` and ``followed`` of each, for this reader."""
    mine = {"thread": OuterRef("pk"), "person": user}
    return threads.annotate(
        votes_n=_number(Vote.objects.all()),
        replies_n=_number(Comment.objects.filter(internal=False)),
        voted=Exists(Vote.objects.filter(**mine)),
        followed=Exists(Follow.objects.filter(**mine)),
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many of a thread's; counted of each by itself, so that no join multiplies wide rows."""
    of_one = rows.filter(thread=OuterRef("pk")).order_by().values("thread")
    counted = of_one.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def thread_for(user: User, pk: int) -> Thread:
    return first_or_404(with_counts(threads_for(user), user).filter(pk=pk))


def seen_by(user: User, thread: Thread) -> dict[str, Any]:
    """The tile as its author saw it, as far as its rows are open to the reader today."""
    return open_to(user, thread.version, thread.tile_key, thread.seen)


def comments_for(user: User, thread: Thread) -> QuerySet[Comment]:
    comments = thread.comments.select_related("author")
    return comments if user.is_ace else comments.filter(internal=False)


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: may the person (still) read the thread that each is about?"""
    wanted = [about["thread"] for about in abouts]
    seen = set(threads_for(person).filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk in seen for pk in wanted]


def readable_inside(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """The same for what only the ACE reads."""
    return readable(person, abouts) if person.is_ace else [False for _about in abouts]


def readable_always(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """What concerns the person's own words, which are gone."""
    return [True for _about in abouts]


def unanswered_for(user: User) -> QuerySet[Thread]:
    """What nobody of the ACE has said a word to; for others nothing waits."""
    rows = threads_for(user).filter(state=State.OPEN, answered_at=None)
    return rows if user.is_ace else rows.none()


def unanswered_by_age(user: User) -> dict[str, int]:
    """How many wait since when, in one query: today, up to 3 days, up to 5, longer."""
    now = timezone.now()
    day, three, late = (now - timedelta(days=days) for days in (1, 3, LATE_DAYS))
    counts: dict[str, int] = (
        unanswered_for(user)
        .order_by()
        .aggregate(
            today=Count("pk", filter=Q(created_at__gt=day)),
            three=Count("pk", filter=Q(created_at__lte=day, created_at__gt=three)),
            five=Count("pk", filter=Q(created_at__lte=three, created_at__gt=late)),
            late=Count("pk", filter=Q(created_at__lte=late)),
        )
    )
    return counts


# Lists -------------------------------------------------------------------------------------------

TABS = ("open", "mine", "unassigned", "planned", "answered", "shipped", "declined", "all")


def tab_of(user: User, name: str, threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """The threads under one heading: what waits is oldest first, the rest newest first."""
    match name:
        case "open":
            rows = threads.filter(state__in=WAITING)
        case "mine" if user.is_ace:
            rows = threads.filter(owner=user, state__in=[*WAITING, *UNDER_WAY])
        case "mine":
            rows = threads.filter(
                Q(author=user) | Q(follows__person=user) | Q(votes__person=user)
            ).distinct()
        case "unassigned":
            rows = threads.filter(owner=None, state__in=WAITING)
        case "planned":
            rows = threads.filter(state__in=UNDER_WAY)
        case "answered":
            rows = threads.filter(state__in=[State.ANSWERED, State.DUPLICATE])
        case "shipped" | "declined":
            rows = threads.filter(state=name)
        case _:
            return threads.order_by("-active_at", "-pk")
    if name in {"open", "unassigned"}:
        return waiting_first(rows)
    return rows.order_by("-active_at", "-pk")


def waiting_first(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Unanswered ones first, the oldest of them on top."""
    return threads.annotate(unanswered=Q(answered_at__isnull=True)).order_by(
        "-unanswered", "created_at", "pk"
    )


def tab_counts(user: User) -> dict[str, int]:
    """How many stand under each heading, in one query."""
    mine = Q(author=user)
    if user.is_ace:
        mine = Q(owner=user, state__in=[*WAITING, *UNDER_WAY])
    counts: dict[str, int] = (
        threads_for(user)
        .order_by()
        .aggregate(
            open=Count("pk", filter=Q(state__in=WAITING)),
            mine=Count("pk", filter=mine),
            unassigned=Count("pk", filter=Q(owner=None, state__in=WAITING)),
            planned=Count("pk", filter=Q(state__in=UNDER_WAY)),
            answered=Count("pk", filter=Q(state__in=[State.ANSWERED, State.DUPLICATE])),
            shipped=Count("pk", filter=Q(state=State.SHIPPED)),
            declined=Count("pk", filter=Q(state=State.DECLINED)),
            all=Count("pk"),
        )
    )
    return counts


def open_by_tile(user: User, dashboard: Dashboard) -> dict[str, int]:
    """How many open threads each tile of a dashboard has, for this reader."""
    rows = threads_for(user).filter(dashboard=dashboard, state__in=[*WAITING, *UNDER_WAY])
    counted = rows.order_by().values("tile_key").annotate(n=Count("pk"))
    return {row["tile_key"]: row["n"] for row in counted}


def told_of(thread: Thread, *, voters: bool = False) -> QuerySet[User]:
    """Author, who takes care of it, followers and, where it is decided, who said “me too”."""
    people = Q(pk__in=[thread.author_id, thread.owner_id]) | Q(
        pk__in=thread.follows.values("person")
    )
    if voters:
        people |= Q(pk__in=thread.votes.values("person"))
    return User.objects.filter(people)


def first_answers(dashboards: Sequence[int]) -> dict[int, datetime]:
    """When the ACE first answered somebody, by dashboard; in one query."""
    rows = Thread.objects.filter(dashboard__in=dashboards, answered_at__isnull=False).order_by()
    return dict(rows.values_list("dashboard").annotate(first=Min("answered_at")))


def voices(dashboards: Sequence[int], begins: datetime, ends: datetime) -> dict[int, int]:
    """How many threads people outside the ACE opened in a stretch, by dashboard; in one query."""
    rows = Thread.objects.filter(
        dashboard__in=dashboards, created_at__gte=begins, created_at__lt=ends, removed="",
        author__is_ace=False,
    )  # fmt: skip
    return dict(rows.order_by().values_list("dashboard").annotate(n=Count("pk")))
