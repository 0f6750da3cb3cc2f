"""What was learned: expected, came, why; what to keep and what to change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard
from kpis.models import KPI
from office_hours.models.ama import AMASession
from personas.models import UserGroup


class Lesson(BaseModel):
    """About at least one dashboard, KPI or session; for everybody or for some groups."""

    title = models.CharField(_("the lesson in one line"), max_length=120)
    expected = models.TextField(_("what we expected"), max_length=4000)
    actual = models.TextField(_("what happened"), max_length=4000)
    why = models.TextField(_("why"), max_length=4000)
    keep = models.TextField(_("what to keep"), max_length=4000, blank=True)
    change = models.TextField(_("what to change"), max_length=4000)
    applied_to = models.TextField(_("where it was applied"), max_length=2000, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who sees to the change"),
    )  # fmt: skip
    due = models.DateField(_("by"), null=True, blank=True)
    dashboards: models.ManyToManyField[Dashboard, models.Model] = models.ManyToManyField(
        Dashboard, blank=True, related_name="lessons", verbose_name=_("dashboards")
    )
    kpis: models.ManyToManyField[KPI, models.Model] = models.ManyToManyField(
        KPI, blank=True, related_name="lessons", verbose_name=_("KPIs")
    )
    sessions: models.ManyToManyField[AMASession, models.Model] = models.ManyToManyField(
        AMASession, blank=True, related_name="lessons", verbose_name=_("sessions")
    )
    everybody = models.BooleanField(_("for everybody who is signed in"), default=True)
    groups: models.ManyToManyField[UserGroup, models.Model] = models.ManyToManyField(
        UserGroup, blank=True, related_name="lessons", verbose_name=_("for the groups")
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("office_hours:lesson-detail", args=[self.pk])


class LessonHelp(BaseModel):
    """“Helped me”: one per person."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="helps")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "person"], name="lesson_helped_once")
        ]
