"""Files, datasets and their loads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import DATA
from kpis.api.shapes import KeysField, LoadOutput
from kpis.models import Dataset, Load, Mode, Upload
from kpis.selectors import data as selectors
from kpis.services import datasets, uploads
from kpis.sources.base import TYPES
from kpis.sources.csv.options import BAD_ROWS, DATE_ORDERS


class NullTokenOutput(serializers.Serializer[Any]):
    token = serializers.CharField()
    count = serializers.IntegerField()
    proposed = serializers.BooleanField()


class ColumnProfileOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.ChoiceField(TYPES)
    reason = serializers.CharField()
    nulls = serializers.IntegerField()
    distinct = serializers.IntegerField()
    examples = serializers.ListField(child=serializers.CharField())


class NeedOutput(serializers.Serializer[Any]):
    kind = serializers.CharField()
    column = serializers.CharField()
    question = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    suggestion = serializers.CharField()


class BadRowOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class ProfileOutput(serializers.Serializer[Any]):
    """What was found in the file; ``needs`` must be answered before it can be loaded."""

    rows = serializers.IntegerField()
    complete = serializers.BooleanField()
    encoding_note = serializers.CharField()
    dialect_note = serializers.CharField()
    header_note = serializers.CharField()
    columns = ColumnProfileOutput(many=True)
    null_candidates = NullTokenOutput(many=True)
    needs = NeedOutput(many=True)
    preview = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    bad_rows_total = serializers.IntegerField()
    bad_rows = BadRowOutput(many=True)


class UploadOutput(serializers.ModelSerializer[Upload]):
    profile = ProfileOutput()

    class Meta:
        model = Upload
        fields = ["id", "name", "bytes", "sha256", "created_at", "profile"]
        read_only_fields = fields


class UploadInput(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)


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
            "live", "held", "behind", "rows", "as_of", "mode", "keys", "last_wins", "keep",
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


class Uploads(APIView):
    """Send a file; the answer says what was found in it."""

    door = DATA
    takes_files = True
    parser_classes = [MultiPartParser, FormParser]

    @extend_schema(request={"multipart/form-data": UploadInput})
    @answers(UploadOutput, takes=UploadInput, status=201)
    def post(self, actor: User, given: Given) -> Upload:
        return uploads.take_upload(actor=actor, **given())


class UploadDetail(APIView):
    door = DATA

    @answers(UploadOutput)
    def get(self, actor: User, pk: int) -> Upload:
        return selectors.upload_for(actor, pk)


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
