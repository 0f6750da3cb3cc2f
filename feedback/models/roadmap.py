"""What comes of feedback: items that a version carries, and a question to those who asked."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard, Version


class RoadmapItem(BaseModel):
    """A change that people asked for: later, next, now, shipped with ``version``, or dropped."""

    class State(models.TextChoices):
        LATER = "later", _("Later")
        NEXT = "next", _("Next")
        NOW = "now", _("Now")
        SHIPPED = "shipped", _("Shipped")
        DROPPED = "dropped", _("Dropped")

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="roadmap")
    title = models.CharField(_("what comes"), max_length=120)
    text = models.TextField(
        _("what people get"), blank=True, max_length=2000,
        help_text=_("In their words; the release notes and the mail to them say it."),
    )  # fmt: skip
    state = models.CharField(max_length=7, choices=State.choices, default=State.LATER)
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="roadmap_items"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)  # why it was dropped

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="shipped") | Q(version__isnull=False), name="item_shipped_with"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('feedback:roadmap', args=[self.dashboard.slug])}#item-{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.SHIPPED, self.State.DROPPED}


class Pulse(BaseModel):
    """One question about a release, asked of the people whose threads it answered, some days on."""

    version = models.OneToOneField(Version, models.CASCADE, related_name="pulse")
    due_at = models.DateTimeField(db_index=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.version}"


class PulseAnswer(BaseModel):
    """One person who is asked: shown when they saw the question, answered when they answered."""

    class Choice(models.IntegerChoices):
        NO = 1, _("No")
        PARTLY = 2, _("Partly")
        YES = 3, _("Yes")

    pulse = models.ForeignKey(Pulse, models.CASCADE, related_name="answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    choice = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=Choice.choices,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )  # fmt: skip
    comment = models.TextField(blank=True, max_length=2000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pulse", "person"], name="pulse_once_per_person")
        ]
