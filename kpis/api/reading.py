"""What is read from a source: samples of addresses, tables and queries, and how much at a load."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import DATA
from kpis.api.datasets import DatasetOutput
from kpis.api.shapes import KeysField
from kpis.api.sources import AskedInput
from kpis.api.uploads import UploadOutput
from kpis.models import Dataset, Upload
from kpis.models.arriving import OverlapUnit
from kpis.selectors.data import dataset_for
from kpis.selectors.sources import source_for
from kpis.services.incremental import set_reading
from kpis.services.samples import take_sample
from kpis.services.sourced import change_asked
from kpis.sources.http.asking import (
    DEEPEST,
    MARK_FORMATS,
    MOST_PARAMETERS,
    MOST_SIZE,
    PAGINGS,
)


class ParameterField(serializers.ListField):
    """A parameter: its name and its value."""

    child = serializers.CharField(max_length=2_000, allow_blank=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, **kwargs)


class SampleInput(serializers.Serializer[Any]):
    """What to ask of an address. ``rows_at`` and ``next_at`` are places in the body, as
    ``data.items`` or ``/data/items``."""

    path = serializers.CharField(max_length=1_000, default="", allow_blank=True)
    parameters = serializers.ListField(
        child=ParameterField(), default=list, max_length=MOST_PARAMETERS
    )
    rows_at = serializers.CharField(max_length=500, default="", allow_blank=True)
    paging = serializers.ChoiceField(PAGINGS, default="none")
    parameter = serializers.CharField(
        max_length=100, default="", allow_blank=True,
        help_text="Which says page, offset or cursor; empty: it is called so.",
    )  # fmt: skip
    size_parameter = serializers.CharField(max_length=100, default="", allow_blank=True)
    size = serializers.IntegerField(min_value=0, max_value=MOST_SIZE, default=0)
    first = serializers.IntegerField(min_value=0, max_value=1_000_000, default=1)
    next_at = serializers.CharField(max_length=500, default="", allow_blank=True)
    depth = serializers.IntegerField(min_value=0, max_value=DEEPEST, default=1)
    mark_parameter = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="Which asks for newer rows alone."
    )
    mark_format = serializers.ChoiceField(MARK_FORMATS, default="iso")


class SourceSample(APIView):
    """The first rows of an address, looked at like a file: send the ``id`` as ``upload`` to make a
    dataset of it, or with a dataset's loads to ask otherwise from now on."""

    door = DATA

    @answers(UploadOutput, takes=SampleInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Upload:
        return take_sample(actor=actor, source=source_for(actor, slug), asked=given())


class DatasetAskedInput(AskedInput):
    time_zone = serializers.CharField(max_length=64, required=False)


class DatasetAsked(APIView):
    """Another table or query of the same database; a load of all its rows is on the way."""

    door = DATA

    @answers(DatasetOutput, takes=DatasetAskedInput)
    def put(self, actor: User, given: Given, slug: str) -> Dataset:
        return change_asked(actor=actor, dataset=dataset_for(actor, slug), **given())


class ReadingInput(serializers.Serializer[Any]):
    """Without ``mark_column`` each load reads all rows."""

    mark_column = serializers.CharField(max_length=200, default="", allow_blank=True)
    overlap = serializers.IntegerField(min_value=0, max_value=1_000_000_000, default=0)
    overlap_unit = serializers.ChoiceField(OverlapUnit.choices, default="", allow_blank=True)
    keys = KeysField(default=list)
    keep = serializers.IntegerField(min_value=0, max_value=50, default=None, allow_null=True)


class DatasetReading(APIView):
    """All rows at each load, or those beyond the greatest value of a column."""

    door = DATA

    @answers(DatasetOutput, takes=ReadingInput)
    def put(self, actor: User, given: Given, slug: str) -> Dataset:
        return set_reading(actor=actor, dataset=dataset_for(actor, slug), **given())
