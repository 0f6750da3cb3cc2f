"""Which sessions a person may know of, and which of their questions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, When
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.selectors import first_or_404
from office_hours.models import AMAQuestion, AMASession, AMAVote
from office_hours.permissions.ama import may_moderate
from personas.models import Membership, UserGroup
from personas.selectors import memberships_today

State = AMASession.State
Asked = AMAQuestion.State
#: what the audience reads of the questions
PUBLIC = (Asked.PUBLISHED, Asked.ASKED, Asked.ANSWERED, Asked.DEFERRED)
#: what still wants an answer when a session ends
UNANSWERED = (Asked.PUBLISHED, Asked.ASKED)
#: which questions come first on the page
RANK = (
    Asked.ASKED, Asked.PENDING, Asked.PUBLISHED, Asked.DEFERRED, Asked.ANSWERED, Asked.HIDDEN,
)  # fmt: skip


def sessions_for(user: User) -> QuerySet[AMASession]:
    """All for the ACE; else those announced to everybody or to a group that one is in today."""
    sessions = AMASession.objects.select_related("host", "dashboard")
    if user.is_ace:
        return sessions
    of_mine = UserGroup.objects.filter(
        ama_sessions=OuterRef("pk"), pk__in=memberships_today(user).values("group")
    )
    return sessions.exclude(state=State.DRAFT).filter(Q(everybody=True) | Exists(of_mine))


def session_for(user: User, pk: int) -> AMASession:
    return first_or_404(sessions_for(user).filter(pk=pk))


def with_question_counts(sessions: QuerySet[AMASession]) -> QuerySet[AMASession]:
    """``questions_n``: how many questions everybody of the audience reads."""
    return sessions.annotate(
        questions_n=Count("questions", filter=Q(questions__state__in=PUBLIC), distinct=True)
    )


def coming(sessions: QuerySet[AMASession]) -> QuerySet[AMASession]:
    """What is live now, then what will be, the next one first."""
    rows = sessions.filter(state__in=[State.DRAFT, State.PUBLISHED, State.LIVE])
    running = rows.annotate(running=Q(state=State.LIVE))
    return running.order_by(F("running").desc(), "starts_at", "pk")


def past(sessions: QuerySet[AMASession]) -> QuerySet[AMASession]:
    return sessions.filter(state__in=[State.CLOSED, State.CANCELLED]).order_by("-starts_at", "-pk")


def audience_of(session: AMASession) -> QuerySet[User]:
    """Who is told of it today."""
    people = User.objects.filter(is_active=True)
    if session.everybody:
        return people
    members = Membership.objects.valid_on(site_today())
    return people.filter(pk__in=members.filter(group__in=session.groups.all()).values("user"))


def readable_sessions(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: may the person (still) know of the session that each is about?"""
    wanted = [about["session"] for about in abouts]
    known = set(sessions_for(person).filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk in known for pk in wanted]


def readable_live(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: the same while it is live; a mail of the next day has no use for it."""
    wanted = [about["session"] for about in abouts]
    rows = sessions_for(person).filter(pk__in=wanted, state=State.LIVE)
    live = set(rows.values_list("pk", flat=True))
    return [pk in live for pk in wanted]


# Questions ---------------------------------------------------------------------------------------


def questions_for(user: User) -> QuerySet[AMAQuestion]:
    """Published ones of the sessions that one may know of, and one's own; moderators read all."""
    questions = AMAQuestion.objects.select_related("session", "author", "owner", "thread")
    if may_moderate(user):
        return questions
    known = sessions_for(user).values("pk")
    mine = Q(state__in=PUBLIC) | Q(author=user)
    return questions.filter(mine, session__in=known)


def with_votes(questions: QuerySet[AMAQuestion], user: User) -> QuerySet[AMAQuestion]:
    """``votes_n`` and ``voted`` of each, for this reader."""
    mine = AMAVote.objects.filter(question=OuterRef("pk"), person=user)
    return questions.annotate(votes_n=Count("votes", distinct=True), voted=Exists(mine))


def question_for(user: User, pk: int) -> AMAQuestion:
    return first_or_404(with_votes(questions_for(user), user).filter(pk=pk))


def questions_of(user: User, session: AMASession) -> QuerySet[AMAQuestion]:
    """What is being answered, then by votes; what is done comes last."""
    rank = Case(
        *(When(state=state, then=place) for place, state in enumerate(RANK)),
        output_field=IntegerField(),
    )
    rows = questions_for(user).filter(session=session).annotate(rank=rank)
    return with_votes(rows, user).order_by(F("rank"), F("votes_n").desc(), "pk")


def fingerprint(user: User, session: AMASession) -> str:
    """Differs as soon as the list of questions does, for this reader; two queries."""
    questions = AMAQuestion.objects.filter(session=session).aggregate(
        n=Count("pk"), last=Max("updated_at")
    )
    votes = AMAVote.objects.filter(question__session=session).aggregate(
        n=Count("pk"), last=Max("pk"), mine=Count("pk", filter=Q(person=user))
    )
    said = (session.state, session.updated_at, user.is_ace, *questions.values(), *votes.values())
    return hashlib.sha256(repr(said).encode()).hexdigest()[:20]


def readable_questions(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: may the person (still) read the question that each is about?"""
    wanted = [about["question"] for about in abouts]
    known = set(questions_for(person).filter(pk__in=wanted).values_list("pk", flat=True))
    return [pk in known for pk in wanted]


@dataclass(frozen=True)
class AMAFigures:
    """``asked`` counts what the audience read; ``later`` is answered in writing or as feedback."""

    asked: int
    live: int
    later: int

    @property
    def share(self) -> int | None:
        """Of those asked, in percent."""
        return round(100 * (self.live + self.later) / self.asked) if self.asked else None


def figures_of(session: AMASession) -> AMAFigures:
    answered = Q(state=Asked.ANSWERED)
    told = Q(state=Asked.DEFERRED, thread__answered_at__isnull=False)
    counted = session.questions.aggregate(
        asked=Count("pk", filter=Q(state__in=PUBLIC)),
        live=Count("pk", filter=answered & Q(answered_live=True)),
        later=Count("pk", filter=(answered & Q(answered_live=False)) | told),
    )
    return AMAFigures(**counted)


# What waits for the ACE --------------------------------------------------------------------------


def questions_due(user: User) -> QuerySet[AMAQuestion]:
    """Deferred to the person, and not in the hands of a feedback thread; the oldest due first."""
    rows = AMAQuestion.objects.filter(owner=user, state=Asked.DEFERRED, thread=None)
    return rows.select_related("session").order_by("due", "pk")


def sessions_to_close(user: User) -> QuerySet[AMASession]:
    """The person's own, and those whose host has left, that should be over and are not closed."""
    mine = Q(host=user) | Q(host__is_active=False) | Q(host__is_ace=False)
    return AMASession.objects.filter(mine, state=State.LIVE, ends_at__lt=timezone.now())


def sessions_missed(user: User) -> QuerySet[AMASession]:
    """The person's own that were announced, never began and would be over."""
    rows = AMASession.objects.filter(host=user, state=State.PUBLISHED)
    return rows.filter(ends_at__lte=timezone.now())
