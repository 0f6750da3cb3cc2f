"""Which lessons a person may read, and how they are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from kpis.models import KPI
from kpis.selectors import kpis_for
from office_hours.models import AMASession, Lesson, LessonHelp
from office_hours.selectors.ama import sessions_for
from personas.models import UserGroup
from personas.selectors import memberships_today, people_of_ace

WORDS_AT_MOST = 6


def lessons_for(user: User) -> QuerySet[Lesson]:
    """Those for everybody, for a group that one is in today, and one's own; the ACE reads all.

    What is archived is there for its author and the ACE alone.
    """
    lessons = Lesson.objects.select_related("author", "owner")
    if user.is_ace:
        return lessons
    of_mine = UserGroup.objects.filter(
        lessons=OuterRef("pk"), pk__in=memberships_today(user).values("group")
    )
    open_to_me = Q(everybody=True) | Exists(of_mine)
    return lessons.filter(Q(author=user) | (Q(archived_at=None) & open_to_me))


def with_help(lessons: QuerySet[Lesson], user: User) -> QuerySet[Lesson]:
    """``helped_n`` and ``helped`` of each, for this reader."""
    mine = LessonHelp.objects.filter(lesson=OuterRef("pk"), person=user)
    return lessons.annotate(helped_n=Count("helps", distinct=True), helped=Exists(mine))


def lesson_for(user: User, pk: int) -> Lesson:
    return first_or_404(with_help(lessons_for(user), user).filter(pk=pk))


def lessons_found(
    user: User, *, search: str = "", dashboard: str = "", kpi: str = "", archived: bool = False
) -> QuerySet[Lesson]:
    """By words and by what they are about, the most helpful first.

    A dashboard that the person may not open finds nothing.
    """
    rows = lessons_for(user).filter(archived_at__isnull=not archived)
    if dashboard:
        rows = rows.filter(dashboards__in=dashboards_for(user).filter(slug=dashboard))
    if kpi:
        rows = rows.filter(kpis__in=kpis_for(user).filter(slug=kpi))
    for word in search.split()[:WORDS_AT_MOST]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(why__icontains=word) | Q(change__icontains=word)
        )
    return most_helpful(with_help(rows, user))


def lessons_about(user: User, thing: Dashboard | KPI) -> QuerySet[Lesson]:
    """Those about a thing that the person has before them."""
    rows = lessons_for(user).filter(archived_at=None)
    field = "dashboards" if isinstance(thing, Dashboard) else "kpis"
    return most_helpful(with_help(rows.filter(**{field: thing}), user))


def most_helpful(lessons: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """First what helped most people; of equals the newest."""
    return lessons.order_by(F("helped_n").desc(), "-created_at", "-pk")


def lessons_due(today: date) -> QuerySet[Lesson]:
    """Those whose change somebody wanted to see to by now and that say of no place where it was."""
    rows = Lesson.objects.filter(due__lte=today, owner__isnull=False, archived_at=None)
    return rows.filter(applied_to="").select_related("owner").order_by("due", "pk")


def readable_due(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: is it still the person's affair, and to be done?"""
    wanted = [about["lesson"] for about in abouts]
    rows = lessons_for(person).filter(owner=person, archived_at=None, applied_to="")
    mine = set(rows.filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk in mine for pk in wanted]


@dataclass(frozen=True)
class Subjects:
    """What a lesson is about, as far as the reader may open it; ``closed`` counts the rest."""

    dashboards: list[Dashboard]
    kpis: list[KPI]
    sessions: list[AMASession]
    closed: int


def subjects_of(user: User, lesson: Lesson) -> Subjects:
    dashboards = list(dashboards_for(user).filter(lessons=lesson))
    kpis = list(kpis_for(user).filter(lessons=lesson))
    sessions = list(sessions_for(user).filter(lessons=lesson))
    every = lesson.dashboards.count() + lesson.kpis.count() + lesson.sessions.count()
    shown = len(dashboards) + len(kpis) + len(sessions)
    return Subjects(dashboards, kpis, sessions, every - shown)


def dashboards_with_lessons(user: User) -> QuerySet[Dashboard]:
    linked = lessons_for(user).values("dashboards").exclude(dashboards=None)
    return dashboards_for(user).filter(pk__in=linked)


def kpis_with_lessons(user: User) -> QuerySet[KPI]:
    linked = lessons_for(user).values("kpis").exclude(kpis=None)
    return kpis_for(user).filter(pk__in=linked).order_by("name", "pk")


def owners_for(user: User, lesson: Lesson | None = None) -> QuerySet[User]:
    """Who may see to a change: oneself, the ACE, and who does already."""
    people = Q(pk__in=people_of_ace().values("pk")) | Q(pk=user.pk)
    if lesson is not None and lesson.owner_id is not None:
        people |= Q(pk=lesson.owner_id)
    return User.objects.filter(people, is_active=True).order_by("name")
