"""Feedback: the same threads, words and moves as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, PageOf50Wide, answers, taken
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.content.selectors import dashboard_for, version_for
from feedback import selectors
from feedback.api import serializers as s
from feedback.models import Comment, Thread
from feedback.permissions import require_author
from feedback.services import moves, talk
from feedback.services import threads as services

TAB = OpenApiParameter("tab", str, enum=selectors.TABS, description="Under which heading.")


def as_now(user: User, pk: int) -> Thread:
    """The thread as it is now, with what was seen of its tile."""
    thread = selectors.thread_for(user, pk)
    thread.seen = selectors.seen_by(user, thread)
    return thread


class Threads(generics.ListAPIView[Thread]):
    """What one may read; under ``tab=open`` the oldest unanswered first."""

    door = SIGNED_IN
    serializer_class = s.ThreadOutput
    pagination_class = PageOf50Wide
    queryset = Thread.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        tab = self.request.query_params.get("tab", "all")
        rows = selectors.tab_of(user, tab, selectors.threads_for(user))
        return selectors.with_counts(rows, user)

    @extend_schema(parameters=[TAB])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class DashboardThreads(generics.ListAPIView[Thread]):
    """All that was said about one dashboard; POST says something about a tile."""

    door = SIGNED_IN
    serializer_class = s.ThreadOutput
    pagination_class = PageOf50Wide
    queryset = Thread.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        dashboard = dashboard_for(user, self.kwargs["slug"])
        rows = selectors.threads_for(user).filter(dashboard=dashboard)
        return selectors.with_counts(rows, user).order_by("-active_at", "-pk")

    @answers(s.ThreadDetailOutput, takes=s.ThreadInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Thread:
        dashboard = dashboard_for(actor, slug)
        asked = given()
        version = version_for(actor, dashboard, asked.pop("version"))
        thread = services.open_thread(actor=actor, dashboard=dashboard, version=version, **asked)
        return as_now(actor, thread.pk)


class ThreadDetail(APIView):
    """PUT changes one's own words until they are answered; DELETE takes them back."""

    door = SIGNED_IN

    @answers(s.ThreadDetailOutput)
    def get(self, user: User, pk: int) -> Thread:
        return as_now(user, pk)

    @answers(s.ThreadDetailOutput, takes=s.TextInput)
    def put(self, actor: User, given: Given, pk: int) -> Thread:
        thread = selectors.thread_for(actor, pk)
        require_author(actor, thread)
        services.change_text(actor=actor, thread=thread, **given())
        return as_now(actor, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        actor = person_of(request)
        services.withdraw(actor=actor, thread=selectors.thread_for(actor, pk))
        return Response(status=204)


class ThreadHide(APIView):
    door = ACE

    @extend_schema(request=s.HideInput, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        actor = person_of(request)
        thread = selectors.thread_for(actor, pk)
        services.hide(actor=actor, thread=thread, **taken(s.HideInput, request))
        return Response(status=204)


class Replies(generics.ListAPIView[Comment]):
    """The words of a thread, oldest first; the ACE reads its notes among them."""

    door = SIGNED_IN
    serializer_class = s.CommentOutput
    queryset = Comment.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.comments_for(user, selectors.thread_for(user, self.kwargs["pk"]))

    @answers(s.CommentOutput, takes=s.WordsInput, status=201)
    def post(self, actor: User, given: Given, pk: int) -> Comment:
        thread = selectors.thread_for(actor, pk)
        return talk.reply(actor=actor, thread=thread, **given())


class Notes(APIView):
    """A word for the ACE alone."""

    door = ACE

    @answers(s.CommentOutput, takes=s.WordsInput, status=201)
    def post(self, actor: User, given: Given, pk: int) -> Comment:
        thread = selectors.thread_for(actor, pk)
        return talk.add_note(actor=actor, thread=thread, **given())


class ThreadVote(APIView):
    """PUT: me too. DELETE: not any more."""

    door = SIGNED_IN

    @answers(s.ThreadDetailOutput)
    def put(self, actor: User, pk: int) -> Thread:
        talk.vote(actor=actor, thread=selectors.thread_for(actor, pk), on=True)
        return as_now(actor, pk)

    @answers(s.ThreadDetailOutput)
    def delete(self, actor: User, pk: int) -> Thread:
        talk.vote(actor=actor, thread=selectors.thread_for(actor, pk), on=False)
        return as_now(actor, pk)


class ThreadFollow(APIView):
    """PUT: tell me of it. DELETE: not any more."""

    door = SIGNED_IN

    @answers(s.ThreadDetailOutput)
    def put(self, actor: User, pk: int) -> Thread:
        talk.follow(actor=actor, thread=selectors.thread_for(actor, pk), on=True)
        return as_now(actor, pk)

    @answers(s.ThreadDetailOutput)
    def delete(self, actor: User, pk: int) -> Thread:
        talk.follow(actor=actor, thread=selectors.thread_for(actor, pk), on=False)
        return as_now(actor, pk)


class ThreadOwner(APIView):
    """Who of the ACE takes care of it; null is nobody."""

    door = ACE

    @answers(s.ThreadDetailOutput, takes=s.AssignInput)
    def put(self, actor: User, given: Given, pk: int) -> Thread:
        thread = selectors.thread_for(actor, pk)
        moves.assign(actor=actor, thread=thread, **given())
        return as_now(actor, pk)


class ThreadMoves(APIView):
    """One legal move, with the public reply where it needs one."""

    door = SIGNED_IN

    @answers(s.ThreadDetailOutput, takes=s.DecideInput)
    def post(self, actor: User, given: Given, pk: int) -> Thread:
        thread = selectors.thread_for(actor, pk)
        asked = given()
        other = asked.pop("duplicate_of")
        found = selectors.thread_for(actor, other) if other else None
        moves.decide(actor=actor, thread=thread, duplicate_of=found, **asked)
        return as_now(actor, pk)
