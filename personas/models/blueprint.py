"""A service as it is lived: steps across lanes; the three lines follow from the lanes' order."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from personas.models.service import Service


def new_key() -> str:
    """A key that a step keeps from version to version."""
    return secrets.token_hex(6)


class Blueprint(BaseModel):
    """One scenario of one service; what is drawn is in its versions."""

    class ValueStream(models.TextChoices):
        INCIDENT = "incident", _("Incident")
        REQUEST = "request", _("Request")
        CHANGE = "change", _("Change")
        PROBLEM = "problem", _("Problem")
        ONBOARDING = "onboarding", _("Onboarding")

    class View(models.TextChoices):
        AS_IS = "as_is", _("As is")
        TO_BE = "to_be", _("To be")

    slug = models.SlugField(max_length=80, unique=True)
    service = models.ForeignKey(Service, models.PROTECT, related_name="blueprints")
    scenario = models.CharField(_("scenario"), max_length=160)
    persona = models.ForeignKey(
        "personas.Persona", models.SET_NULL, null=True, blank=True, related_name="blueprints",
        verbose_name=_("persona"),
    )  # fmt: skip
    value_stream = models.CharField(
        _("value stream"), max_length=12, choices=ValueStream.choices, default=ValueStream.INCIDENT
    )
    view = models.CharField(_("view"), max_length=6, choices=View.choices, default=View.AS_IS)
    as_is = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="to_be_blueprints",
        verbose_name=_("replaces"),
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    review_due = models.DateField(_("review due"), null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["scenario", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(view="as_is") | Q(as_is__isnull=False), name="to_be_references_as_is"
            )
        ]

    def __str__(self) -> str:
        return self.scenario

    def get_absolute_url(self) -> str:
        return reverse("personas:blueprint-detail", args=[self.slug])


class BlueprintVersion(BaseModel):
    """What was drawn; published, it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")

    blueprint = models.ForeignKey(Blueprint, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["blueprint", "number"], name="blueprint_number"),
            models.UniqueConstraint(
                fields=["blueprint"], condition=Q(state="draft"), name="blueprint_one_draft"
            ),
            models.UniqueConstraint(
                fields=["blueprint"], condition=Q(state="published"), name="blueprint_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blueprint}, v{self.number}"


class Lane(BaseModel):
    """Who acts: the order of the lanes gives the lines between them."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", _("Evidence")
        CUSTOMER = "customer", _("Customer")
        FRONTSTAGE = "frontstage", _("Frontstage")
        BACKSTAGE = "backstage", _("Backstage")
        SUPPORT = "support", _("Support")

    version = models.ForeignKey(BlueprintVersion, models.CASCADE, related_name="lanes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    label = models.CharField(_("who"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="lane_order"),
            models.UniqueConstraint(fields=["version", "kind"], name="lane_kind_once"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Phase(BaseModel):
    """A stretch of the journey."""

    version = models.ForeignKey(BlueprintVersion, models.CASCADE, related_name="phases")
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["version", "order"], name="phase_order")]

    def __str__(self) -> str:
        return self.name


class Step(BaseModel):
    """One column of the blueprint. Times are durations; ``key`` stays through versions."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=12, default=new_key, db_index=True)
    title = models.CharField(_("title"), max_length=80)
    order = models.PositiveSmallIntegerField()
    no_customer_action = models.BooleanField(_("the customer does nothing here"), default=False)
    work_time = models.DurationField(_("work, typical"), null=True, blank=True)
    wait_min = models.DurationField(_("wait, shortest"), null=True, blank=True)
    wait_typical = models.DurationField(_("wait, typical"), null=True, blank=True)
    wait_max = models.DurationField(_("wait, longest"), null=True, blank=True)

    class Meta:
        ordering = ["phase__order", "order"]
        constraints = [
            models.UniqueConstraint(fields=["phase", "order"], name="step_order"),
            models.CheckConstraint(
                condition=Q(wait_min__isnull=True)
                | Q(wait_typical__isnull=True)
                | Q(wait_min__lte=F("wait_typical")),
                name="wait_min_to_typical",
            ),
            models.CheckConstraint(
                condition=Q(wait_typical__isnull=True)
                | Q(wait_max__isnull=True)
                | Q(wait_typical__lte=F("wait_max")),
                name="wait_typical_to_max",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def typical_time(self) -> timedelta:
        return (self.work_time or timedelta()) + (self.wait_typical or timedelta())


class Card(BaseModel):
    """What happens in one lane at one step; ``span`` counts steps to the right."""

    class Evidence(models.TextChoices):
        ASSUMED = "assumed", _("Assumed")
        PARTIAL = "partial", _("Partly seen")
        VERIFIED = "verified", _("Verified")

    step = models.ForeignKey(Step, models.CASCADE, related_name="cards")
    lane = models.ForeignKey(Lane, models.CASCADE, related_name="cards")
    span = models.PositiveSmallIntegerField(
        _("steps wide"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    text = models.CharField(_("what happens"), max_length=160)
    actor = models.CharField(_("who"), max_length=60, blank=True)
    system = models.CharField(_("system"), max_length=60, blank=True)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    evidence = models.CharField(
        _("how sure are we"), max_length=8, choices=Evidence.choices, default=Evidence.ASSUMED
    )

    class Meta:
        ordering = ["lane__order", "step__phase__order", "step__order", "pk"]

    def __str__(self) -> str:
        return self.text


class Annotation(BaseModel):
    """A mark on a card: where it fails, waits, hurts."""

    class Kind(models.TextChoices):
        FAILURE = "failure", _("Failure point")
        WAIT = "wait", _("Wait")
        EMOTION = "emotion", _("Emotion")
        POLICY = "policy", _("Policy")
        OPPORTUNITY = "opportunity", _("Opportunity")

    card = models.ForeignKey(Card, models.CASCADE, related_name="annotations")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    text = models.CharField(_("what"), max_length=160, blank=True)
    severity = models.PositiveSmallIntegerField(
        _("severity, 1 to 5"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )  # fmt: skip
    emotion = models.SmallIntegerField(
        _("emotion, −2 to +2"), null=True, blank=True,
        validators=[MinValueValidator(-2), MaxValueValidator(2)],
    )  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="failure") | Q(severity__gte=1, severity__lte=5),
                name="failure_needs_severity",
            )
        ]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()
