"""What one was told, and how one wants to be told."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import taken
from ace_portal.lib.permissions import SIGNED_IN
from ace_portal.notifications import selectors, services
from ace_portal.notifications.models import Delivery, Mail, Preference


class NotificationOutput(serializers.ModelSerializer[Delivery]):
    kind = serializers.CharField(source="event.kind")
    title = serializers.CharField(source="event.title")
    text = serializers.CharField(source="event.text")
    url = serializers.CharField(source="event.url")
    by = serializers.CharField(source="event.actor.name", default=None)

    class Meta:
        model = Delivery
        fields = ["id", "kind", "title", "text", "url", "by", "created_at", "read_at"]


class PreferenceInput(serializers.Serializer[Any]):
    mail = serializers.ChoiceField(Preference.Mail.choices)
    hour = serializers.IntegerField(min_value=0, max_value=23)


class PreferenceOutput(serializers.ModelSerializer[Preference]):
    class Meta:
        model = Preference
        fields = ["mail", "hour", "next_digest_at"]


class MailOutput(serializers.ModelSerializer[Mail]):
    class Meta:
        model = Mail
        fields = [
            "id", "subject", "text", "message_id", "state", "reason", "created_at", "sent_at",
        ]  # fmt: skip


class Notifications(generics.ListAPIView[Delivery]):
    """Newest first; what one may not read any more is left out of its page."""

    door = SIGNED_IN
    serializer_class = NotificationOutput
    queryset = Delivery.objects.none()

    def get_queryset(self) -> Any:
        return selectors.inbox_for(person_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        return selectors.readable(person_of(self.request), rows or [])


class NotificationRead(APIView):
    door = SIGNED_IN

    @extend_schema(request=None, responses=NotificationOutput)
    def post(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        delivery = selectors.delivery_for(user, pk)
        services.mark_read(actor=user, delivery=delivery)
        return Response(NotificationOutput(selectors.delivery_for(user, pk)).data)


class NotificationPreference(APIView):
    door = SIGNED_IN

    @extend_schema(responses=PreferenceOutput)
    def get(self, request: Request) -> Response:
        return Response(PreferenceOutput(services.preference_of(person_of(request))).data)

    @extend_schema(request=PreferenceInput, responses=PreferenceOutput)
    def put(self, request: Request) -> Response:
        given = taken(PreferenceInput, request)
        changed = services.set_preference(actor=person_of(request), **given)
        return Response(PreferenceOutput(changed).data)


class Mails(generics.ListAPIView[Mail]):
    """The mails that were sent to oneself, newest first."""

    door = SIGNED_IN
    serializer_class = MailOutput
    queryset = Mail.objects.none()

    def get_queryset(self) -> Any:
        return selectors.mails_for(person_of(self.request))
