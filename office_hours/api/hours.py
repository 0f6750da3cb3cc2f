"""A host's own hours, and the feeds of one's calendar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers, taken
from ace_portal.lib.permissions import ACE, SIGNED_IN
from office_hours.api import serializers as s
from office_hours.models import FeedToken, Host, OtherDay, Rule
from office_hours.selectors import booking as selectors
from office_hours.selectors.availability import hours_of, other_day_of, rule_of
from office_hours.services import availability as services
from office_hours.services import feeds


class Hours(APIView):
    """How one can be booked oneself; PUT begins it."""

    door = ACE

    @answers(s.HoursOutput)
    def get(self, user: User) -> Host:
        return hours_of(user) or Host(person=user, time_zone=user.time_zone, is_open=False)

    @answers(s.HoursOutput, takes=s.HoursInput)
    def put(self, user: User, given: Given) -> Host:
        return services.change_hours(actor=user, **given())


class Rules(generics.ListAPIView[Rule]):
    door = ACE
    serializer_class = s.RuleOutput
    queryset = Rule.objects.none()

    def get_queryset(self) -> Any:
        return Rule.objects.filter(host__person=person_of(self.request))

    @extend_schema(request=s.RuleInput, responses={201: s.RuleOutput})
    def post(self, request: Request) -> Response:
        rule = services.add_rule(actor=person_of(request), **taken(s.RuleInput, request))
        return Response(s.RuleOutput(rule).data, status=201)


class RuleDetail(APIView):
    door = ACE

    @answers(s.RuleOutput)
    def get(self, user: User, pk: int) -> Rule:
        return rule_of(user, pk)

    @answers(s.RuleOutput, takes=s.RuleInput)
    def put(self, user: User, pk: int, given: Given) -> Rule:
        return services.change_rule(actor=user, rule=rule_of(user, pk), **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        services.remove_rule(actor=user, rule=rule_of(user, pk))
        return Response(status=204)


class OtherDays(generics.ListAPIView[OtherDay]):
    """Days off, and days with other hours; POST for a day that is there replaces it."""

    door = ACE
    serializer_class = s.OtherDayOutput
    queryset = OtherDay.objects.none()

    def get_queryset(self) -> Any:
        return OtherDay.objects.filter(host__person=person_of(self.request))

    @extend_schema(request=s.OtherDayInput, responses={201: s.OtherDayOutput})
    def post(self, request: Request) -> Response:
        user = person_of(request)
        given = taken(s.OtherDayInput, request)
        like = given.pop("like")
        rule = rule_of(user, like) if like else None
        other = services.set_other_day(actor=user, like=rule, **given)
        return Response(s.OtherDayOutput(other).data, status=201)


class OtherDayDetail(APIView):
    door = ACE

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        services.remove_other_day(actor=user, other=other_day_of(user, pk))
        return Response(status=204)


class Feeds(generics.ListAPIView[FeedToken]):
    """Addresses under which one's sessions are read as a calendar; POST makes one."""

    door = SIGNED_IN
    serializer_class = s.FeedOutput
    queryset = FeedToken.objects.none()

    def get_queryset(self) -> Any:
        return selectors.feeds_of(person_of(self.request))

    @extend_schema(request=None, responses={201: s.NewFeedOutput})
    def post(self, request: Request) -> Response:
        feed, secret = feeds.make_feed(actor=person_of(request))
        url = f"{settings.BASE_URL}{reverse('office_hours:feed', args=[secret])}"
        return Response({**s.FeedOutput(feed).data, "url": url}, status=201)


class FeedDetail(APIView):
    door = SIGNED_IN

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        feeds.revoke_feed(actor=person_of(request), pk=pk)
        return Response(status=204)
