"""How far a dashboard is used by the people that it is open to, by group and in total.

Who was in a group on any day of a window while the dashboard was open to it is one of its members;
a view counts for a group if the person was a member on that day. The work grows with the people,
not with the views: of each only the first and the last that count are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import DateField, DateTimeField, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from ace_portal.accounts.models import User
from ace_portal.lib.days import midnight, site_day
from ace_portal.lib.registries import dashboard_voices
from dashboards.content.models import Dashboard
from dashboards.lifecycle.models import Launch
from dashboards.usage.arithmetic import MASKED, Counts, Spell, Summary, period_by, summarise
from dashboards.usage.models import ViewEvent
from dashboards.usage.windows import Window, last_days, since
from personas.models import UserGroup

MEMBER = "group__memberships"
DROP = 0.1  # of all members: so much less reach than in the stretch before is a drop


@dataclass(frozen=True)
class GroupLine:
    name: str
    url: str
    counts: Counts


@dataclass(frozen=True)
class Adoption:
    """The figures of one dashboard over one window."""

    window: Window
    total: Counts = field(default_factory=Counts)
    groups: list[GroupLine] = field(default_factory=list)
    voices: int | None = None  # threads that people outside the ACE have opened

    @property
    def open(self) -> bool:
        """Whether anybody could look."""
        return bool(self.groups)

    @property
    def said(self) -> float | None:
        """Threads a viewer."""
        if self.voices is None or self.total.masked or not self.total.viewers:
            return None
        return self.voices / self.total.viewers


def launched_on(dashboards: Iterable[Dashboard]) -> dict[int, date]:
    """The day of each dashboard's first launch, where there was one."""
    rows = Launch.objects.filter(dashboard__in=[row.pk for row in dashboards]).order_by()
    found = rows.values_list("dashboard").annotate(first=Min("created_at"))
    return {pk: site_day(first) for pk, first in found}


def adoption_of(dashboard: Dashboard, window: Window | None = None) -> Adoption:
    """Over the last thirty days unless said otherwise, with active periods and feedback."""
    window = window or last_days()
    spells = spells_of([dashboard], window).get(dashboard.pk, [])
    summary = summarise(spells, days_of(dashboard, window), period_by(dashboard.persona.cadence))
    voices = [
        told([dashboard.pk], window.begins, window.ends).get(dashboard.pk, 0)
        for told in dashboard_voices.values()
    ]
    groups = groups_open(dashboard, window)
    return Adoption(window, summary.total, lines_of(groups, summary), sum(voices))


def adoption_since_launch(dashboard: Dashboard) -> Adoption | None:
    """Since it was first opened to anybody, without active periods; None before that."""
    day = launched_on([dashboard]).get(dashboard.pk)
    if day is None:
        return None
    window = since(day)
    summary = summarise(spells_of([dashboard], window).get(dashboard.pk, []))
    return Adoption(window, summary.total, lines_of(groups_open(dashboard, window), summary))


def lines_of(groups: Iterable[UserGroup], summary: Summary) -> list[GroupLine]:
    """A group without anybody is one of fewer than five."""
    return [
        GroupLine(group.name, group.get_absolute_url(), summary.groups.get(group.pk, MASKED))
        for group in groups
    ]


def totals_of(dashboards: Iterable[Dashboard], window: Window) -> dict[int, Counts]:
    """The total of each dashboard that was open to somebody, in one query for all."""
    found = spells_of(dashboards, window)
    return {pk: summarise(spells).total for pk, spells in found.items()}


def groups_open(dashboard: Dashboard, window: Window) -> QuerySet[UserGroup]:
    launches = Launch.objects.filter(open_in(window), dashboard=dashboard)
    return UserGroup.objects.filter(pk__in=launches.values("group"))


def open_in(window: Window) -> Q:
    """Launches that were in force at some time of the window."""
    ended = Q(ended_at__isnull=True) | Q(ended_at__gte=window.begins)
    return ended & Q(created_at__lt=window.ends)


