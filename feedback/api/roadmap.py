"""What comes of feedback: the roadmap, and the question after a release."""

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
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.content.selectors import dashboard_for
from feedback import selectors
from feedback.models import PulseAnswer, RoadmapItem
from feedback.services import pulses
from feedback.services import roadmap as services


class ItemOutput(serializers.ModelSerializer[RoadmapItem]):
    dashboard = serializers.SlugField(source="dashboard.slug")
    version = serializers.IntegerField(source="version.number", default=None)

    class Meta:
        model = RoadmapItem
        fields = ["id", "dashboard", "title", "text", "state", "version", "reason", "created_at"]


class ItemInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000, default="", allow_blank=True)
    state = serializers.ChoiceField(services.HORIZONS, default="later")


class PlanInput(serializers.Serializer[Any]):
    """An item that is there, or the title of a new one."""

    item = serializers.IntegerField(default=None, allow_null=True, min_value=1)
    title = serializers.CharField(max_length=120, default="", allow_blank=True)
    state = serializers.ChoiceField(services.HORIZONS, default="later")


class DropInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class AskedOutput(serializers.ModelSerializer[PulseAnswer]):
    dashboard = serializers.SlugField(source="pulse.version.dashboard.slug")
    version = serializers.IntegerField(source="pulse.version.number")

    class Meta:
        model = PulseAnswer
        fields = ["pulse", "dashboard", "version", "shown_at", "answered_at", "choice"]


class AnswerInput(serializers.Serializer[Any]):
    choice = serializers.ChoiceField(PulseAnswer.Choice.choices)
    comment = serializers.CharField(max_length=2000, default="", allow_blank=True)


class KPIChangeOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class PulseOutput(serializers.Serializer[Any]):
    """``share`` is the percentage of yes, of at least five answers; else null."""

    version = serializers.IntegerField(source="version.number")
    asked = serializers.IntegerField()
    shown = serializers.IntegerField()
    answered = serializers.IntegerField()
    yes = serializers.IntegerField()
    partly = serializers.IntegerField()
    no = serializers.IntegerField()
    share = serializers.IntegerField(allow_null=True)
    kpis = KPIChangeOutput(many=True)
    comments = serializers.ListField(
        child=serializers.CharField(), help_text="Without names, from five answers on."
    )


class Roadmap(generics.ListAPIView[RoadmapItem]):
    """Everything but what was dropped."""

    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = ItemOutput
    queryset = RoadmapItem.objects.none()

    def get_queryset(self) -> Any:
        dashboard = dashboard_for(person_of(self.request), self.kwargs["slug"])
        return selectors.items_of(dashboard)

    @answers(ItemOutput, takes=ItemInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> RoadmapItem:
        dashboard = dashboard_for(actor, slug)
        return services.add_item(actor=actor, dashboard=dashboard, **given())


class ItemDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(ItemOutput)
    def get(self, user: User, pk: int) -> RoadmapItem:
        return selectors.item_for(user, pk)

    @answers(ItemOutput, takes=ItemInput)
    def put(self, actor: User, given: Given, pk: int) -> RoadmapItem:
        item = selectors.item_for(actor, pk)
        return services.change_item(actor=actor, item=item, **given())


class ItemDraft(APIView):
    """PUT: the draft in work carries it. DELETE: it goes without."""

    door = ACE

    @answers(ItemOutput)
    def put(self, actor: User, pk: int) -> RoadmapItem:
        return services.put_in_draft(actor=actor, item=selectors.item_for(actor, pk))

    @answers(ItemOutput)
    def delete(self, actor: User, pk: int) -> RoadmapItem:
        return services.take_out(actor=actor, item=selectors.item_for(actor, pk))


class ItemDrop(APIView):
    door = ACE

    @answers(ItemOutput, takes=DropInput)
    def post(self, actor: User, given: Given, pk: int) -> RoadmapItem:
        item = selectors.item_for(actor, pk)
        return services.drop_item(actor=actor, item=item, **given())


class ThreadPlan(APIView):
    door = ACE

    @answers(ItemOutput, takes=PlanInput, status=201)
    def post(self, actor: User, given: Given, pk: int) -> RoadmapItem:
        thread = selectors.thread_for(actor, pk)
        asked = given()
        number = asked.pop("item")
        item = selectors.item_for(actor, number) if number else None
        return services.plan_thread(actor=actor, thread=thread, item=item, **asked)


class MyPulses(generics.ListAPIView[PulseAnswer]):
    """The questions that were put to oneself."""

    door = SIGNED_IN
    serializer_class = AskedOutput
    queryset = PulseAnswer.objects.none()

    def get_queryset(self) -> Any:
        return selectors.asked_of(person_of(self.request)).order_by("-pk")


class PulseAnswers(APIView):
    """One's own answer, once."""

    door = SIGNED_IN

    @answers(AskedOutput, takes=AnswerInput)
    def post(self, actor: User, given: Given, pk: int) -> PulseAnswer:
        answer = selectors.answer_for(actor, pk)
        return pulses.answer_pulse(actor=actor, answer=answer, **given())


class Results(APIView):
    """Answered ÷ shown with n, beside the KPIs before and after; the newest release first."""

    door = ACE

    @extend_schema(responses=PulseOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        user = person_of(request)
        found = selectors.pulse_results(user, dashboard_for(user, slug))
        return Response(PulseOutput(found, many=True).data)
