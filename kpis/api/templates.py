"""Templates of the catalogue, and KPIs made of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.permissions import ACE
from ace_portal.lib.saying import said
from kpis.api.kpis import KPIDetailOutput
from kpis.catalogue.roles import ROLES
from kpis.catalogue.templates import TEMPLATES, Template
from kpis.models import KPI, Dataset
from kpis.services.templates import create_from_template
from personas.models import Question


class RoleOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
    value = serializers.BooleanField(
        help_text="Whether a column of another type than boolean needs `<key>_value`."
    )


class TemplateOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    formula = serializers.SerializerMethodField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    category = serializers.CharField()
    roles = serializers.SerializerMethodField()

    def get_name(self, template: Template) -> str:
        return said(template.name)

    def get_formula(self, template: Template) -> str:
        return said(template.formula)

    @extend_schema(responses=RoleOutput(many=True))
    def get_roles(self, template: Template) -> list[dict[str, Any]]:
        return [
            {"key": key, "title": said(ROLES[key].label), "types": list(ROLES[key].types),
             "value": ROLES[key].value}
            for key in template.roles
        ]  # fmt: skip


class FromTemplateInput(serializers.Serializer[Any]):
    """``roles``: role → column, and ``<role>_value`` where a flag is no yes or no."""

    question = serializers.PrimaryKeyRelatedField(queryset=Question.objects.all())
    dataset = serializers.SlugRelatedField(slug_field="slug", queryset=Dataset.objects.all())
    roles = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True))
    name = serializers.CharField(max_length=120, default="", allow_blank=True)


class Templates(generics.ListAPIView[Any]):
    door = ACE
    serializer_class = TemplateOutput
    queryset = KPI.objects.none()

    def get_queryset(self) -> Any:
        return list(TEMPLATES.values())


class TemplateKPIs(APIView):
    """A draft KPI of a template."""

    door = ACE

    @extend_schema(parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH)])
    @answers(KPIDetailOutput, takes=FromTemplateInput, status=201)
    def post(self, actor: User, given: Given, code: str) -> KPI:
        if code not in TEMPLATES:
            raise NotVisible("")
        return create_from_template(actor=actor, template=code, **given())
