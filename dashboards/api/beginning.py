"""What a draft can begin from, and the draft that comes of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE
from dashboards.api.serializers import DraftOutput
from dashboards.content.beginnings import BEGINNINGS, NEEDS
from dashboards.content.selectors import dashboard_for
from dashboards.content.services import beginning as services
from dashboards.content.services.assembly import Assembled
from dashboards.permissions import require_editor


class RoleOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    needs = serializers.ChoiceField(list(NEEDS))
    optional = serializers.BooleanField()


class CellOutput(serializers.Serializer[Any]):
    type = serializers.CharField()
    width = serializers.IntegerField(help_text="In columns of twelve.")
    roles = serializers.ListField(child=serializers.CharField())
    title = serializers.CharField()


class PartOutput(serializers.Serializer[Any]):
    title = serializers.CharField()
    cells = CellOutput(many=True)


class BeginningOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    roles = RoleOutput(many=True)
    parts = PartOutput(many=True, help_text="The tabs to be, with their tiles.")


class BeginInput(serializers.Serializer[Any]):
    beginning = serializers.CharField(max_length=20)
    kpis = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**53),
        help_text="A KPI version by the key of each role.",
    )
    revision = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, max_value=2**31 - 1,
        help_text="Only over the draft that was seen.",
    )  # fmt: skip


class BegunOutput(serializers.Serializer[Any]):
    said = serializers.ListField(
        child=serializers.CharField(), help_text="What of the layout these KPIs cannot show."
    )
    draft = DraftOutput(source="version")


class Beginnings(APIView):
    """The layouts that a draft can begin from."""

    door = ACE

    @extend_schema(responses=BeginningOutput(many=True))
    def get(self, request: Request) -> Response:
        return Response(BeginningOutput(list(BEGINNINGS.values()), many=True).data)


class DraftBegin(APIView):
    """What the draft shows gives way in one save; without a draft one is begun."""

    door = ACE

    @answers(BegunOutput, takes=BeginInput)
    def post(self, actor: User, given: Given, slug: str) -> Assembled:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return services.begin_from(actor=actor, dashboard=dashboard, **given())
