"""When datasets are loaded, and KPIs computed, again."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, DATA
from kpis import selectors
from kpis.models.scheduled import Scheduled
from kpis.selectors.data import dataset_for
from kpis.services.schedules import schedule_kpi, set_schedule


class ScheduleInput(serializers.Serializer[Any]):
    schedule = serializers.CharField(
        max_length=100, allow_blank=True, help_text="`every 6 hours`, a cron line, or nothing."
    )
    schedule_zone = serializers.CharField(max_length=64, default="UTC")


class ScheduleOutput(serializers.Serializer[Any]):
    schedule = serializers.CharField()
    schedule_zone = serializers.CharField()
    next_runs = serializers.ListField(child=serializers.DateTimeField())


class DatasetSchedule(APIView):
    """When a dataset is loaded again by itself, and the next three times."""

    door = DATA

    @answers(ScheduleOutput)
    def get(self, actor: User, slug: str) -> dict[str, Any]:
        return _told(dataset_for(actor, slug))

    @answers(ScheduleOutput, takes=ScheduleInput)
    def put(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        dataset = dataset_for(actor, slug)
        return _told(set_schedule(actor=actor, dataset=dataset, **given()))


class KPISchedule(APIView):
    """When a KPI is computed by itself, and the next three times.

    Without a schedule it is computed again after each ``refresh_every``.
    """

    door = ACE

    @answers(ScheduleOutput)
    def get(self, actor: User, slug: str) -> dict[str, Any]:
        return _told(selectors.kpi_for(actor, slug))

    @answers(ScheduleOutput, takes=ScheduleInput)
    def put(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        kpi = selectors.kpi_for(actor, slug)
        return _told(schedule_kpi(actor=actor, kpi=kpi, **given()))


def _told(row: Scheduled) -> dict[str, Any]:
    return {
        "schedule": row.schedule,
        "schedule_zone": row.schedule_zone,
        "next_runs": row.runs_ahead(now=timezone.now()),
    }
