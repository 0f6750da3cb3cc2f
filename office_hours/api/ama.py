"""Sessions: the same rules and words as on the pages."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from office_hours.models import AMASession
from office_hours.permissions.ama import (
    require_closer,
    require_host,
)
from office_hours.selectors import ama as selectors
from office_hours.services import ama as services
from personas.models import UserGroup
from personas.selectors import groups_for


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
        """Of those that the reader may know."""
        known = groups_for(person_of(self.context["request"]))
        return list(known.filter(ama_sessions=session).values_list("slug", flat=True))

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
        session = selectors.session_for(user, pk)
        require_closer(user, session)
        outcomes = [services.Outcome(**outcome) for outcome in given()["outcomes"]]
        return services.close_session(actor=user, session=session, outcomes=outcomes)


def _led(user: User, pk: int) -> AMASession:
    session = selectors.session_for(user, pk)
    require_host(user, session)
    return session
