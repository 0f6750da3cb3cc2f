"""The questions of a session: the same rules and words as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers, taken
from ace_portal.lib.permissions import ACE, SIGNED_IN
from office_hours.models import AMAQuestion
from office_hours.permissions.ama import knows_author, require_question_hand
from office_hours.selectors import ama as selectors
from office_hours.services import questions as asking

MOVES: dict[str, Callable[..., AMAQuestion]] = {
    "approve": asking.approve,
    "hide": asking.hide,
    "stage": asking.put_on_stage,
    "answer": asking.answer,
    "undo": asking.undo,
    "defer": asking.defer,
}
#: what each move takes beside its name
WORDS = {"hide": ("reason",), "answer": ("text", "live"), "defer": ("owner", "due")}


class AMAQuestionOutput(serializers.ModelSerializer[AMAQuestion]):
    author = serializers.SerializerMethodField()
    owner = serializers.CharField(source="owner.name", default=None)
    votes = serializers.IntegerField(source="votes_n")
    voted = serializers.BooleanField()

    class Meta:
        model = AMAQuestion
        fields = [
            "id", "session", "text", "author", "without_name", "state", "reason", "answer",
            "answered_live", "answered_at", "owner", "due", "votes", "voted", "created_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_author(self, question: AMAQuestion) -> str | None:
        """Null where the author left the name out, for all but the moderators."""
        known = knows_author(person_of(self.context["request"]), question)
        return question.author.name if known else None


class AskInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000)
    without_name = serializers.BooleanField(default=False)


class AMATextInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000)


class AMAMoveInput(serializers.Serializer[Any]):
    """``hide`` takes a reason, ``defer`` an owner and a day, ``answer`` a text, or ``live`` and
    perhaps a note."""

    move = serializers.ChoiceField(sorted(MOVES))
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)
    text = serializers.CharField(max_length=10_000, default="", allow_blank=True)
    live = serializers.BooleanField(default=False)
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_ace=True), default=None,
        allow_null=True,
    )  # fmt: skip
    due = serializers.DateField(default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["move"] == "defer":
            for name in WORDS["defer"]:
                if attrs[name] is None:
                    raise serializers.ValidationError({name: _("Say who answers it, and by when.")})
        return attrs


class SessionQuestions(generics.ListAPIView[AMAQuestion]):
    """The one being answered first, then by votes; POST asks."""

    door = SIGNED_IN
    serializer_class = AMAQuestionOutput
    queryset = AMAQuestion.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.questions_of(user, selectors.session_for(user, self.kwargs["pk"]))

    @extend_schema(request=AskInput, responses={201: AMAQuestionOutput})
    def post(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        session = selectors.session_for(user, pk)
        question = asking.ask(actor=user, session=session, **taken(AskInput, request))
        found = selectors.question_for(user, question.pk)
        return Response(AMAQuestionOutput(found, context={"request": request}).data, status=201)


class QuestionDetail(APIView):
    """PUT changes the words: its author until it is published, moderators until it is answered."""

    door = SIGNED_IN

    @answers(AMAQuestionOutput)
    def get(self, user: User, *, pk: int) -> AMAQuestion:
        return selectors.question_for(user, pk)

    @answers(AMAQuestionOutput, takes=AMATextInput)
    def put(self, user: User, *, pk: int, given: Given) -> AMAQuestion:
        question = selectors.question_for(user, pk)
        require_question_hand(user, question)
        asking.change_question(actor=user, question=question, **given())
        return selectors.question_for(user, pk)


class QuestionVote(APIView):
    """PUT: I want to hear this, too. DELETE: not any more."""

    door = SIGNED_IN

    @answers(AMAQuestionOutput)
    def put(self, user: User, *, pk: int) -> AMAQuestion:
        asking.vote(actor=user, question=selectors.question_for(user, pk), on=True)
        return selectors.question_for(user, pk)

    @answers(AMAQuestionOutput)
    def delete(self, user: User, *, pk: int) -> AMAQuestion:
        asking.vote(actor=user, question=selectors.question_for(user, pk), on=False)
        return selectors.question_for(user, pk)


class QuestionMoves(APIView):
    """One move of a moderator's."""

    door = ACE

    @answers(AMAQuestionOutput, takes=AMAMoveInput)
    def post(self, user: User, *, pk: int, given: Given) -> AMAQuestion:
        question = selectors.question_for(user, pk)
        asked = given()
        words = {name: asked[name] for name in WORDS.get(asked["move"], ())}
        MOVES[asked["move"]](actor=user, question=question, **words)
        return selectors.question_for(user, pk)
