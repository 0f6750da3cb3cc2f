"""Reports by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User, validate_time_zone
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import SIGNED_IN
from dashboards.content.selectors import dashboard_for
from dashboards.reports import selectors
from dashboards.reports.models import ReportRun, Subscription
from dashboards.reports.schedule import LAST_DAY
from dashboards.reports.services import runs
from dashboards.reports.services import subscriptions as services


class SubscriptionOutput(serializers.ModelSerializer[Subscription]):
    """``dashboard`` and ``filters`` are null where it is closed to the reader since."""

    dashboard = serializers.SerializerMethodField()
    filters = serializers.SerializerMethodField(help_text="As the dashboard's address has them.")
    person = serializers.EmailField(source="person.email")
    next_sends = serializers.SerializerMethodField(help_text="The next three, in UTC.")

    class Meta:
        model = Subscription
        fields = [
            "id", "dashboard", "person", "filters", "every", "weekday", "day", "hour", "minute",
            "zone", "skip_empty", "active", "next_sends",
        ]  # fmt: skip

    def get_dashboard(self, row: Subscription) -> str | None:
        return row.dashboard.slug if row.open_to_reader else None

    def get_filters(self, row: Subscription) -> str | None:
        return row.query if row.open_to_reader else None

    def get_next_sends(self, row: Subscription) -> list[datetime]:
        return row.upcoming(timezone.now())


class TimesInput(serializers.Serializer[Any]):
    filters = serializers.CharField(
        max_length=2000, default="", allow_blank=True,
        help_text="The query of the dashboard's address; what makes no sense there is left out.",
    )  # fmt: skip
    every = serializers.ChoiceField(Subscription.Every.choices)
    weekday = serializers.IntegerField(
        min_value=0, max_value=6, default=0, help_text="Monday is 0; for every week."
    )
    day = serializers.IntegerField(
        min_value=1, max_value=LAST_DAY, default=1, help_text="Of the month; for every month."
    )
    hour = serializers.IntegerField(min_value=0, max_value=23)
    minute = serializers.IntegerField(min_value=0, max_value=59, default=0)
    zone = serializers.CharField(
        max_length=64, default="", allow_blank=True, help_text="Empty: the person's own."
    )
    skip_empty = serializers.BooleanField(default=True)

    def validate_zone(self, value: str) -> str:
        if value:
            validate_time_zone(value)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["query"] = attrs.pop("filters")
        return attrs


class ChangeInput(TimesInput):
    active = serializers.BooleanField(default=True)


class SubscriptionInput(TimesInput):
    person = serializers.EmailField(default="", help_text="The ACE alone: for somebody else.")


class RunOutput(serializers.ModelSerializer[ReportRun]):
    """``missing`` counts the tiles that could not be shown."""

    version = serializers.IntegerField(source="version.number", default=None)
    asked_by = serializers.EmailField(source="asked_by.email", default=None)

    class Meta:
        model = ReportRun
        fields = [
            "id", "due_at", "state", "reason", "version", "missing", "asked_by", "ended_at",
        ]  # fmt: skip


class Subscriptions(generics.ListAPIView[Subscription]):
    """One's own; all of them for the ACE."""

    door = SIGNED_IN
    serializer_class = SubscriptionOutput
    queryset = Subscription.objects.none()

    def get_queryset(self) -> QuerySet[Subscription]:
        return selectors.subscriptions_for(person_of(self.request))


class DashboardSubscriptions(generics.ListAPIView[Subscription]):
    door = SIGNED_IN
    serializer_class = SubscriptionOutput
    queryset = Subscription.objects.none()

    def get_queryset(self) -> QuerySet[Subscription]:
        user = person_of(self.request)
        dashboard = dashboard_for(user, self.kwargs["slug"])
        return selectors.subscriptions_of(user, dashboard)

    @answers(SubscriptionOutput, takes=SubscriptionInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Subscription:
        dashboard = dashboard_for(actor, slug)
        values = given()
        email = values.pop("person")
        person = selectors.reader_by_email(actor, dashboard, email) if email else None
        row = services.subscribe(actor=actor, dashboard=dashboard, person=person, **values)
        return selectors.subscription_for(actor, row.pk)


class SubscriptionDetail(APIView):
    door = SIGNED_IN

    @answers(SubscriptionOutput)
    def get(self, actor: User, pk: int) -> Subscription:
        return selectors.subscription_for(actor, pk)

    @answers(SubscriptionOutput, takes=ChangeInput)
    def put(self, actor: User, given: Given, pk: int) -> Subscription:
        row = selectors.subscription_for(actor, pk)
        services.change_subscription(actor=actor, subscription=row, **given())
        return selectors.subscription_for(actor, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        row = selectors.subscription_for(user, pk)
        services.delete_subscription(actor=user, subscription=row)
        return Response(status=204)


class SubscriptionSend(APIView):
    """One report at once, to its person."""

    door = SIGNED_IN

    @answers(RunOutput, status=201)
    def post(self, actor: User, pk: int) -> ReportRun:
        row = selectors.subscription_for(actor, pk)
        return runs.send_now(actor=actor, subscription=row)


class SubscriptionRuns(generics.ListAPIView[ReportRun]):
    """What became of each time, newest first."""

    door = SIGNED_IN
    serializer_class = RunOutput
    queryset = ReportRun.objects.none()

    def get_queryset(self) -> QuerySet[ReportRun]:
        row = selectors.subscription_for(person_of(self.request), self.kwargs["pk"])
        return selectors.runs_of(row)


class SubscriptionRunAgain(APIView):
    """A report that failed is tried again."""

    door = SIGNED_IN

    @answers(RunOutput)
    def post(self, actor: User, pk: int, run: int) -> ReportRun:
        row = selectors.subscription_for(actor, pk)
        return runs.try_again(actor=actor, run=selectors.run_of(row, run))
