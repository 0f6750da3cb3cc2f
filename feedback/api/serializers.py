"""What the API takes and gives of feedback."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ace_portal.accounts.models import User
from feedback.models import Comment, Thread
from feedback.services.moves import BY_HAND


class ThreadOutput(serializers.ModelSerializer[Thread]):
    dashboard = serializers.SlugField(source="dashboard.slug")
    version = serializers.IntegerField(source="version.number")
    kpi = serializers.SlugField(source="kpi_version.kpi.slug", default=None)
    kpi_version = serializers.IntegerField(source="kpi_version.number", default=None)
    author = serializers.CharField(source="author.name")
    owner = serializers.CharField(source="owner.name", default=None)
    votes = serializers.IntegerField(source="votes_n")
    replies = serializers.IntegerField(source="replies_n")
    voted = serializers.BooleanField()
    followed = serializers.BooleanField()

    class Meta:
        model = Thread
        fields = [
            "id", "dashboard", "version", "tile_key", "kpi", "kpi_version", "kind", "title", "text",
            "private", "author", "owner", "state", "duplicate_of", "votes", "replies", "voted",
            "followed", "created_at", "answered_at", "active_at",
        ]  # fmt: skip


class ThreadDetailOutput(ThreadOutput):
    """``seen`` is the tile as its author saw it: figures as printed, filters in words."""

    seen = serializers.JSONField()

    class Meta(ThreadOutput.Meta):
        fields = [*ThreadOutput.Meta.fields, "seen"]


class ThreadInput(serializers.Serializer[Any]):
    tile_key = serializers.CharField(max_length=12)
    kind = serializers.ChoiceField(Thread.Kind.choices)
    text = serializers.CharField(max_length=10_000)
    private = serializers.BooleanField(default=False)
    filters = serializers.CharField(
        max_length=2000, default="", allow_blank=True,
        help_text="The query of the dashboard's address: what the writer filtered by.",
    )  # fmt: skip
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, default=None, allow_null=True,
        help_text="The number of the version that the writer looked at; without one the released.",
    )  # fmt: skip


class TextInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Thread.Kind.choices)
    text = serializers.CharField(max_length=10_000)


class CommentOutput(serializers.ModelSerializer[Comment]):
    author = serializers.CharField(source="author.name")

    class Meta:
        model = Comment
        fields = ["id", "author", "text", "internal", "created_at"]


class WordsInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=10_000)


class HideInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class AssignInput(serializers.Serializer[Any]):
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_ace=True), allow_null=True
    )


class DecideInput(serializers.Serializer[Any]):
    to = serializers.ChoiceField([str(state) for state in BY_HAND])
    reply = serializers.CharField(max_length=10_000, default="", allow_blank=True)
    duplicate_of = serializers.IntegerField(default=None, allow_null=True, min_value=1)