def spells_of(dashboards: Iterable[Dashboard], window: Window) -> dict[int, list[Spell]]:
    """Who could look, from when to when, with their first and last view, in one query."""
    joined = Q(**{f"{MEMBER}__valid_from__lte": window.last}) & (
        Q(**{f"{MEMBER}__valid_to__isnull": True}) | Q(**{f"{MEMBER}__valid_to__gte": window.first})
    )
    views = views_that_count(window)
    rows = (
        Launch.objects.filter(
            open_in(window) & joined & Q(**{f"{MEMBER}__user__is_ace": False}),
            dashboard__in=[row.pk for row in dashboards],
        )
        .annotate(
            first=Subquery(views.order_by("opened_at").values("opened_at")[:1]),
            last=Subquery(views.order_by("-opened_at").values("opened_at")[:1]),
        )
        .order_by("pk")
        .values_list(
            "dashboard", "group", f"{MEMBER}__user", f"{MEMBER}__valid_from",
            f"{MEMBER}__valid_to", "created_at", "ended_at", "first", "last",
        )
    )  # fmt: skip
    found: dict[int, list[Spell]] = {}
    for dashboard, *row in rows:
        spell = _spell(window, *row)
        if spell is not None:
            found.setdefault(dashboard, []).append(spell)
    return found


def views_that_count(window: Window) -> QuerySet[ViewEvent]:
    """Those of a launch's member, on days of the window on which they could look.

    The later of two beginnings is one bound: an index is entered where the other would not yet be.
    """
    left = Coalesce(OuterRef(f"{MEMBER}__valid_to"), Value(window.last), output_field=DateField())
    begins = Value(window.begins, output_field=DateTimeField())
    closed = Coalesce(OuterRef("ended_at"), Value(window.ends), output_field=DateTimeField())
    return ViewEvent.objects.filter(
        dashboard=OuterRef("dashboard"),
        user=OuterRef(f"{MEMBER}__user"),
        qualified_at__isnull=False,
        opened_at__gte=Greatest(OuterRef("created_at"), begins),
        opened_at__lte=closed,
        opened_at__lt=window.ends,
        day__gte=OuterRef(f"{MEMBER}__valid_from"),
        day__lte=left,
    )


def _spell(
    window: Window, group: int, person: int, joined: date, left: date | None,
    opened: datetime, ended: datetime | None, first: datetime | None, last: datetime | None,
) -> Spell | None:  # fmt: skip
    """The days that window, membership and launch have in common; None if they have none."""
    begin = max(window.first, joined, site_day(opened))
    end = min(window.last, left or window.last, site_day(ended) if ended else window.last)
    if begin > end:
        return None
    return Spell(
        group=group, person=person, began=max(opened, midnight(joined)), since=begin, until=end,
        first=first, first_day=site_day(first) if first else None,
        last_day=site_day(last) if last else None,
    )  # fmt: skip


def days_of(dashboard: Dashboard, window: Window) -> dict[int, set[date]]:
    """Each person's days with a view that counts."""
    rows = ViewEvent.objects.filter(
        dashboard=dashboard, day__gte=window.first, day__lte=window.last,
        qualified_at__isnull=False,
    )  # fmt: skip
    found: dict[int, set[date]] = {}
    for person, day in rows.order_by().values_list("user", "day").distinct():
        found.setdefault(person, set()).add(day)
    return found


@dataclass(frozen=True)
class Drop:
    """A dashboard that clearly fewer people use than before."""

    dashboard: Dashboard
    before: float
    now: float
    since: datetime


def adoption_dropping(user: User) -> list[Drop]:
    """The owner's active dashboards whose reach fell by ten points against thirty days before."""
    if not user.is_ace:
        return []
    rows = Dashboard.objects.filter(owner=user, status=Dashboard.Status.ACTIVE)
    dashboards = list(rows.select_related("persona"))
    window = last_days()
    now, before = totals_of(dashboards, window), totals_of(dashboards, window.before())
    found = []
    for dashboard in dashboards:
        was, share = (reach_shown(of.get(dashboard.pk)) for of in (before, now))
        if was is not None and share is not None and was - share >= DROP:
            found.append(Drop(dashboard, was, share, window.begins))
    return found


def reach_shown(counts: Counts | None) -> float | None:
    """The reach, where it may be told."""
    return counts.reach if counts is not None and not counts.masked else None
