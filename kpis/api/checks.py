"""Quality checks of a dataset."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import DATA
from kpis.checking.rules import LONGEST_SQL, LONGEST_VALUE, MOST_COLUMNS, MOST_VALUES
from kpis.models import QualityCheck
from kpis.selectors.checks import check_of, checks_of
from kpis.selectors.data import dataset_for
from kpis.services import checks as services


class RuleInput(serializers.Serializer[Any]):
    """What the check demands: its kind says which of these it takes.

    unique, not_null: columns. range: one column, least, most. accepted: one column, values.
    freshness: hours. rows: percent. sql: a query for the rows that are wrong.
    """

    columns = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=MOST_COLUMNS
    )
    least = serializers.CharField(max_length=40, required=False, allow_blank=True)
    most = serializers.CharField(max_length=40, required=False, allow_blank=True)
    values = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_VALUE), required=False,
        max_length=MOST_VALUES,
    )  # fmt: skip
    hours = serializers.FloatField(required=False)
    percent = serializers.FloatField(required=False)
    sql = serializers.CharField(max_length=LONGEST_SQL, required=False, trim_whitespace=False)


class QualityCheckChange(RuleInput):
    severity = serializers.ChoiceField(QualityCheck.Severity.choices, default="blocking")
    active = serializers.BooleanField(default=True)


class QualityCheckInput(QualityCheckChange):
    kind = serializers.ChoiceField(QualityCheck.Kind.choices)


class QualityCheckOutput(serializers.ModelSerializer[QualityCheck]):
    says = serializers.CharField(source="*", read_only=True)
    rule = RuleInput()
    author = serializers.EmailField(source="author.email")

    class Meta:
        model = QualityCheck
        fields = ["id", "kind", "rule", "says", "severity", "active", "author", "updated_at"]
        read_only_fields = fields

    def to_representation(self, instance: QualityCheck) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        return {**told, "rule": instance.rule, "says": services.rule_words(instance)}


class Checks(APIView):
    """What must hold of every load before people see it."""

    door = DATA

    @extend_schema(responses=QualityCheckOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        rows = checks_of(dataset_for(person_of(request), slug))
        return Response(QualityCheckOutput(rows, many=True).data)

    @answers(QualityCheckOutput, takes=QualityCheckInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> QualityCheck:
        dataset = dataset_for(actor, slug)
        return services.add_check(actor=actor, dataset=dataset, **given())


class CheckDetail(APIView):
    door = DATA

    @answers(QualityCheckOutput, takes=QualityCheckChange)
    def put(self, actor: User, given: Given, slug: str, pk: int) -> QualityCheck:
        check = check_of(dataset_for(actor, slug), pk)
        return services.change_check(actor=actor, check=check, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        actor = person_of(request)
        services.remove_check(actor=actor, check=check_of(dataset_for(actor, slug), pk))
        return Response(status=204)
