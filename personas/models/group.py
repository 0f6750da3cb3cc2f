"""Who belongs to whom, from when to when."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.models import BaseModel
from personas.models.persona import Persona


class UserGroup(BaseModel):
    """The people of a persona; a dashboard is launched to groups."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    persona = models.ForeignKey(
        Persona, models.PROTECT, related_name="groups", verbose_name=_("persona")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    members_see_names = models.BooleanField(_("members see each other's names"), default=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("personas:group-detail", args=[self.slug])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid_on(self, day: date) -> MembershipQuerySet:
        """Memberships in force on ``day``; ``valid_to`` is the last day."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class Membership(BaseModel):
    """One person in one group, both days included; no end means until further notice."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        CHAMPION = "champion", _("Champion")

    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.MEMBER)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to, included"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"
