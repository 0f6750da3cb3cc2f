"""Whom one can meet, when, and one's bookings: the same rules and words as on the pages."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers, taken
from ace_portal.lib.errors import Invalid
from ace_portal.lib.permissions import SIGNED_IN
from dashboards.content.selectors import dashboard_for
from feedback.models import Thread
from office_hours.api import serializers as s
from office_hours.models import Booking, Host
from office_hours.permissions.booking import require_host
from office_hours.selectors import availability
from office_hours.selectors import booking as selectors
from office_hours.services import booking as services

MOST_DAYS = 62


class Hosts(generics.ListAPIView[Host]):
    """Who can be booked."""

    door = SIGNED_IN
    serializer_class = s.HostOutput
    queryset = Host.objects.none()

    def get_queryset(self) -> Any:
        return availability.hosts_for(person_of(self.request))


class HostSlots(APIView):
    """The free times of a host, from one day of the reader's to another."""

    door = SIGNED_IN

    @extend_schema(parameters=[s.RangeInput], responses=s.FreeOutput(many=True))
    def get(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        host = availability.host_for(user, pk)
        given = s.RangeInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        rows = slots_of(user, host, **given.validated_data)
        return Response(s.FreeOutput(rows, many=True).data)


def slots_of(user: User, host: Host, first: Any, last: Any) -> list[Any]:
    now, zone = timezone.now(), ZoneInfo(user.time_zone)
    if not 0 <= (last - first).days <= MOST_DAYS:
        raise Invalid(_("Ask for at most %(n)d days.") % {"n": MOST_DAYS}, field="last")
    if abs((first - now.date()).days) > 400:
        return []
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    found = availability.free_between(host, begin, end, now=now)
    there = ZoneInfo(host.time_zone)
    return [
        {
            "slot": free.slot, "left": free.left,
            "here": free.slot.starts_at.astimezone(zone).isoformat(),
            "there": free.slot.starts_at.astimezone(there).isoformat(),
        }
        for free in found
    ]  # fmt: skip


class Bookings(generics.ListAPIView[Booking]):
    """One's own and those that one hosts, the latest first; POST books."""

    door = SIGNED_IN
    serializer_class = s.BookingOutput
    queryset = Booking.objects.none()

    def get_queryset(self) -> Any:
        return selectors.bookings_for(person_of(self.request)).order_by("-starts_at", "-pk")

    @extend_schema(request=s.BookInput, responses={201: s.BookingDetailOutput})
    def post(self, request: Request) -> Response:
        user = person_of(request)
        given = taken(s.BookInput, request)
        slug = given.pop("dashboard")
        host = availability.host_for(user, given.pop("host"))
        dashboard = dashboard_for(user, slug) if slug else None
        booking = services.book(actor=user, host=host, dashboard=dashboard, **given)
        return Response(s.BookingDetailOutput(whole(user, booking.pk)).data, status=201)


def _about(user: User, booking: Booking) -> dict[str, Any] | None:
    seen = selectors.seen_by(user, booking) if selectors.may_see_tile(user, booking) else None
    return seen or None


def whole(user: User, pk: int) -> Booking:
    """The booking as it is now, with its tile for who may see that."""
    booking = selectors.booking_for(user, pk)
    booking.about = _about(user, booking)  # type: ignore[attr-defined]
    return booking


class BookingDetail(APIView):
    door = SIGNED_IN

    @answers(s.BookingDetailOutput)
    def get(self, user: User, pk: int) -> Booking:
        return whole(user, pk)


class BookingMove(APIView):
    """Another of the host's free times; a refusal names the nearest in ``details``."""

    door = SIGNED_IN

    @answers(s.BookingDetailOutput, takes=s.MoveInput)
    def post(self, user: User, pk: int, given: Given) -> Booking:
        booking = selectors.booking_for(user, pk)
        services.reschedule(actor=user, booking=booking, **given())
        return whole(user, pk)


class BookingCancel(APIView):
    door = SIGNED_IN

    @answers(s.BookingDetailOutput, takes=s.CancelInput)
    def post(self, user: User, pk: int, given: Given) -> Booking:
        booking = selectors.booking_for(user, pk)
        services.cancel(actor=user, booking=booking, **given())
        return whole(user, pk)


class BookingOutcome(APIView):
    """The host says how it went."""

    door = SIGNED_IN

    @answers(s.BookingDetailOutput, takes=s.OutcomeInput)
    def post(self, user: User, pk: int, given: Given) -> Booking:
        booking = hosted(user, pk)
        services.record_outcome(actor=user, booking=booking, **given())
        return whole(user, pk)


class BookingNotes(APIView):
    """The host writes, both read."""

    door = SIGNED_IN

    @answers(s.BookingDetailOutput, takes=s.NotesInput)
    def put(self, user: User, pk: int, given: Given) -> Booking:
        booking = hosted(user, pk)
        services.write_notes(actor=user, booking=booking, **given())
        return whole(user, pk)


class BookingThread(APIView):
    """What came of it, as a thread on the tile that it was about."""

    door = SIGNED_IN

    @answers(s.OutcomeThreadOutput, takes=s.OutcomeThreadInput, status=201)
    def post(self, user: User, pk: int, given: Given) -> Thread:
        booking = hosted(user, pk)
        return services.open_outcome_thread(actor=user, booking=booking, **given())


def hosted(user: User, pk: int) -> Booking:
    booking = selectors.booking_for(user, pk)
    require_host(user, booking)
    return booking
