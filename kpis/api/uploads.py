"""Files on their way to becoming datasets: what was found in them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import DATA
from ace_portal.lib.saying import all_said
from kpis.models import Upload
from kpis.selectors import data as selectors
from kpis.selectors.comparing import differences_from_live
from kpis.services import uploads
from kpis.sources.base import TYPES
from kpis.sources.registry import FILE_SOURCES


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
    urgent = serializers.BooleanField(default=True)


class BadRowOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class ProfileOutput(serializers.Serializer[Any]):
    """What was found in the file; urgent ``needs`` must be answered before it can be loaded."""

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
    notes = serializers.ListField(child=serializers.CharField(), default=list)
    cut = serializers.BooleanField(default=False)


class DifferenceOutput(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="added, removed or changed")
    what = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class UploadOutput(serializers.ModelSerializer[Upload]):
    kind = serializers.CharField(help_text=", ".join(FILE_SOURCES))
    profile = ProfileOutput()
    differences = DifferenceOutput(many=True)

    class Meta:
        model = Upload
        fields = ["id", "name", "kind", "bytes", "sha256", "created_at", "profile", "differences"]
        read_only_fields = fields


class UploadInput(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    dataset = serializers.CharField(
        required=False, max_length=80,
        help_text="The slug of the dataset whose next file it is: read with its answers.",
    )  # fmt: skip


class Uploads(APIView):
    """Send a file; the answer says what was found in it, and with ``dataset`` what is new in it."""

    door = DATA
    takes_files = True
    parser_classes = [MultiPartParser, FormParser]

    @extend_schema(request={"multipart/form-data": UploadInput})
    @answers(UploadOutput, takes=UploadInput, status=201)
    def post(self, actor: User, given: Given) -> Upload:
        taken = given()
        slug = taken.pop("dataset", "")
        dataset = selectors.dataset_for(actor, slug) if slug else None
        upload = uploads.take_upload(actor=actor, dataset=dataset, **taken)
        if dataset is not None:
            upload.differences = all_said(differences_from_live(upload, dataset))
        return upload


class UploadDetail(APIView):
    """A file that was sent; with ``dataset``, what it holds otherwise than the dataset's load."""

    door = DATA

    @extend_schema(parameters=[OpenApiParameter("dataset", str, description="a dataset's slug")])
    @answers(UploadOutput)
    def get(self, actor: User, pk: int) -> Upload:
        upload = selectors.upload_for(actor, pk)
        if slug := self.request.query_params.get("dataset", ""):
            dataset = selectors.dataset_for(actor, slug)
            upload.differences = all_said(differences_from_live(upload, dataset))
        return upload
