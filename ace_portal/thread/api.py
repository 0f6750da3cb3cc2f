"""The thread of any object, through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.permissions import SIGNED_IN
from ace_portal.thread.selectors import strip_for
from dashboards.content.selectors import dashboard_for
from feedback.selectors import thread_for
from kpis.selectors import kpi_for
from personas.selectors import blueprint_for, persona_for, question_for, service_for


class NodeOutput(serializers.Serializer[Any]):
    """One station; without a name to open, the kind alone is told."""

    kind = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    lit = serializers.BooleanField()
    here = serializers.BooleanField()


def _number(key: str) -> int:
    if not key.isdecimal() or len(key) > 18:
        raise NotVisible("")
    return int(key)


def _question(user: User, key: str) -> Model:
    return question_for(user, _number(key))


def _thread(user: User, key: str) -> Model:
    return thread_for(user, _number(key))


FINDERS: dict[str, Callable[[User, str], Model]] = {
    "services": service_for,
    "blueprints": blueprint_for,
    "personas": persona_for,
    "questions": _question,
    "kpis": kpi_for,
    "dashboards": dashboard_for,
    "threads": _thread,
}


class Thread(APIView):
    """From step to release, as far as the reader may go.

    The key is a slug; that of a question or of a thread of feedback is its number.
    """

    door = SIGNED_IN

    @extend_schema(responses=NodeOutput(many=True))
    def get(self, request: Request, kind: str, key: str) -> Response:
        finder = FINDERS.get(kind)
        if finder is None:
            raise NotVisible("")
        user = person_of(request)
        return Response(NodeOutput(strip_for(user, finder(user, key)), many=True).data)
