"""When a host can be met, who meets them, and who may read it as a calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import validate_time_zone
from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard, Version
from feedback.models import Thread

SHORTEST, LONGEST = 10, 240


class Host(BaseModel):
    """A member of the ACE who can be met: one row, which every booking of theirs locks.

    The zone is the host's own, apart from the one that they read times in: who travels does not
    move their office hours.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="host_of_sessions"
    )
    about = models.CharField(_("what you can be asked"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    notice_minutes = models.PositiveIntegerField(
        _("notice"), default=120, validators=[MaxValueValidator(14 * 24 * 60)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("how far ahead"), default=30, validators=[MinValueValidator(1), MaxValueValidator(180)]
    )
    most_a_day = models.PositiveSmallIntegerField(
        _("at most a day"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )  # fmt: skip
    is_open = models.BooleanField(_("can be booked"), default=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.person.name

    def get_absolute_url(self) -> str:
        return reverse("office_hours:host-book", args=[self.pk])


class Meeting(models.Model):
    """How one meets: by video or somewhere."""

    class Way(models.TextChoices):
        VIDEO = "video", _("Video call")
        PLACE = "place", _("In person")

    way = models.CharField(_("how you meet"), max_length=5, choices=Way.choices, default=Way.VIDEO)
    place = models.CharField(_("link or place"), max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def link(self) -> str:
        """The place where it is an address for a browser."""
        return self.place if self.way == self.Way.VIDEO else ""


class Rule(BaseModel, Meeting):
    """On one weekday from–to, in the host's zone, one meeting after the other.

    The buffer stays free after each meeting.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    host = models.ForeignKey(Host, models.CASCADE, related_name="rules")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    minutes = models.PositiveSmallIntegerField(
        _("length"), default=30,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
    )  # fmt: skip
    buffer = models.PositiveSmallIntegerField(
        _("pause after each"), default=0, validators=[MaxValueValidator(120)]
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    topic = models.CharField(_("what it is for"), max_length=120, blank=True)

    class Meta:
        ordering = ["weekday", "starts", "pk"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.starts:%H:%M}–{self.ends:%H:%M}"

    def clean(self) -> None:
        errors = {}
        if self.starts and self.ends and self.minutes:
            why = too_short(self.starts, self.ends, self.minutes)
            if why:
                errors["ends"] = why
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            errors["valid_until"] = _("The last day is before the first.")
        if self.way == self.Way.PLACE and not self.place.strip():
            errors["place"] = _("Say where you meet.")
        if self.link:
            try:
                URLValidator(schemes=["https", "http"])(self.link)
            except ValidationError:
                errors["place"] = _("Give the whole address of the call, beginning with https://.")
        if errors:
            raise ValidationError(errors)


class OtherDay(BaseModel):
    """One day that is not like its weekday: off, or other hours with all else as in a rule."""

    host = models.ForeignKey(Host, models.CASCADE, related_name="other_days")
    day = models.DateField(_("day"))
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)
    like = models.ForeignKey(Rule, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["host", "day"], name="other_day_once")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @property
    def is_off(self) -> bool:
        return self.starts is None

    def clean(self) -> None:
        if self.starts is None and self.ends is None:
            return
        if self.starts is None or self.ends is None:
            raise ValidationError(
                {"ends": _("Give both times, or neither for a day off.")}
                if self.ends is None
                else {"starts": _("Give both times, or neither for a day off.")}
            )
        if self.like is None:
            raise ValidationError({"like": _("Say which of your hours these are like.")})
        why = too_short(self.starts, self.ends, self.like.minutes)
        if why:
            raise ValidationError({"ends": why})


def too_short(starts: object, ends: object, minutes: int) -> object:
    """Why no meeting fits between two times of a day; empty where one does."""
    first, last = (
        timedelta(hours=at.hour, minutes=at.minute)  # type: ignore[attr-defined]
        for at in (starts, ends)
    )
    if last <= first:
        return _("The end is before the beginning.")
    if last - first < timedelta(minutes=minutes):
        return _("No meeting of this length fits in between.")
    return ""


class BookingQuerySet(models.QuerySet["Booking"]):
    def taking(self) -> BookingQuerySet:
        """Those that take the host's time."""
        return self.exclude(state=Booking.State.CANCELLED)

    def ahead(self, now: datetime) -> BookingQuerySet:
        return self.filter(state=Booking.State.CONFIRMED, ends_at__gt=now)


class Booking(BaseModel, Meeting):
    """One person meets one host.

    A booking that is moved stays the same row, confirmed at another time: the same UID, SEQUENCE
    one higher, ``moved_from`` the time before. ``seen`` is the tile that it is about as it was on
    the person's screen, see ``dashboards.content.seen``.
    """

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CANCELLED = "cancelled", _("Cancelled")
        ATTENDED = "attended", _("Took place")
        NO_SHOW = "no_show", _("Did not come")

    host = models.ForeignKey(Host, models.PROTECT, related_name="bookings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_until = models.DateTimeField()  # the end and the buffer after it
    seat = models.PositiveSmallIntegerField(default=1)
    topic = models.CharField(_("what it is about"), max_length=200)
    state = models.CharField(max_length=9, choices=State.choices, default=State.CONFIRMED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    notes = models.TextField(_("notes"), max_length=10_000, blank=True)
    uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    moved_from = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, db_index=True)
    version = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="+")
    tile_key = models.CharField(max_length=12, blank=True)
    seen = models.JSONField(null=True, blank=True)
    thread = models.ForeignKey(
        Thread, models.SET_NULL, null=True, blank=True, related_name="bookings"
    )

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["host", "starts_at"]),
            models.Index(fields=["person", "starts_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "starts_at", "seat"], condition=~Q(state="cancelled"),
                name="booking_seat_once",
            ),
            models.UniqueConstraint(
                fields=["host", "starts_at", "person"], condition=~Q(state="cancelled"),
                name="booking_person_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("office_hours:booking-detail", args=[self.pk])

    @property
    def dashboard(self) -> Dashboard | None:
        return self.version.dashboard if self.version else None

    @property
    def is_ahead(self) -> bool:
        """Whether it can still be moved or cancelled."""
        return self.state == self.State.CONFIRMED and self.starts_at > timezone.now()

    @property
    def waits(self) -> bool:
        """Whether the host has yet to say what came of it."""
        return self.state == self.State.CONFIRMED and self.starts_at <= timezone.now()


_S = Booking.State
#: The legal moves; confirmed to confirmed is a booking that is moved.
MOVES: dict[Booking.State, set[Booking.State]] = {
    _S.CONFIRMED: {_S.CONFIRMED, _S.CANCELLED, _S.ATTENDED, _S.NO_SHOW},
    _S.CANCELLED: set(),
    _S.ATTENDED: set(),
    _S.NO_SHOW: set(),
}


class FeedToken(BaseModel):
    """Who holds the secret reads the person's sessions as a calendar; kept as a hash alone."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="session_feeds"
    )
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=6)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.hint}…"
