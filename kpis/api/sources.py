"""Data sources, what lies in them, and datasets taken from them."""

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
from ace_portal.lib.permissions import ACE, DATA
from kpis.api.datasets import DatasetOutput
from kpis.models import Dataset, DataSource
from kpis.permissions import manages_data
from kpis.selectors import sources as selectors
from kpis.services import sourced, sources
from kpis.sources.origins import LABELS


class SourceOutput(serializers.ModelSerializer[DataSource]):
    """Never the password. ``trouble`` may quote a row: it is for who manages data, else empty."""

    owner = serializers.EmailField(source="owner.email")
    trouble = serializers.SerializerMethodField()

    class Meta:
        model = DataSource
        fields = [
            "slug", "name", "kind", "url", "header", "host", "port", "database", "user", "tls",
            "file", "at_once", "owner", "tested_at", "trouble",
        ]  # fmt: skip
        read_only_fields = fields

    def get_trouble(self, source: DataSource) -> str:
        return source.trouble if manages_data(person_of(self.context["request"])) else ""


class SourceChange(serializers.Serializer[Any]):
    """A server has host, port, database, user, password, tls; a file database has ``file``; an
    address has ``url`` and, as its password, a token, which ``header`` carries."""

    name = serializers.CharField(max_length=120)
    host = serializers.CharField(max_length=253, default="", allow_blank=True)
    port = serializers.IntegerField(min_value=1, max_value=65_535, default=None, allow_null=True)
    database = serializers.CharField(max_length=200, default="", allow_blank=True)
    user = serializers.CharField(max_length=200, default="", allow_blank=True)
    password = serializers.CharField(
        max_length=4_000, default="", allow_blank=True, trim_whitespace=False, write_only=True
    )
    tls = serializers.ChoiceField(DataSource.Tls.choices, default=DataSource.Tls.VERIFY)
    file = serializers.CharField(max_length=200, default="", allow_blank=True)
    url = serializers.CharField(max_length=500, default="", allow_blank=True)
    header = serializers.CharField(
        max_length=63, default="", allow_blank=True,
        help_text="Which header carries the token; empty: `Authorization: Bearer …`.",
    )  # fmt: skip
    at_once = serializers.IntegerField(
        min_value=1, max_value=20, default=None, allow_null=True,
        help_text="So many loads, and so many live questions, side by side; null: as the operator "
        "has set it.",
    )  # fmt: skip


class SourceInput(SourceChange):
    kind = serializers.ChoiceField(sorted(LABELS))


class RelationOutput(serializers.Serializer[Any]):
    schema = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(["table", "view"])
    rows = serializers.IntegerField(allow_null=True, help_text="As the database estimates.")


class AskedInput(serializers.Serializer[Any]):
    """A table by ``schema`` and ``table``, or one query in ``sql``."""

    schema = serializers.CharField(max_length=200, default="", allow_blank=True)
    table = serializers.CharField(max_length=200, default="", allow_blank=True)
    sql = serializers.CharField(
        max_length=50_000, default="", allow_blank=True, trim_whitespace=False
    )


class SourcedInput(AskedInput):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)
    placement = serializers.ChoiceField(
        Dataset.Placement.choices, default=Dataset.Placement.EXTRACT
    )
    time_zone = serializers.CharField(max_length=64, default="UTC")


class AttributeOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    native = serializers.CharField(help_text="The type as the database calls it.")
    type = serializers.CharField(help_text="Ours; empty where the column is left out.")


class LookOutput(serializers.Serializer[Any]):
    attributes = AttributeOutput(many=True)
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True))
    )


class Sources(generics.ListAPIView[DataSource]):
    door = ACE
    serializer_class = SourceOutput
    queryset = DataSource.objects.none()

    def get_queryset(self) -> Any:
        return selectors.sources_for(person_of(self.request))

    @answers(SourceOutput, takes=SourceInput, status=201)
    def post(self, actor: User, given: Given) -> DataSource:
        return sources.create_source(actor=actor, **given())


class SourceDetail(APIView):
    door = ACE

    @answers(SourceOutput)
    def get(self, actor: User, slug: str) -> DataSource:
        return selectors.source_for(actor, slug)

    @answers(SourceOutput, takes=SourceChange)
    def put(self, actor: User, given: Given, slug: str) -> DataSource:
        source = selectors.source_for(actor, slug)
        return sources.change_source(actor=actor, source=source, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        user = person_of(request)
        sources.remove_source(actor=user, source=selectors.source_for(user, slug))
        return Response(status=204)


class SourceTest(APIView):
    """Knock again."""

    door = DATA

    @answers(SourceOutput)
    def post(self, actor: User, slug: str) -> DataSource:
        return sources.try_source(actor=actor, source=selectors.source_for(actor, slug))


class SourceRelations(generics.ListAPIView[Any]):
    """Tables and views, as they were when the source was reached last."""

    door = ACE
    serializer_class = RelationOutput
    queryset = DataSource.objects.none()

    def get_queryset(self) -> Any:
        return selectors.source_for(person_of(self.request), self.kwargs["slug"]).relations


class SourceLook(APIView):
    """Columns and first rows; nothing is saved."""

    door = DATA

    @answers(LookOutput, takes=AskedInput)
    def post(self, actor: User, given: Given, slug: str) -> Any:
        source = selectors.source_for(actor, slug)
        return sources.look_into(actor=actor, source=source, **given())


class SourceDatasets(APIView):
    """A dataset of a table or a query; its first load is on the way."""

    door = DATA

    @answers(DatasetOutput, takes=SourcedInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Dataset:
        source = selectors.source_for(actor, slug)
        return sourced.create_from_source(actor=actor, source=source, **given())
