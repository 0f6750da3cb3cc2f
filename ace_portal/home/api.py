"""The search, through the API: things alone, as its pages and deeds belong to the palette."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.selectors import person_of
from ace_portal.home.selectors.search import EACH_ON_THE_PAGE, things_found
from ace_portal.lib.permissions import SIGNED_IN


class HitOutput(serializers.Serializer[Any]):
    """Something that was found; ``where`` says what it belongs to."""

    kind = serializers.CharField()
    title = serializers.CharField()
    where = serializers.CharField()
    url = serializers.CharField()


class SearchOutput(serializers.Serializer[Any]):
    """``asked`` is what was looked for: one line of at most a hundred characters."""

    asked = serializers.CharField()
    count = serializers.IntegerField()
    hits = HitOutput(many=True)


class Search(APIView):
    """What the person may know of and every word stands in, twenty of a kind, the best first."""

    door = SIGNED_IN

    @extend_schema(parameters=[OpenApiParameter("q", str)], responses=SearchOutput)
    def get(self, request: Request) -> Response:
        typed = request.query_params.get("q", "")
        found = things_found(person_of(request), typed, most=EACH_ON_THE_PAGE)
        hits = [hit for group in found.groups for hit in group.hits]
        return Response(
            SearchOutput({"asked": found.asked, "count": found.count, "hits": hits}).data
        )
