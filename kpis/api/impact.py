"""What a change would touch and break, before it is made."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.errors import Conflict
from ace_portal.lib.permissions import ACE, DATA
from kpis import selectors
from kpis.api.loads import NUMBER, DriftOutput
from kpis.impact import Impact, impact_of_draft
from kpis.selectors.data import dataset_for, load_of
from kpis.services.impact import impact_of, impact_of_load
from kpis.sources.base import TYPES


class ImpactInput(serializers.Serializer[Any]):
    """Another query, or columns with other types; neither: building it again as it is."""

    sql = serializers.CharField(max_length=50_000, trim_whitespace=False, required=False)
    types = serializers.DictField(child=serializers.ChoiceField(TYPES), required=False)


class TouchedOutput(serializers.Serializer[Any]):
    """``columns`` are gone or others for it; ``why`` it breaks, else empty."""

    name = serializers.CharField()
    url = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    why = serializers.CharField()
    note = serializers.CharField(help_text="Of a chart: its dashboard.")


class ImpactOutput(serializers.Serializer[Any]):
    drift = DriftOutput(allow_null=True)
    datasets = TouchedOutput(many=True)
    kpis = TouchedOutput(many=True)
    charts = TouchedOutput(many=True)
    dashboards = TouchedOutput(many=True)
    broken = serializers.IntegerField()


class DatasetImpact(APIView):
    """Nothing is saved."""

    door = DATA

    @answers(ImpactOutput, takes=ImpactInput)
    def post(self, actor: User, given: Given, slug: str) -> Impact:
        return impact_of(actor=actor, dataset=dataset_for(actor, slug), **given())


class LoadImpact(APIView):
    """What it would touch if this load went live; nothing of one that cannot, or is live."""

    door = DATA

    @extend_schema(parameters=[NUMBER])
    @answers(ImpactOutput)
    def get(self, actor: User, slug: str, number: int) -> Impact:
        return impact_of_load(actor=actor, load=load_of(dataset_for(actor, slug), number))


class KPIImpact(APIView):
    """What the present draft would touch."""

    door = ACE

    @answers(ImpactOutput)
    def get(self, actor: User, slug: str) -> Impact:
        kpi = selectors.kpi_for(actor, slug)
        draft = selectors.draft_of(kpi)
        if draft is None:
            raise Conflict(_("There is no draft. Start a new version first."))
        return impact_of_draft(actor, kpi, draft)
