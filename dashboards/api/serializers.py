"""What the API takes and gives of dashboards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from django.utils.timezone import get_current_timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ace_portal.accounts.models import User
from dashboards.content.board import Board
from dashboards.content.choices import Option
from dashboards.content.document import DOCUMENT_SCHEMA, PRESETS, Document
from dashboards.content.models import Dashboard, Version
from dashboards.content.showing import TileView
from dashboards.lifecycle.models import MAX_REASON, Launch
from dashboards.people import Choice
from kpis.engine.result import Point
from personas.models import Persona, UserGroup


class KeptFigureInput(serializers.Serializer[Any]):
    """A figure that a decision keeps."""

    tile = serializers.SlugField(
        max_length=12, default="", allow_blank=True,
        help_text="Keeps the figure behind this tile, in full, as it is now.",
    )  # fmt: skip
    filters = serializers.CharField(
        max_length=2000, default="", allow_blank=True,
        help_text="The filters as the address of the dashboard's page has them.",
    )  # fmt: skip
    kpi_version = serializers.IntegerField(
        min_value=1, max_value=2**53, default=None, allow_null=True,
        help_text="Of a table the one that counts, by its key.",
    )  # fmt: skip


class DashboardOutput(serializers.ModelSerializer[Dashboard]):
    persona = serializers.SlugField(source="persona.slug")
    owner = serializers.EmailField(source="owner.email")

    class Meta:
        model = Dashboard
        fields = [
            "slug", "name", "problem", "hypothesis", "success_measure", "persona", "owner",
            "sponsor", "review_due", "shows_rows", "stage", "status",
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
    shows_rows = serializers.BooleanField(
        default=False, help_text="Whether readers see the single rows behind a figure."
    )


class DashboardChange(DashboardInput):
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_ace=True), required=False,
        help_text="Handed over by the owner; by an editor where the owner is not at work any more.",
    )  # fmt: skip


class HandOverInput(serializers.Serializer[Any]):
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_ace=True)
    )


class PersonToChoose(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["email", "name"]


class PeopleToChoose(serializers.Serializer[Choice]):
    people = PersonToChoose(many=True, source="shown")
    more = serializers.BooleanField(help_text="Whether there are more: ask with ``q``.")


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
    announcement = serializers.CharField(max_length=MAX_REASON, default="", allow_blank=True)


class LaunchOutput(serializers.ModelSerializer[Launch]):
    group = serializers.SlugField(source="group.slug")
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = Launch
        fields = ["id", "group", "by", "announcement", "created_at", "ended_at"]


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
    name = serializers.CharField(
        help_text="now, before, trend, chart, a KPI version's id; of two segments first, second"
    )
    points = PointOutput(many=True)


class TileOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    tab = serializers.CharField(help_text="The key of its tab; empty where the page has none.")
    type = serializers.CharField()
    title = serializers.CharField()
    kpis = serializers.ListField(child=serializers.CharField())
    kpi_versions = serializers.ListField(child=serializers.IntegerField())
    summary = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(help_text="Why there are no figures; empty where there are.")
    notes = serializers.ListField(child=serializers.CharField())
    series = SeriesOutput(many=True)


class FilterValueOutput(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="As the address has it.")
    name = serializers.SerializerMethodField(help_text="As people read it.")
    selected = serializers.BooleanField()

    def get_name(self, option: Option) -> str:
        return option["label"]


class FilterValuesOutput(serializers.Serializer[Any]):
    chosen = FilterValueOutput(many=True, help_text="What is in use, whatever is searched for.")
    values = FilterValueOutput(many=True, source="options", help_text="The others on this page.")
    page = serializers.IntegerField(source="number")
    more = serializers.BooleanField(help_text="Whether there is a next page.")


class LateOutput(serializers.Serializer[Any]):
    """Figures that are older than the KPI's schedule allows."""

    kpi = serializers.CharField()
    as_of = serializers.DateTimeField()
    due = serializers.DateTimeField(help_text="By when newer ones should have been there.")


class TabOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()


class FiguresOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    preset = serializers.ChoiceField(list(PRESETS))
    start = serializers.DateField(allow_null=True, help_text="First day.")
    end = serializers.DateField(allow_null=True, help_text="The day after the last.")
    as_of = serializers.DateTimeField(allow_null=True)
    held_back = serializers.BooleanField(help_text="Newer data did not pass its checks.")
    late = LateOutput(many=True)
    compared = serializers.CharField(
        help_text="Which two segments stand side by side, in words; series are first and second."
    )
    tabs = TabOutput(many=True, help_text="None where the page has none.")
    tiles = TileOutput(many=True, help_text="Of all tabs, tab by tab.")


def figures_json(version: Version, board: Board) -> dict[str, Any]:
    """A board without its looks, as ``FiguresOutput`` describes it.

    Written by hand: a page has some hundred points, and a serializer takes longer over them than
    everything else does.
    """
    told = Told(get_current_timezone())
    return {
        "version": version.number,
        "preset": board.state.preset,
        "start": board.span.start,
        "end": board.span.end,
        "as_of": told.moment(board.as_of),
        "held_back": board.held_back,
        "late": [
            {"kpi": one.kpi, "as_of": told.moment(one.as_of), "due": told.moment(one.due)}
            for one in board.late
        ],
        "compared": board.compared,
        "tabs": [{"key": tab.key, "title": tab.title} for tab in board.document.tabs],
        "tiles": [_tile_json(tile, told, board.document) for tile in board.tiles],
    }


@dataclass
class Told:
    """How moments are written: in the zone of the answer, each worked out once."""

    zone: tzinfo
    known: dict[datetime, str] = field(default_factory=dict)

    def moment(self, value: datetime | None) -> str | None:
        if value is None:
            return None
        text = self.known.get(value)
        if text is None:
            text = value.astimezone(self.zone).isoformat()
            text = f"{text[:-6]}Z" if text.endswith("+00:00") else text
            self.known[value] = text
        return text


def _tile_json(tile: TileView, told: Told, document: Document) -> dict[str, Any]:
    return {
        "key": tile.key,
        "tab": document.tab_of(tile.spec),
        "type": tile.type,
        "title": tile.title,
        "kpis": [source.kpi.slug for source in tile.sources],
        "kpi_versions": list(tile.spec.kpi_versions),
        "summary": tile.summary,
        "as_of": told.moment(tile.as_of),
        "error": tile.error,
        "notes": tile.notes,
        "series": [
            {"name": name, "points": [_point(point, told) for point in answer.result]}
            for name, answer in tile.answers.items()
            if answer.result is not None
        ],
    }


def _point(point: Point, told: Told) -> dict[str, Any]:
    period, figure = point.period, point.figure
    return {
        "start": told.moment(period.start) if period else None,
        "end": told.moment(period.end) if period else None,
        "partial": bool(period and period.partial),
        "segment": point.segment,
        "value": _float(figure.value),
        "state": figure.state,
        "numerator": _float(figure.numerator),
        "denominator": _float(figure.denominator),
        "rows": figure.rows,
    }


def _float(value: float | int | None) -> float | None:
    return None if value is None else float(value)
