"""What the API takes and gives of office hours and bookings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from feedback.models import Thread
from office_hours.models import Booking, FeedToken, Host, OtherDay, Rule


class HostOutput(serializers.ModelSerializer[Host]):
    name = serializers.CharField(source="person.name")

    class Meta:
        model = Host
        fields = ["id", "name", "about", "time_zone", "notice_minutes", "horizon_days"]


class FreeOutput(serializers.Serializer[Any]):
    """A time that can be booked: in UTC, on the reader's clock and on the host's."""

    starts_at = serializers.DateTimeField(source="slot.starts_at")
    ends_at = serializers.DateTimeField(source="slot.ends_at")
    here = serializers.CharField()
    there = serializers.CharField()
    seats_left = serializers.IntegerField(source="left")
    topic = serializers.CharField(source="slot.topic")
    way = serializers.CharField(source="slot.way")


class RangeInput(serializers.Serializer[Any]):
    """Days of the reader's zone, both included."""

    first = serializers.DateField()
    last = serializers.DateField()


class BookingOutput(serializers.ModelSerializer[Booking]):
    host_name = serializers.CharField(source="host.person.name")
    person = serializers.CharField(source="person.name")

    class Meta:
        model = Booking
        fields = [
            "id", "host", "host_name", "person", "starts_at", "ends_at", "topic", "state", "reason",
            "way", "place", "notes", "uid", "sequence", "moved_from",
        ]  # fmt: skip


class BookingDetailOutput(BookingOutput):
    """``about`` is the tile as it was seen, where the reader may (still) open its dashboard."""

    about = serializers.JSONField(allow_null=True)
    thread = serializers.IntegerField(source="thread_id", allow_null=True)

    class Meta(BookingOutput.Meta):
        fields = [*BookingOutput.Meta.fields, "about", "thread"]


class BookInput(serializers.Serializer[Any]):
    host = serializers.IntegerField(min_value=1)
    starts_at = serializers.DateTimeField()
    topic = serializers.CharField(max_length=200)
    dashboard = serializers.SlugField(default="", allow_blank=True)
    tile_key = serializers.CharField(default="", allow_blank=True, max_length=12)
    filters = serializers.CharField(default="", allow_blank=True, max_length=2000)


class MoveInput(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()


class CancelInput(serializers.Serializer[Any]):
    reason = serializers.CharField(default="", allow_blank=True, max_length=300)


class NotesInput(serializers.Serializer[Any]):
    notes = serializers.CharField(default="", allow_blank=True, max_length=10_000)


class OutcomeInput(NotesInput):
    outcome = serializers.ChoiceField(["attended", "no_show"])
    reason = serializers.CharField(default="", allow_blank=True, max_length=300)


class OutcomeThreadInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Thread.Kind.choices)
    text = serializers.CharField(max_length=10_000)
    private = serializers.BooleanField(default=False)


class OutcomeThreadOutput(serializers.ModelSerializer[Thread]):
    class Meta:
        model = Thread
        fields = ["id", "title", "kind", "state"]


# A host's own hours ------------------------------------------------------------------------------


class HoursOutput(serializers.ModelSerializer[Host]):
    class Meta:
        model = Host
        fields = [
            "id", "is_open", "about", "time_zone", "notice_minutes", "horizon_days", "most_a_day",
        ]  # fmt: skip


class HoursInput(serializers.Serializer[Any]):
    is_open = serializers.BooleanField(default=True)
    about = serializers.CharField(default="", allow_blank=True, max_length=200)
    time_zone = serializers.CharField(max_length=64)
    notice_minutes = serializers.IntegerField(default=120, min_value=0, max_value=20_160)
    horizon_days = serializers.IntegerField(default=30, min_value=1, max_value=180)
    most_a_day = serializers.IntegerField(default=None, allow_null=True, min_value=1, max_value=50)


class RuleOutput(serializers.ModelSerializer[Rule]):
    class Meta:
        model = Rule
        fields = [
            "id", "weekday", "starts", "ends", "minutes", "buffer", "seats", "way", "place",
            "topic", "valid_from", "valid_until",
        ]  # fmt: skip


class RuleInput(serializers.Serializer[Any]):
    """Monday is 0."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    minutes = serializers.IntegerField(default=30, min_value=10, max_value=240)
    buffer = serializers.IntegerField(default=0, min_value=0, max_value=120)
    seats = serializers.IntegerField(default=1, min_value=1, max_value=50)
    way = serializers.ChoiceField(Rule.Way.choices, default=Rule.Way.VIDEO)
    place = serializers.CharField(default="", allow_blank=True, max_length=300)
    topic = serializers.CharField(default="", allow_blank=True, max_length=120)
    valid_from = serializers.DateField(default=None, allow_null=True)
    valid_until = serializers.DateField(default=None, allow_null=True)


class OtherDayOutput(serializers.ModelSerializer[OtherDay]):
    class Meta:
        model = OtherDay
        fields = ["id", "day", "starts", "ends", "like"]


class OtherDayInput(serializers.Serializer[Any]):
    """Without times the day is off; ``like`` is one of one's own rules."""

    day = serializers.DateField()
    starts = serializers.TimeField(default=None, allow_null=True)
    ends = serializers.TimeField(default=None, allow_null=True)
    like = serializers.IntegerField(default=None, allow_null=True, min_value=1)


class FeedOutput(serializers.ModelSerializer[FeedToken]):
    class Meta:
        model = FeedToken
        fields = ["id", "hint", "created_at"]


class NewFeedOutput(FeedOutput):
    """``url`` is told this once."""

    url = serializers.CharField()

    class Meta(FeedOutput.Meta):
        fields = [*FeedOutput.Meta.fields, "url"]
