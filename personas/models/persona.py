"""For whom, what they decide, and what they need to know for it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from personas.models.blueprint import Blueprint


class Persona(BaseModel):
    """A role that many people have, named by what it does."""

    class State(models.TextChoices):
        PROTO = "proto", _("Proto")
        VALIDATED = "validated", _("Validated")
        LAPSED = "lapsed", _("Lapsed")
        RETIRED = "retired", _("Retired")

    class Cadence(models.TextChoices):
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")
        QUARTERLY = "quarterly", _("Every quarter")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("role"), max_length=120)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROTO)
    quote = models.CharField(_("in their words"), max_length=200, blank=True)
    about = models.TextField(_("about"), blank=True)
    data_literacy = models.PositiveSmallIntegerField(
        _("at home with data, 1 to 4"), default=2,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )  # fmt: skip
    cadence = models.CharField(
        _("looks at figures"), max_length=9, choices=Cadence.choices, default=Cadence.WEEKLY
    )
    devices = models.CharField(_("devices"), max_length=120, blank=True)
    access_needs = models.CharField(_("access needs"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    review_due = models.DateField(_("review due"), null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("personas:persona-detail", args=[self.slug])


class Claim(BaseModel):
    """Something we say about a persona, and how sure we are of it."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("Decision")
        GOAL = "goal", _("Goal")
        JOB = "job", _("Job to be done")
        PAIN = "pain", _("Pain")

    class Standing(models.TextChoices):
        ASSUMED = "assumed", _("Assumed")
        SUPPORTED = "supported", _("Supported")
        REFUTED = "refuted", _("Refuted")

    persona = models.ForeignKey(Persona, models.CASCADE, related_name="claims")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    text = models.CharField(_("text"), max_length=240)
    standing = models.CharField(
        _("how sure are we"), max_length=9, choices=Standing.choices, default=Standing.ASSUMED
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["kind", "order", "pk"]

    def __str__(self) -> str:
        return self.text


class Question(BaseModel):
    """What a persona asks, for which decision; ``rank`` 1 matters most."""

    persona = models.ForeignKey(Persona, models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=240)
    decision = models.ForeignKey(
        Claim, models.PROTECT, related_name="questions", limit_choices_to=Q(kind="decision"),
        verbose_name=_("decision that it feeds"),
    )  # fmt: skip
    frequency = models.CharField(
        _("how often"),
        max_length=9,
        choices=Persona.Cadence.choices,
        default=Persona.Cadence.WEEKLY,
    )
    workaround = models.CharField(_("how they find out today"), max_length=240, blank=True)
    value = models.PositiveSmallIntegerField(
        _("value, 1 to 5"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    blueprint = models.ForeignKey(
        Blueprint, models.SET_NULL, null=True, blank=True, related_name="questions",
        verbose_name=_("blueprint"),
    )  # fmt: skip
    step_key = models.CharField(_("step where it arises"), max_length=12, blank=True)

    class Meta:
        ordering = ["rank", "pk"]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("personas:question-detail", args=[self.persona.slug, self.pk])
