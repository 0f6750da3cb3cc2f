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
from ace_portal.lib.api import PageOf50Wide, taken
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.content.selectors import dashboard_for, version_for
from feedback import selectors
from feedback.api import serializers as s
from feedback.models import Comment, Thread
from feedback.permissions import require_author
from feedback.services import moves, talk
from feedback.services import threads as services

TAB = OpenApiParameter("tab", str, enum=selectors.TABS, description="Under which heading.")


def asked(request: Request, pk: int) -> tuple[User, Thread]:
    user = person_of(request)
    return user, selectors.thread_for(user, pk)


def told(user: User, pk: int, status: int = 200) -> Response:
    """The thread as it is now."""
    thread = selectors.thread_for(user, pk)
    thread.seen = selectors.seen_by(user, thread)
    return Response(s.ThreadDetailOutput(thread).data, status=status)


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

    @extend_schema(request=s.ThreadInput, responses={201: s.ThreadDetailOutput})
    def post(self, request: Request, slug: str) -> Response:
        user = person_of(request)
        dashboard = dashboard_for(user, slug)
        given = taken(s.ThreadInput, request)
        version = version_for(user, dashboard, given.pop("version"))
        thread = services.open_thread(actor=user, dashboard=dashboard, version=version, **given)
        return told(user, thread.pk, 201)


class ThreadDetail(APIView):
    """PUT changes one's own words until they are answered; DELETE takes them back."""

    door = SIGNED_IN

    @extend_schema(responses=s.ThreadDetailOutput)
    def get(self, request: Request, pk: int) -> Response:
        return told(person_of(request), pk)

    @extend_schema(request=s.TextInput, responses=s.ThreadDetailOutput)
    def put(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        require_author(user, thread)
        services.change_text(actor=user, thread=thread, **taken(s.TextInput, request))
        return told(user, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        services.withdraw(actor=user, thread=thread)
        return Response(status=204)


class ThreadHide(APIView):
    door = ACE

    @extend_schema(request=s.HideInput, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        services.hide(actor=user, thread=thread, **taken(s.HideInput, request))
        return Response(status=204)


class Replies(generics.ListAPIView[Comment]):
    """The words of a thread, oldest first; the ACE reads its notes among them."""

    door = SIGNED_IN
    serializer_class = s.CommentOutput
    queryset = Comment.objects.none()

    def get_queryset(self) -> Any:
        user, thread = asked(self.request, self.kwargs["pk"])
        return selectors.comments_for(user, thread)

    @extend_schema(request=s.WordsInput, responses={201: s.CommentOutput})
    def post(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        comment = talk.reply(actor=user, thread=thread, **taken(s.WordsInput, request))
        return Response(s.CommentOutput(comment).data, status=201)


class Notes(APIView):
    """A word for the ACE alone."""

    door = ACE

    @extend_schema(request=s.WordsInput, responses={201: s.CommentOutput})
    def post(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        comment = talk.add_note(actor=user, thread=thread, **taken(s.WordsInput, request))
        return Response(s.CommentOutput(comment).data, status=201)


class ThreadVote(APIView):
    """PUT: me too. DELETE: not any more."""

    door = SIGNED_IN

    @extend_schema(request=None, responses=s.ThreadDetailOutput)
    def put(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        talk.vote(actor=user, thread=thread, on=True)
        return told(user, pk)

    @extend_schema(responses=s.ThreadDetailOutput)
    def delete(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        talk.vote(actor=user, thread=thread, on=False)
        return told(user, pk)


class ThreadFollow(APIView):
    """PUT: tell me of it. DELETE: not any more."""

    door = SIGNED_IN

    @extend_schema(request=None, responses=s.ThreadDetailOutput)
    def put(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        talk.follow(actor=user, thread=thread, on=True)
        return told(user, pk)

    @extend_schema(responses=s.ThreadDetailOutput)
    def delete(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        talk.follow(actor=user, thread=thread, on=False)
        return told(user, pk)


class ThreadOwner(APIView):
    """Who of the ACE takes care of it; null is nobody."""

    door = ACE

    @extend_schema(request=s.AssignInput, responses=s.ThreadDetailOutput)
    def put(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        moves.assign(actor=user, thread=thread, **taken(s.AssignInput, request))
        return told(user, pk)


class ThreadMoves(APIView):
    """One legal move, with the public reply where it needs one."""

    door = SIGNED_IN

    @extend_schema(request=s.DecideInput, responses=s.ThreadDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        user, thread = asked(request, pk)
        given = taken(s.DecideInput, request)
        other = given.pop("duplicate_of")
        found = selectors.thread_for(user, other) if other else None
        moves.decide(actor=user, thread=thread, duplicate_of=found, **given)
        return told(user, pk)
