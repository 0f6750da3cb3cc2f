"""Adoption, reviews, decisions, times, and one's own views."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.api.serializers import KeptFigureInput
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboard_for, dashboards_for
from dashboards.usage.arithmetic import Counts
from dashboards.usage.models import Decision, Review, ViewEvent
from dashboards.usage.selectors import reviews as selectors
from dashboards.usage.selectors.adoption import adoption_of, adoption_since_launch
from dashboards.usage.selectors.times import MedianTimes, Times, median_times, times_of
from dashboards.usage.services import decisions, reviews

SHARE = "A fraction of one."


class CountsOutput(serializers.Serializer[Any]):
    """Of fewer than five people ``masked`` is true and all figures are null."""

    masked = serializers.BooleanField()
    members = serializers.IntegerField(allow_null=True)
    viewers = serializers.IntegerField(allow_null=True)
    returning = serializers.IntegerField(allow_null=True)
    never = serializers.IntegerField(allow_null=True)
    reach = serializers.FloatField(allow_null=True, help_text=SHARE)
    returned = serializers.FloatField(allow_null=True, help_text=SHARE)
    active = serializers.FloatField(
        allow_null=True, help_text="Periods with a view ÷ periods in which the persona looks."
    )
    wait = serializers.DurationField(
        allow_null=True, help_text="Median time to the first view, of five viewers and more."
    )

    def to_representation(self, instance: Counts) -> dict[str, Any]:
        if instance.masked:
            return {**dict.fromkeys(self.fields), "masked": True}
        return dict(super().to_representation(instance))


class GroupAdoptionOutput(serializers.Serializer[Any]):
    group = serializers.CharField(source="name")
    counts = CountsOutput()


class WindowOutput(serializers.Serializer[Any]):
    """Over days of the portal's zone, both included."""

    first = serializers.DateField(source="window.first")
    last = serializers.DateField(source="window.last")
    total = CountsOutput()
    groups = GroupAdoptionOutput(many=True)
    feedback = serializers.IntegerField(source="voices", allow_null=True)


class AdoptionOutput(serializers.Serializer[Any]):
    recent = WindowOutput(help_text="The last thirty days.")
    launched = WindowOutput(allow_null=True, help_text="Since the first launch.")


class TimesOutput(serializers.Serializer[Times]):
    """From the idea."""

    prototype = serializers.DurationField(allow_null=True)
    launch = serializers.DurationField(allow_null=True)
    answer = serializers.DurationField(allow_null=True)


class MiddleOutput(serializers.Serializer[Any]):
    n = serializers.IntegerField()
    time = serializers.DurationField(allow_null=True)


class MedianTimesOutput(serializers.Serializer[MedianTimes]):
    """From the idea, the median of the dashboards that have come so far."""

    prototype = MiddleOutput()
    launch = MiddleOutput()
    answer = MiddleOutput()


class ReviewOutput(serializers.ModelSerializer[Review]):
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = Review
        fields = [
            "id", "verdict", "proposed", "reason", "figures", "by", "held_on", "next_due",
        ]  # fmt: skip


class ReviewInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(Review.Verdict.choices)
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True,
        help_text="Needed where the figures propose another verdict.",
    )  # fmt: skip
    next_due = serializers.DateField(default=None, allow_null=True)


class DecisionOutput(serializers.ModelSerializer[Decision]):
    by = serializers.CharField(source="by.name")
    outcome_by = serializers.CharField(source="outcome_by.name", default=None)

    class Meta:
        model = Decision
        fields = [
            "id", "text", "made_on", "by", "figures", "outcome", "outcome_at", "outcome_by",
        ]  # fmt: skip


class DecisionInput(KeptFigureInput):
    text = serializers.CharField(max_length=2000)
    made_on = serializers.DateField(default=None, allow_null=True, help_text="Else today.")


class DecisionOutcomeInput(serializers.Serializer[Any]):
    outcome = serializers.CharField(max_length=2000)


class OwnViewOutput(serializers.ModelSerializer[ViewEvent]):
    """``qualified_at`` says since when it counts."""

    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = ViewEvent
        fields = ["id", "version", "opened_at", "qualified_at", "seconds", "interacted"]


class Adoption(APIView):
    """How far it is used by the people that it is open to."""

    door = ACE

    @answers(AdoptionOutput)
    def get(self, user: User, slug: str) -> dict[str, Any]:
        dashboard = dashboard_for(user, slug)
        return {"recent": adoption_of(dashboard), "launched": adoption_since_launch(dashboard)}


class DashboardTimes(APIView):
    door = ACE

    @answers(TimesOutput)
    def get(self, user: User, slug: str) -> Times:
        dashboard = dashboard_for(user, slug)
        return times_of([dashboard])[dashboard.pk]


class PortfolioTimes(APIView):
    """Over all dashboards that are not retired."""

    door = ACE

    @extend_schema(responses=MedianTimesOutput)
    def get(self, request: Request) -> Response:
        rows = dashboards_for(person_of(request)).exclude(status=Dashboard.Status.RETIRED)
        return Response(MedianTimesOutput(median_times(times_of(rows).values())).data)


class Reviews(generics.ListAPIView[Review]):
    """Latest first; what was held is never changed."""

    door = ACE
    serializer_class = ReviewOutput
    queryset = Review.objects.none()

    def get_queryset(self) -> QuerySet[Review]:
        user = person_of(self.request)
        return selectors.reviews_of(dashboard_for(user, self.kwargs["slug"]))

    @answers(ReviewOutput, takes=ReviewInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Review:
        dashboard = dashboard_for(actor, slug)
        return reviews.hold_review(actor=actor, dashboard=dashboard, **given())


class Decisions(generics.ListAPIView[Decision]):
    """What people decided because of a dashboard, with the key figures of that moment."""

    door = SIGNED_IN
    serializer_class = DecisionOutput
    queryset = Decision.objects.none()

    def get_queryset(self) -> QuerySet[Decision]:
        user = person_of(self.request)
        return selectors.decisions_of(user, dashboard_for(user, self.kwargs["slug"]))

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset) or []
        return selectors.as_open_to(person_of(self.request), rows)

    @answers(DecisionOutput, takes=DecisionInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Decision:
        dashboard = dashboard_for(actor, slug)
        made = decisions.log_decision(actor=actor, dashboard=dashboard, **given())
        return selectors.as_open_to(actor, [made])[0]


class DecisionOutcome(APIView):
    door = SIGNED_IN

    @answers(DecisionOutput, takes=DecisionOutcomeInput)
    def put(self, actor: User, given: Given, slug: str, pk: int) -> Decision:
        decision = selectors.decision_of(actor, dashboard_for(actor, slug), pk)
        concluded = decisions.conclude_decision(actor=actor, decision=decision, **given())
        return selectors.as_open_to(actor, [concluded])[0]


class OwnViews(generics.ListAPIView[ViewEvent]):
    """What was counted of oneself."""

    door = SIGNED_IN
    serializer_class = OwnViewOutput
    queryset = ViewEvent.objects.none()

    def get_queryset(self) -> QuerySet[ViewEvent]:
        user = person_of(self.request)
        return selectors.views_of(user, dashboard_for(user, self.kwargs["slug"]))
