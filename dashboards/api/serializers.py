"""What the API takes and gives of dashboards."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ace_portal.accounts.models import User
from dashboards.content.board import Board, TileView
from dashboards.content.document import DOCUMENT_SCHEMA, PRESETS
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from kpis.figures import Answer
from personas.models import Persona, UserGroup


class DashboardOutput(serializers.ModelSerializer[Dashboard]):
    persona = serializers.SlugField(source="persona.slug")
    owner = serializers.EmailField(source="owner.email")

    class Meta:
        model = Dashboard
        fields = [
            "slug", "name", "problem", "hypothesis", "success_measure", "persona", "owner",
            "sponsor", "review_due", "stage", "status",
        ]  # fmt: skip


class DashboardInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    problem = serializers.CharField()
    hypothesis = serializers.CharField()
    success_measure = serializers.CharField()
    persona = serializers.SlugRelatedField(slug_field="slug", queryset=Persona.objects.all())
    groups = serializers.SlugRelatedField(
        slug_field="slug", queryset=UserGroup.objects.all(), many=True, required=False
    )
    editors = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_ace=True), many=True, required=False
    )
    sponsor = serializers.CharField(max_length=120, default="", allow_blank=True)
    review_due = serializers.DateField()


class VersionOutput(serializers.ModelSerializer[Version]):
    based_on = serializers.IntegerField(source="based_on.number", default=None)
    author = serializers.EmailField(source="author.email")

    class Meta:
        model = Version
        fields = ["number", "state", "sha256", "based_on", "author", "notes", "released_at"]


@extend_schema_field({k: v for k, v in DOCUMENT_SCHEMA.items() if k != "$schema"})
class DocumentField(serializers.JSONField):
    """A document under ``DOCUMENT_SCHEMA``."""


class DraftOutput(serializers.ModelSerializer[Version]):
    document = DocumentField()

    class Meta:
        model = Version
        fields = ["number", "state", "revision", "sha256", "document"]


class DraftInput(serializers.Serializer[Any]):
    revision = serializers.IntegerField(help_text="The revision that the change was made from.")
    document = DocumentField()


class AssembledOutput(DraftOutput):
    said = serializers.ListField(child=serializers.CharField(), help_text="What to know about it.")

    class Meta:
        model = Version
        fields = ["number", "state", "revision", "sha256", "document", "said"]


class ReleaseInput(serializers.Serializer[Any]):
    notes = serializers.CharField(default="", allow_blank=True)


class LaunchInput(serializers.Serializer[Any]):
    group = serializers.SlugRelatedField(slug_field="slug", queryset=UserGroup.objects.all())


class LaunchOutput(serializers.ModelSerializer[Launch]):
    group = serializers.SlugField(source="group.slug")
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = Launch
        fields = ["id", "group", "by", "created_at", "ended_at"]


class ChangeOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["added", "removed", "changed"])
    what = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class PointOutput(serializers.Serializer[Any]):
    """One figure in full precision; a share is a fraction of one."""

    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]
    segment = serializers.ListField(child=serializers.CharField(allow_null=True))
    value = serializers.FloatField(allow_null=True)
    state = serializers.CharField()
    numerator = serializers.FloatField(allow_null=True)
    denominator = serializers.FloatField(allow_null=True)
    rows = serializers.IntegerField()


class SeriesOutput(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="now, before, trend, chart, or a KPI version's id")
    points = PointOutput(many=True)


class TileOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField()
    kpis = serializers.ListField(child=serializers.CharField())
    kpi_versions = serializers.ListField(child=serializers.IntegerField())
    summary = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(help_text="Why there are no figures; empty where there are.")
    notes = serializers.ListField(child=serializers.CharField())
    series = SeriesOutput(many=True)


class FiguresOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    preset = serializers.ChoiceField(list(PRESETS))
    start = serializers.DateField(allow_null=True, help_text="First day.")
    end = serializers.DateField(allow_null=True, help_text="The day after the last.")
    as_of = serializers.DateTimeField(allow_null=True)
    tiles = TileOutput(many=True)


def figures_json(version: Version, board: Board) -> dict[str, Any]:
    """A board without its looks."""
    return {
        "version": version.number,
        "preset": board.state.preset,
        "start": board.span.start,
        "end": board.span.end,
        "as_of": board.as_of,
        "tiles": [_tile_json(tile) for tile in board.tiles],
    }


def _tile_json(tile: TileView) -> dict[str, Any]:
    return {
        "key": tile.key,
        "type": tile.type,
        "title": tile.title,
        "kpis": [source.kpi.slug for source in tile.sources],
        "kpi_versions": list(tile.spec.kpi_versions),
        "summary": tile.summary,
        "as_of": tile.as_of,
        "error": tile.error,
        "notes": tile.notes,
        "series": [
            {"name": name, "points": _points(answer)}
            for name, answer in tile.answers.items()
            if answer.result is not None
        ],
    }


def _points(answer: Answer) -> list[dict[str, Any]]:
    if answer.result is None:
        return []
    return [
        {
            "start": point.period.start if point.period else None,
            "end": point.period.end if point.period else None,
            "partial": bool(point.period and point.period.partial),
            "segment": list(point.segment),
            "value": point.figure.value,
            "state": point.figure.state,
            "numerator": point.figure.numerator,
            "denominator": point.figure.denominator,
            "rows": point.figure.rows,
        }
        for point in answer.result
    ]
