"""Dashboards as code."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from ace_portal.lib.yaml import MOST
from dashboards.api import serializers as s
from dashboards.content import selectors
from dashboards.content.code import code_of, code_schema
from dashboards.content.models import Version
from dashboards.content.services import coding
from dashboards.permissions import require_editor


class CodeInput(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=MOST, trim_whitespace=False,
        help_text="YAML that fits the schema of `dashboard-schema/`.",
    )  # fmt: skip


class CodeApplied(CodeInput):
    revision = serializers.IntegerField(
        required=False, allow_null=True, default=None,
        help_text="Of the draft that was seen; without it whatever the draft says is replaced.",
    )  # fmt: skip


class CodeSchema(APIView):
    """The JSON schema of a dashboard as code."""

    door = SIGNED_IN

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(code_schema())


class VersionCode(APIView):
    """One version in YAML; applying it gives the very document back."""

    door = SIGNED_IN

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str, number: int) -> HttpResponse:
        user = person_of(request)
        version = selectors.version_for(user, selectors.dashboard_for(user, slug), number)
        return HttpResponse(code_of(version), content_type="application/yaml; charset=utf-8")


class DraftCode(APIView):
    """`PUT` makes the draft say what the text says; `POST` tells what that would change."""

    door = ACE

    @answers(s.DraftOutput, takes=CodeApplied)
    def put(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = selectors.dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return coding.apply_code(actor=actor, dashboard=dashboard, **given())

    @extend_schema(request=CodeInput, responses=s.ChangeOutput(many=True))
    def post(self, request: Request, slug: str) -> Response:
        actor = person_of(request)
        dashboard = selectors.dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        given = CodeInput(data=request.data)
        given.is_valid(raise_exception=True)
        changes = coding.changes_in(dashboard, given.validated_data["text"])
        return Response(s.ChangeOutput(changes, many=True).data)
