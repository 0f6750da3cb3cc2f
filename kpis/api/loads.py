"""One load, two loads side by side, and which of them is live."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.pages import number_of
from ace_portal.lib.permissions import DATA
from kpis.api.datasets import DatasetOutput
from kpis.api.shapes import ColumnOutput, KeysField, LoadOutput
from kpis.comparison import compare
from kpis.models import Dataset, Load, Mode
from kpis.models.dataset import MOST_KEPT
from kpis.selectors.checks import pair_of
from kpis.selectors.data import dataset_for, load_of
from kpis.services import holding, loads
from kpis.services.merging import set_loading

NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)


class LoadReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=240, default="", allow_blank=True)


class LoadingInput(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(Mode.choices)
    keys = KeysField(required=False)
    last_wins = serializers.BooleanField(default=False)
    keep = serializers.IntegerField(min_value=0, max_value=MOST_KEPT, required=False)


class RetypedOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    before = serializers.CharField()
    now = serializers.CharField()


class DriftOutput(serializers.Serializer[Any]):
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    retyped = RetypedOutput(many=True)


class ColumnPairOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.ChoiceField(["added", "removed", "retyped", "changed", "same"])
    before = ColumnOutput(allow_null=True)
    now = ColumnOutput(allow_null=True)


class MeasuredOutput(serializers.Serializer[Any]):
    period_start = serializers.DateTimeField()
    grain = serializers.CharField()
    state = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    numerator = serializers.FloatField(allow_null=True)
    denominator = serializers.FloatField(allow_null=True)


class FigurePairOutput(serializers.Serializer[Any]):
    """A KPI's last full period as it was measured over each load."""

    kpi = serializers.SlugField(source="version.kpi.slug")
    same_period = serializers.BooleanField()
    before = MeasuredOutput(allow_null=True)
    now = MeasuredOutput(allow_null=True)


class ComparisonOutput(serializers.Serializer[Any]):
    first = LoadOutput()
    last = LoadOutput()
    drift = DriftOutput()
    columns = ColumnPairOutput(many=True)
    figures = FigurePairOutput(many=True)


class DatasetLoading(APIView):
    """How the next files arrive, and how many earlier loads are kept."""

    door = DATA

    @answers(DatasetOutput, takes=LoadingInput)
    def put(self, actor: User, given: Given, slug: str) -> Dataset:
        dataset = dataset_for(actor, slug)
        return set_loading(actor=actor, dataset=dataset, **given())


class LoadDetail(APIView):
    door = DATA

    @extend_schema(parameters=[NUMBER])
    @answers(LoadOutput)
    def get(self, actor: User, slug: str, number: int) -> Load:
        return load_of(dataset_for(actor, slug), number)


class DatasetCompare(APIView):
    """``last`` against ``first``, by their numbers; left out: the live load, the one before it."""

    door = DATA

    @extend_schema(
        parameters=[OpenApiParameter("first", int), OpenApiParameter("last", int)],
        responses=ComparisonOutput,
    )
    def get(self, request: Request, slug: str) -> Response:
        dataset = dataset_for(person_of(request), slug)
        first, last = (number_of(request.query_params.get(n, "")) for n in ("first", "last"))
        found = compare(*pair_of(dataset, first, last))
        return Response(ComparisonOutput(found).data)


class LoadRollback(APIView):
    """superseded → live; a reason stays on record."""

    door = DATA

    @extend_schema(parameters=[NUMBER])
    @answers(LoadOutput, takes=LoadReasonInput)
    def post(self, actor: User, given: Given, slug: str, number: int) -> Load:
        load = load_of(dataset_for(actor, slug), number)
        return loads.roll_back(actor=actor, load=load, reason=given()["reason"])


class LoadAccept(APIView):
    """Held back by a check → live anyway; the owner says why."""

    door = DATA

    @extend_schema(parameters=[NUMBER])
    @answers(LoadOutput, takes=LoadReasonInput)
    def post(self, actor: User, given: Given, slug: str, number: int) -> Load:
        load = load_of(dataset_for(actor, slug), number)
        return holding.accept_load(actor=actor, load=load, reason=given()["reason"])
