"""When a KPI was computed, and what was reported."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import answers
from ace_portal.lib.permissions import ACE
from kpis import selectors
from kpis.models import Measurement, Refresh
from kpis.services.refresh import request_refresh


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
    """What was reported, also over earlier loads and by earlier versions, newest period first."""

    door = ACE
    serializer_class = MeasurementOutput
    queryset = Measurement.objects.none()

    def get_queryset(self) -> Any:
        kpi = selectors.kpi_for(person_of(self.request), self.kwargs["slug"])
        return selectors.reported(kpi)
