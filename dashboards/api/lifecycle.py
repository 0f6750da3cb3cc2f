"""Features and gates."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.gates import KINDS
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.api.serializers import DashboardOutput, KeptFigureInput
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboard_for, restorable_for
from dashboards.lifecycle import selectors
from dashboards.lifecycle.models import MAX_REASON, Feature, GateReview
from dashboards.lifecycle.permissions import require_decider, require_restorer
from dashboards.lifecycle.pins import pins_open_to
from dashboards.lifecycle.services import features, gates
from dashboards.permissions import require_editor


class FeatureOutput(serializers.ModelSerializer[Feature]):
    result_by = serializers.EmailField(source="result_by.email", default=None)

    class Meta:
        model = Feature
        fields = ["id", "name", "kind", "column", "priority", "criterion", "result", "result_by"]


class FeatureInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(Feature.Kind.choices, default="other")
    column = serializers.CharField(max_length=120, default="", allow_blank=True)
    priority = serializers.ChoiceField(Feature.Priority.choices, default="should")
    criterion = serializers.CharField(max_length=1000, default="", allow_blank=True)


class TrialInput(serializers.Serializer[Any]):
    result = serializers.ChoiceField(Feature.Result.choices)


class RestoredOutput(serializers.ModelSerializer[Dashboard]):
    class Meta:
        model = Dashboard
        fields = ["slug", "name", "status"]


class CheckOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    text = serializers.CharField()
    value = serializers.CharField()
    need = serializers.CharField(help_text="What it takes, where that is a figure.")
    url = serializers.CharField(help_text="Where it is mended; empty where it is met.")


class GateDecisionOutput(serializers.ModelSerializer[GateReview]):
    version = serializers.IntegerField(source="version.number", default=None)
    owner = serializers.EmailField(source="owner.email")
    decider = serializers.EmailField(source="decider.email")
    checks = serializers.JSONField(help_text="What the gate said when it was decided.")
    pinned = serializers.JSONField(
        help_text="The figure that was kept with it, in full; empty where there is none, and only "
        "`left_out` where it is of other rows than the reader's."
    )

    class Meta:
        model = GateReview
        fields = [
            "id", "stage", "decision", "reason", "conditions", "due", "back_to", "version",
            "owner", "decider", "created_at", "checks", "pinned",
        ]  # fmt: skip


class GateDecisionInput(KeptFigureInput):
    """The tile is one of the version that the gate is about."""

    stage = serializers.IntegerField(min_value=1, max_value=7)
    decision = serializers.ChoiceField(GateReview.Decision.choices)
    reason = serializers.CharField(max_length=MAX_REASON, default="", allow_blank=True)
    conditions = serializers.CharField(max_length=MAX_REASON, default="", allow_blank=True)
    due = serializers.DateField(default=None, allow_null=True)
    back_to = serializers.IntegerField(min_value=1, max_value=7, default=None, allow_null=True)


class GateOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    here = serializers.BooleanField()
    state = serializers.CharField(source="word", help_text="In a word.")
    changed = serializers.ListField(
        child=serializers.CharField(), source="passed.changed", default=[],
        help_text="What is different since it was passed.",
    )  # fmt: skip
    checks = CheckOutput(many=True)


class RestoreInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=MAX_REASON)


class Features(APIView):
    """What the first version should do, Musts first."""

    door = ACE

    @extend_schema(responses=FeatureOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        rows = selectors.features_of(dashboard_for(person_of(request), slug))
        return Response(FeatureOutput(rows, many=True).data)

    @answers(FeatureOutput, takes=FeatureInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Feature:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return features.add_feature(actor=actor, dashboard=dashboard, **given())


class FeatureDetail(APIView):
    door = ACE

    @answers(FeatureOutput, takes=FeatureInput)
    def put(self, actor: User, given: Given, slug: str, pk: int) -> Feature:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        feature = selectors.feature_of(dashboard, pk)
        return features.change_feature(actor=actor, feature=feature, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        actor = person_of(request)
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        features.remove_feature(actor=actor, feature=selectors.feature_of(dashboard, pk))
        return Response(status=204)


class FeatureTrial(APIView):
    """Whether it meets its criterion."""

    door = ACE

    @answers(FeatureOutput, takes=TrialInput)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> Feature:
        feature = selectors.feature_of(dashboard_for(actor, slug), pk)
        return features.try_feature(actor=actor, feature=feature, **given())


class Gates(APIView):
    """The eight stages with all their checks; the eighth has reviews instead of a gate."""

    door = ACE

    @extend_schema(responses=GateOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        user = person_of(request)
        found = selectors.gates_for(user, dashboard_for(user, slug))
        return Response(GateOutput(found, many=True).data)


class Decisions(generics.ListAPIView[GateReview]):
    """All that was decided at the gates, latest first; nothing of it is ever changed."""

    door = ACE
    serializer_class = GateDecisionOutput
    queryset = GateReview.objects.none()

    def get_queryset(self) -> Any:
        return selectors.reviews_of(dashboard_for(person_of(self.request), self.kwargs["slug"]))

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset) or []
        return pins_open_to(person_of(self.request), rows)

    @answers(GateDecisionOutput, takes=GateDecisionInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> GateReview:
        dashboard = dashboard_for(actor, slug)
        require_decider(actor, dashboard)
        made = gates.decide_gate(actor=actor, dashboard=dashboard, **given())
        return pins_open_to(actor, [made])[0]


class GateAsk(APIView):
    """Ask the team to decide at the present gate."""

    door = ACE

    @answers(DashboardOutput)
    def post(self, actor: User, slug: str) -> Dashboard:
        dashboard = dashboard_for(actor, slug)
        return gates.ask_for_gate(actor=actor, dashboard=dashboard)


class DashboardRestore(APIView):
    """archived → active: by its owner, or an administrator, who reads no more of it by that."""

    door = SIGNED_IN

    @answers(RestoredOutput, takes=RestoreInput)
    def post(self, actor: User, given: Given, slug: str) -> Dashboard:
        dashboard = restorable_for(actor, slug)
        require_restorer(actor, dashboard)
        return gates.restore_dashboard(actor=actor, dashboard=dashboard, **given())
