"""A load as the API writes it, wherever one is told of."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kpis.engine.result import State
from kpis.engine.status import Status
from kpis.models import Load, QualityCheck
from kpis.sources.base import TYPES

#: whether a figure has a value, and what it is against its target
FIGURE_STATES = [(state.value, state.value) for state in State]
FIGURE_STATUSES = [(status.value, status.value) for status in Status]


class KeysField(serializers.ListField):
    """The columns that tell one row from another."""

    child = serializers.CharField(max_length=200)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)


class ColumnOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.ChoiceField(TYPES)
    nulls = serializers.IntegerField()
    distinct = serializers.IntegerField(allow_null=True)
    min = serializers.JSONField(allow_null=True)
    max = serializers.JSONField(allow_null=True)


class CheckResultOutput(serializers.Serializer[Any]):
    """What one check came to; ``rows`` break it, ``examples`` are a few of them."""

    check = serializers.IntegerField()
    kind = serializers.ChoiceField(QualityCheck.Kind.choices)
    blocking = serializers.BooleanField()
    says = serializers.CharField()
    failed = serializers.BooleanField()
    rows = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    examples = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True))
    )
    seconds = serializers.FloatField()


class LoadOutput(serializers.ModelSerializer[Load]):
    """One load. ``report`` has ``drift`` from the load before and, where rows were put to others,
    ``merge``: how many were added, replaced, unchanged."""

    checks = CheckResultOutput(many=True)
    by = serializers.EmailField(source="by.email", default=None)
    job = serializers.IntegerField(source="job_id", allow_null=True)
    error = serializers.CharField(source="trouble")
    columns = ColumnOutput(many=True)

    class Meta:
        model = Load
        fields = [
            "number", "state", "by", "job", "mode", "keys", "last_wins", "rows", "bytes", "sha256",
            "columns", "report", "checks", "as_of", "seconds", "error", "reason", "created_at",
            "live_at",
        ]  # fmt: skip
        read_only_fields = fields
