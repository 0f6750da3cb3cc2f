"""When a KPI was computed, and what was reported."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import answers
from ace_portal.lib.errors import NotAllowed
from ace_portal.lib.permissions import ACE
from kpis import selectors
from kpis.measured import cut_versions
from kpis.models import Measurement, Refresh
from kpis.reformulation import Reformulation, last_change, reformulation_of
from kpis.services.refresh import request_refresh

COUNTS_ALL = _("What was reported counts all rows, and you see some. Ask for the figures.")


class RefreshOutput(serializers.ModelSerializer[Refresh]):
    version = serializers.IntegerField(source="version.number")
    load = serializers.IntegerField(source="load.number", default=None)
    error = serializers.CharField(source="trouble")

    class Meta:
        model = Refresh
        fields = [
            "id", "state", "cause", "version", "load", "job", "error", "seconds", "created_at",
            "finished_at",
        ]  # fmt: skip


class MeasurementOutput(serializers.ModelSerializer[Measurement]):
    version = serializers.IntegerField(source="version.number")
    load = serializers.IntegerField(source="load.number")
    unusual = serializers.BooleanField(
        source="is_unusual", help_text="Season and trend do not explain it."
    )

    class Meta:
        model = Measurement
        fields = [
            "version", "load", "grain", "period_start", "period_end", "state", "value",
            "numerator", "denominator", "rows", "partial", "expected", "usual_low", "usual_high",
            "unusual", "updated_at",
        ]  # fmt: skip


class KPIRefreshes(generics.ListAPIView[Refresh]):
    """Every attempt, newest first; POST starts one, or answers the one that is open."""

    door = ACE
    serializer_class = RefreshOutput
    queryset = Refresh.objects.none()

    def get_queryset(self) -> Any:
        kpi = selectors.kpi_for(person_of(self.request), self.kwargs["slug"])
        return selectors.refreshes_of(kpi)

    @answers(RefreshOutput, status=202)
    def post(self, actor: User, slug: str) -> Refresh:
        return request_refresh(actor=actor, kpi=selectors.kpi_for(actor, slug))


class KPIMeasurements(generics.ListAPIView[Measurement]):
    """What was reported, also over earlier loads and by earlier versions, newest period first.

    It was measured over all rows; who sees some of them asks for the KPI's figures instead.
    """

    door = ACE
    serializer_class = MeasurementOutput
    queryset = Measurement.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        kpi = selectors.kpi_for(user, self.kwargs["slug"])
        if cut_versions(user, selectors.versions_of(user, kpi)):
            raise NotAllowed(str(COUNTS_ALL))
        return selectors.reported(kpi)


class RestatementOutput(serializers.Serializer[Any]):
    """A full period whose figure is another than it was first reported."""

    period_start = serializers.DateTimeField(source="now.period_start")
    period_end = serializers.DateTimeField(source="now.period_end")
    then = serializers.FloatField(source="then.value", allow_null=True)
    load_then = serializers.IntegerField(source="then.load.number")
    reported_at = serializers.DateTimeField(source="then.created_at")
    now = serializers.FloatField(source="now.value", allow_null=True)
    load_now = serializers.IntegerField(source="now.load.number")


class RestatementsOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField(allow_null=True)
    restatements = RestatementOutput(many=True)


class ReformulatedOutput(serializers.Serializer[Any]):
    """A full period as the earlier version reported it last, and as the later one measured it."""

    period_start = serializers.DateTimeField(source="now.period_start")
    period_end = serializers.DateTimeField(source="now.period_end")
    then = serializers.FloatField(source="then.value", allow_null=True)
    state_then = serializers.CharField(source="then.state")
    load_then = serializers.IntegerField(source="then.load.number")
    reported_at = serializers.DateTimeField(source="then.refresh.finished_at", allow_null=True)
    now = serializers.FloatField(source="now.value", allow_null=True)
    state_now = serializers.CharField(source="now.state")
    load_now = serializers.IntegerField(source="now.load.number")
    same_data = serializers.BooleanField(
        help_text="Whether only the formula is another; else rows may have changed as well."
    )


class ReformulationOutput(serializers.Serializer[Any]):
    """What the last other formula did to periods that had been reported."""

    before = serializers.IntegerField(source="before.number")
    after = serializers.IntegerField(source="after.number")
    published_at = serializers.DateTimeField(source="after.published_at")
    reason = serializers.CharField(source="after.reason")
    summary = serializers.CharField()
    compared = serializers.SerializerMethodField(help_text="So many periods both have measured.")
    periods = ReformulatedOutput(source="differing", many=True)

    def get_compared(self, about: Reformulation) -> int:
        return len(about.periods)


class KPIReformulationOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField(allow_null=True)
    reformulation = ReformulationOutput(allow_null=True)


class KPIRestatements(APIView):
    """As reported then, and now: of the published version."""

    door = ACE

    @answers(RestatementsOutput)
    def get(self, user: User, slug: str) -> dict[str, Any]:
        version = selectors.published_of(selectors.kpi_for(user, slug))
        if version is None:
            return {"version": None, "restatements": []}
        if cut_versions(user, [version]):
            raise NotAllowed(str(COUNTS_ALL))
        now = selectors.measurements_of([version]).get(version.pk, [])
        prefetch_related_objects(now, "load")
        found = selectors.restatements_of(now, selectors.reported_before(version, now))
        return {"version": version.number, "restatements": found}


class KPIReformulation(APIView):
    """What the earlier version reported, and what the next one says of the same periods.

    Up to the published version, over the periods that it has measured; null where the formula
    never changed.
    """

    door = ACE

    @answers(KPIReformulationOutput)
    def get(self, user: User, slug: str) -> dict[str, Any]:
        kpi = selectors.kpi_for(user, slug)
        version = selectors.published_of(kpi)
        if version is None:
            return {"version": None, "reformulation": None}
        versions = list(selectors.versions_of(user, kpi))
        pair = last_change(versions, version) or (version,)
        if cut_versions(user, pair):
            raise NotAllowed(str(COUNTS_ALL))
        measured = selectors.measurements_of([version]).get(version.pk, [])
        found = reformulation_of(versions, version, measured)
        return {"version": version.number, "reformulation": found}
