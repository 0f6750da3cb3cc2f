"""The pictures that a dashboard's tiles may show."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE
from dashboards.content.models import Picture
from dashboards.content.pictures import taken
from dashboards.content.selectors import dashboard_for
from dashboards.content.services.pictures import keep_picture
from dashboards.permissions import require_editor


class PictureInput(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)


class PictureOutput(serializers.ModelSerializer[Picture]):
    class Meta:
        model = Picture
        fields = ["sha256", "kind", "width", "height", "created_at"]
        read_only_fields = fields


class Pictures(APIView):
    """Send a picture; a tile of the draft shows it by its ``sha256``."""

    door = ACE
    takes_files = True
    parser_classes = [MultiPartParser, FormParser]

    @extend_schema(request={"multipart/form-data": PictureInput})
    @answers(PictureOutput, takes=PictureInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Picture:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return keep_picture(actor=actor, dashboard=dashboard, taken=taken(given()["file"]))
