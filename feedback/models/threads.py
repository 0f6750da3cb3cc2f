"""What people say about a tile, what others answer, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard, Version
from kpis.models import KPIVersion


class Thread(BaseModel):
    """Somebody said something about one tile. ``seen`` holds the tile as it was on their screen,
    see ``dashboards.content.seen``, so that it stays readable when the tile is gone."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        IDEA = "idea", _("Idea")
        DATA = "data", _("Data problem")
        CHART = "chart", _("Chart problem")
        PRAISE = "praise", _("Praise")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        PLANNED = "planned", _("Planned")
        IN_VERSION = "in_version", _("In the next version")
        SHIPPED = "shipped", _("Shipped")
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Declined")
        DUPLICATE = "duplicate", _("Merged")

    class Removed(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Withdrawn by its author")
        HIDDEN = "hidden", _("Hidden by the ACE")

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="threads")
    version = models.ForeignKey(Version, models.PROTECT, related_name="threads")
    tile_key = models.CharField(max_length=12)
    kpi_version = models.ForeignKey(
        KPIVersion, models.PROTECT, null=True, blank=True, related_name="threads"
    )
    seen = models.JSONField()
    kind = models.CharField(_("what it is"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what you want to say"), max_length=10_000)
    private = models.BooleanField(_("for the ACE alone"), default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="threads")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    item = models.ForeignKey(
        "feedback.RoadmapItem", models.SET_NULL, null=True, blank=True, related_name="threads"
    )
    answered_at = models.DateTimeField(null=True, blank=True)  # the ACE's first public word
    active_at = models.DateTimeField()
    removed = models.CharField(max_length=9, choices=Removed.choices, blank=True)

    class Meta:
        ordering = ["-active_at", "-pk"]
        indexes = [
            # ``seen`` is long, and what stands behind it in a row is slow to reach: lists and
            # counts read these alone.
            models.Index(
                fields=["dashboard", "tile_key", "removed", "active_at", "private", "author"],
                name="thread_by_tile",
            ),
            models.Index(
                fields=["removed", "dashboard", "state", "tile_key", "private", "author", "owner"],
                name="thread_counts",
            ),
            models.Index(
                fields=[
                    "removed",
                    "state",
                    "answered_at",
                    "created_at",
                    "private",
                    "author",
                    "dashboard",
                    "owner",
                ],
                name="thread_waiting",
            ),
            models.Index(
                fields=["removed", "active_at", "state", "private", "author", "dashboard", "owner"],
                name="thread_latest",
            ),
            models.Index(
                fields=["dashboard", "removed", "created_at", "author"], name="thread_opened"
            ),
            models.Index(fields=["dashboard", "answered_at"], name="thread_answered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="duplicate") ^ Q(duplicate_of__isnull=True),
                name="thread_duplicate_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("feedback:thread-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state in {self.State.OPEN, self.State.ACKNOWLEDGED}

    @property
    def is_over(self) -> bool:
        return not MOVES[self.State(self.state)] - {self.State.OPEN}


_S = Thread.State
_DECISIONS = {_S.ANSWERED, _S.DECLINED, _S.DUPLICATE}
#: The legal moves. What is over goes back to open; an item that was dropped puts its threads back.
MOVES: dict[Thread.State, set[Thread.State]] = {
    _S.OPEN: {_S.ACKNOWLEDGED, *_DECISIONS},
    _S.ACKNOWLEDGED: {_S.PLANNED, *_DECISIONS},
    _S.PLANNED: {_S.IN_VERSION, _S.ACKNOWLEDGED},
    _S.IN_VERSION: {_S.SHIPPED, _S.PLANNED},
    _S.SHIPPED: {_S.OPEN},
    _S.ANSWERED: {_S.OPEN},
    _S.DECLINED: {_S.OPEN},
    _S.DUPLICATE: {_S.OPEN},
}


class Comment(BaseModel):
    """A word in a thread; an internal one is read by the ACE alone."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("reply"), max_length=10_000)
    internal = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Move(BaseModel):
    """A thread went from one state to another, by whom and with which words."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="moves")
    before = models.CharField(max_length=12, choices=Thread.State.choices)
    after = models.CharField(max_length=12, choices=Thread.State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    comment = models.ForeignKey(Comment, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]


class Vote(BaseModel):
    """“Me too”: one per person."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="vote_once")]


class Follow(BaseModel):
    """Who wants to hear of a thread."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="follows")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="follow_once")]
