"""Calendars of working hours."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import DATA
from kpis.models import WorkCalendar
from kpis.selectors.calendars import calendar_for, calendars_for
from kpis.services import calendars as services


class WeekField(serializers.ListField):
    """Per weekday, Monday first, its stretches: ``[["09:00", "17:00"]]``."""

    child = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(max_length=5))
    )


class CalendarOutput(serializers.ModelSerializer[WorkCalendar]):
    week = WeekField()
    holidays = serializers.ListField(child=serializers.DateField())

    class Meta:
        model = WorkCalendar
        fields = ["slug", "name", "time_zone", "week", "holidays"]
        read_only_fields = fields


class CalendarInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    time_zone = serializers.CharField(max_length=64)
    week = WeekField()
    holidays = serializers.ListField(child=serializers.CharField(max_length=10), default=list)


class Calendars(generics.ListAPIView[WorkCalendar]):
    door = DATA
    serializer_class = CalendarOutput
    queryset = WorkCalendar.objects.none()

    def get_queryset(self) -> Any:
        return calendars_for(person_of(self.request))

    @answers(CalendarOutput, takes=CalendarInput, status=201)
    def post(self, actor: User, given: Given) -> WorkCalendar:
        return services.create_calendar(actor=actor, **given())


class CalendarDetail(APIView):
    door = DATA

    @answers(CalendarOutput)
    def get(self, actor: User, slug: str) -> WorkCalendar:
        return calendar_for(actor, slug)

    @answers(CalendarOutput, takes=CalendarInput)
    def put(self, actor: User, given: Given, slug: str) -> WorkCalendar:
        calendar = calendar_for(actor, slug)
        return services.change_calendar(actor=actor, calendar=calendar, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        user = person_of(request)
        services.delete_calendar(actor=user, calendar=calendar_for(user, slug))
        return Response(status=204)
