"""Datasets and their loads."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import DATA
from kpis.api.shapes import KeysField, LoadOutput
from kpis.models import Dataset, Load, Mode
from kpis.selectors import data as selectors
from kpis.services import datasets
from kpis.sources.base import TYPES
from kpis.sources.reading import BAD_ROWS, DATE_ORDERS


class AnswersInput(serializers.Serializer[Any]):
    """How to read the file; what is left out is as it was seen."""

    upload = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    types = serializers.DictField(child=serializers.ChoiceField(TYPES), required=False)
    null_tokens = serializers.ListField(
        child=serializers.CharField(max_length=100, allow_blank=True), required=False, max_length=50
    )
    date_order = serializers.ChoiceField(DATE_ORDERS, required=False)
    decimal = serializers.ChoiceField([".", ","], required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    bad_rows = serializers.ChoiceField(BAD_ROWS, required=False)
    encoding = serializers.CharField(max_length=40, required=False)
    delimiter = serializers.CharField(max_length=1, required=False, trim_whitespace=False)
    quote = serializers.CharField(max_length=1, required=False)
    sheet = serializers.CharField(max_length=200, required=False)
    header_row = serializers.IntegerField(min_value=0, max_value=1_048_576, required=False)


class LoadInput(AnswersInput):
    """A further file; what it does to the rows that are there is as the dataset says, or as said
    here."""

    mode = serializers.ChoiceField(Mode.choices, required=False)
    keys = KeysField(required=False)
    last_wins = serializers.BooleanField(required=False)


class DatasetInput(AnswersInput):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)


class DatasetChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=1_000, default="", allow_blank=True)


class SqlInput(serializers.Serializer[Any]):
    sql = serializers.CharField(max_length=50_000, trim_whitespace=False)


class PreparedInput(DatasetChange, SqlInput):
    pass


class DatasetOutput(serializers.ModelSerializer[Dataset]):
    owner = serializers.EmailField(source="owner.email")
    table_name = serializers.CharField()
    data_source = serializers.SlugField(source="source.slug", default=None, allow_null=True)
    live = serializers.IntegerField(source="live.number", default=None, allow_null=True)
    held = serializers.IntegerField(
        source="held.number", default=None, allow_null=True,
        help_text="The load that a check keeps from going live.",
    )  # fmt: skip
    rows = serializers.IntegerField(source="live.rows", default=None, allow_null=True)
    as_of = serializers.DateTimeField(source="live.as_of", default=None, allow_null=True)

    class Meta:
        model = Dataset
        fields = [
            "slug", "name", "description", "kind", "owner", "time_zone", "sql", "table_name",
            "data_source", "asked", "placement", "live", "held", "behind", "rows", "as_of",
            "mode", "keys", "last_wins", "keep", "mark_column", "overlap", "overlap_unit",
        ]  # fmt: skip
        read_only_fields = fields


class SqlColumnOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.ChoiceField(TYPES)


class SqlPreviewOutput(serializers.Serializer[Any]):
    columns = SqlColumnOutput(many=True)
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True))
    )


class Datasets(generics.ListAPIView[Dataset]):
    door = DATA
    serializer_class = DatasetOutput
    queryset = Dataset.objects.none()

    def get_queryset(self) -> Any:
        return selectors.datasets_for(person_of(self.request))

    @answers(DatasetOutput, takes=DatasetInput, status=201)
    def post(self, actor: User, given: Given) -> Dataset:
        said = given()
        upload = selectors.upload_for(actor, said.pop("upload"))
        return datasets.create_dataset(actor=actor, upload=upload, **said)


class PreparedDatasets(APIView):
    """A dataset of a query over others."""

    door = DATA

    @answers(DatasetOutput, takes=PreparedInput, status=201)
    def post(self, actor: User, given: Given) -> Dataset:
        return datasets.create_prepared(actor=actor, **given())


class SqlPreview(APIView):
    """The first rows of a query; nothing is saved."""

    door = DATA

    @answers(SqlPreviewOutput, takes=SqlInput)
    def post(self, actor: User, given: Given) -> Any:
        return datasets.preview_sql(actor=actor, sql=given()["sql"])


class DatasetDetail(APIView):
    door = DATA

    @answers(DatasetOutput)
    def get(self, actor: User, slug: str) -> Dataset:
        return selectors.dataset_for(actor, slug)

    @answers(DatasetOutput, takes=DatasetChange)
    def put(self, actor: User, given: Given, slug: str) -> Dataset:
        dataset = selectors.dataset_for(actor, slug)
        return datasets.change_dataset(actor=actor, dataset=dataset, **given())


class DatasetSql(APIView):
    door = DATA

    @answers(DatasetOutput, takes=SqlInput)
    def put(self, actor: User, given: Given, slug: str) -> Dataset:
        dataset = selectors.dataset_for(actor, slug)
        return datasets.change_sql(actor=actor, dataset=dataset, **given())


class DatasetRebuild(APIView):
    door = DATA

    @answers(LoadOutput, status=201)
    def post(self, actor: User, slug: str) -> Load:
        dataset = selectors.dataset_for(actor, slug)
        return datasets.rebuild(actor=actor, dataset=dataset)


class Loads(generics.ListAPIView[Load]):
    """The loads of a dataset, newest first."""

    door = DATA
    serializer_class = LoadOutput
    queryset = Load.objects.none()

    def get_queryset(self) -> Any:
        return selectors.loads_of(
            selectors.dataset_for(person_of(self.request), self.kwargs["slug"])
        )

    @answers(LoadOutput, takes=LoadInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Load:
        dataset = selectors.dataset_for(actor, slug)
        said = given()
        upload = selectors.upload_for(actor, said.pop("upload"))
        return datasets.add_load(actor=actor, dataset=dataset, upload=upload, **said)
