"""Sessions and their questions: the same rules and words as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

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
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from office_hours.models import AMAQuestion, AMASession
from office_hours.permissions.ama import knows_author, require_host, require_question_hand
from office_hours.selectors import ama as selectors
from office_hours.services import ama as services
from office_hours.services import questions as asking
from personas.models import UserGroup

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


class AMAFiguresOutput(serializers.Serializer[Any]):
    """``share`` is in percent of ``asked``; null where nothing was asked."""

    asked = serializers.IntegerField()
    live = serializers.IntegerField()
    later = serializers.IntegerField()
    share = serializers.IntegerField(allow_null=True)


class SessionOutput(serializers.ModelSerializer[AMASession]):
    host = serializers.CharField(source="host.name")
    dashboard = serializers.SerializerMethodField()

    class Meta:
        model = AMASession
        fields = [
            "id", "title", "text", "starts_at", "ends_at", "host", "everybody", "dashboard",
            "approval", "state", "reason",
        ]  # fmt: skip

    @extend_schema_field(serializers.SlugField(allow_null=True))
    def get_dashboard(self, session: AMASession) -> str | None:
        """Of those that the reader may open."""
        if session.dashboard is None:
            return None
        request = self.context["request"]
        shared = cast("dict[str, Any]", self.context)  # by all rows of a list
        if "open" not in shared:
            open_to_me = dashboards_for(person_of(request)).values_list("pk", flat=True)
            shared["open"] = set(open_to_me)
        return session.dashboard.slug if session.dashboard_id in shared["open"] else None


class SessionDetailOutput(SessionOutput):
    groups = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()

    class Meta(SessionOutput.Meta):
        fields = [*SessionOutput.Meta.fields, "groups", "figures"]

    @extend_schema_field(serializers.ListField(child=serializers.SlugField()))
    def get_groups(self, session: AMASession) -> list[str]:
        return list(session.groups.values_list("slug", flat=True))

    @extend_schema_field(AMAFiguresOutput)
    def get_figures(self, session: AMASession) -> Any:
        return AMAFiguresOutput(selectors.figures_of(session)).data


class SessionInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=10_000, default="", allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    everybody = serializers.BooleanField(default=True)
    groups: Any = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=UserGroup.objects.all(), required=False
    )
    dashboard = serializers.SlugRelatedField(
        slug_field="slug", queryset=Dashboard.objects.all(), default=None, allow_null=True
    )
    approval = serializers.BooleanField(default=False)


class AMAReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class AMAOutcomeInput(serializers.Serializer[Any]):
    question = serializers.IntegerField(min_value=1)
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_ace=True)
    )
    due = serializers.DateField()


class CloseInput(serializers.Serializer[Any]):
    """One outcome for each question that is published or asked."""

    outcomes = AMAOutcomeInput(many=True, default=list)


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


class Sessions(generics.ListAPIView[AMASession]):
    """What one may know of, the latest first; POST makes a draft."""

    doors = {"GET": SIGNED_IN, "POST": ACE}
    serializer_class = SessionOutput
    queryset = AMASession.objects.none()

    def get_queryset(self) -> Any:
        return selectors.sessions_for(person_of(self.request))

    @answers(SessionDetailOutput, takes=SessionInput, status=201)
    def post(self, user: User, *, given: Given) -> AMASession:
        return services.announce_session(actor=user, **given())


class SessionDetail(APIView):
    """PUT changes it until it begins."""

    doors = {"GET": SIGNED_IN, "PUT": ACE}

    @answers(SessionDetailOutput)
    def get(self, user: User, *, pk: int) -> AMASession:
        return selectors.session_for(user, pk)

    @answers(SessionDetailOutput, takes=SessionInput)
    def put(self, user: User, *, pk: int, given: Given) -> AMASession:
        session = _led(user, pk)
        return services.change_session(actor=user, session=session, **given())


class SessionPublish(APIView):
    door = ACE

    @answers(SessionDetailOutput)
    def post(self, user: User, *, pk: int) -> AMASession:
        return services.publish_session(actor=user, session=selectors.session_for(user, pk))


class SessionStart(APIView):
    door = ACE

    @answers(SessionDetailOutput)
    def post(self, user: User, *, pk: int) -> AMASession:
        return services.start_session(actor=user, session=selectors.session_for(user, pk))


class SessionCancel(APIView):
    door = ACE

    @answers(SessionDetailOutput, takes=AMAReasonInput)
    def post(self, user: User, *, pk: int, given: Given) -> AMASession:
        session = _led(user, pk)
        return services.cancel_session(actor=user, session=session, **given())


class SessionClose(APIView):
    door = ACE

    @answers(SessionDetailOutput, takes=CloseInput)
    def post(self, user: User, *, pk: int, given: Given) -> AMASession:
        session = _led(user, pk)
        outcomes = [services.Outcome(**outcome) for outcome in given()["outcomes"]]
        return services.close_session(actor=user, session=session, outcomes=outcomes)


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


def _led(user: User, pk: int) -> AMASession:
    session = selectors.session_for(user, pk)
    require_host(user, session)
    return session
