"""Who sees which rows of a dataset."""

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
from kpis.models import Dataset, RowPolicy
from kpis.selectors.data import dataset_for
from kpis.selectors.policies import policy_of
from kpis.services import policies
from personas.models import UserGroup


class RowRuleField(serializers.Serializer[Any]):
    """The values that the members of a group see, as they are typed."""

    group = serializers.SlugRelatedField(slug_field="slug", queryset=UserGroup.objects.all())
    values = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=policies.MOST_VALUES
    )


class RowPolicyInput(serializers.Serializer[Any]):
    column = serializers.CharField(max_length=200)
    attribute = serializers.CharField(max_length=40, default="", allow_blank=True)
    rules = RowRuleField(many=True, required=False)


class RowPolicyOutput(serializers.Serializer[Any]):
    """``dataset`` is the one that says it: this one, or one that it is made from. Null: all see
    all rows."""

    dataset = serializers.SlugField(allow_null=True)
    column = serializers.CharField(allow_null=True)
    attribute = serializers.CharField()
    rules = RowRuleField(many=True)


class DatasetPolicy(APIView):
    """Who manages data sees all rows; everybody else those of their groups and attribute."""

    door = DATA

    @answers(RowPolicyOutput)
    def get(self, actor: User, slug: str) -> dict[str, Any]:
        return _told(policy_of(dataset_for(actor, slug)))

    @answers(RowPolicyOutput, takes=RowPolicyInput)
    def put(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        dataset: Dataset = dataset_for(actor, slug)
        said = given()
        rules = {rule["group"]: rule["values"] for rule in said.pop("rules", [])}
        policies.set_policy(actor=actor, dataset=dataset, rules=rules, **said)
        return _told(policy_of(dataset_for(actor, slug)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        actor = person_of(request)
        policies.lift_policy(actor=actor, dataset=dataset_for(actor, slug))
        return Response(status=204)


def _told(policy: RowPolicy | None) -> dict[str, Any]:
    if policy is None:
        return {"dataset": None, "column": None, "attribute": "", "rules": []}
    return {
        "dataset": policy.dataset.slug,
        "column": policy.column,
        "attribute": policy.attribute,
        "rules": policy.rules.all(),
    }
