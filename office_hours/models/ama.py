"""Ask me anything: a session with a host, the questions of its audience, and their votes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard
from feedback.models import Thread
from personas.models import UserGroup


class AMASession(BaseModel):
    """For everybody who is signed in or for some groups; about a dashboard or about anything."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Announced")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Over")
        CANCELLED = "cancelled", _("Cancelled")

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what it is about"), blank=True, max_length=10_000)
    starts_at = models.DateTimeField(_("starts"), db_index=True)
    ends_at = models.DateTimeField(_("ends"))
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    everybody = models.BooleanField(_("for everybody who is signed in"), default=True)
    groups: models.ManyToManyField[UserGroup, models.Model] = models.ManyToManyField(
        UserGroup, blank=True, related_name="ama_sessions", verbose_name=_("for the groups")
    )
    dashboard = models.ForeignKey(
        Dashboard, models.PROTECT, null=True, blank=True, related_name="ama_sessions",
        verbose_name=_("about the dashboard"),
    )  # fmt: skip
    approval = models.BooleanField(_("questions wait for approval"), default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(_("why it is cancelled"), max_length=500, blank=True)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="ama_ends_after_start",
                violation_error_message=_("It ends before it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("office_hours:ama-detail", args=[self.pk])

    @property
    def takes_questions(self) -> bool:
        return self.state in {self.State.PUBLISHED, self.State.LIVE}


_S = AMASession.State
SESSION_MOVES: dict[AMASession.State, set[AMASession.State]] = {
    _S.DRAFT: {_S.PUBLISHED},
    _S.PUBLISHED: {_S.LIVE, _S.CANCELLED},
    _S.LIVE: {_S.CLOSED},
    _S.CLOSED: set(),
    _S.CANCELLED: set(),
}


class AMAQuestion(BaseModel):
    """One question; ``without_name`` hides its author from all but the moderators."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waits for approval")
        PUBLISHED = "published", _("Open")
        HIDDEN = "hidden", _("Hidden")
        ASKED = "asked", _("Being answered")
        ANSWERED = "answered", _("Answered")
        DEFERRED = "deferred", _("Answered later")

    session = models.ForeignKey(AMASession, models.CASCADE, related_name="questions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("your question"), max_length=1000)
    without_name = models.BooleanField(_("without my name"), default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    reason = models.CharField(_("why it is hidden"), max_length=500, blank=True)
    answer = models.TextField(_("answer"), max_length=10_000, blank=True)
    answered_live = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    due = models.DateField(_("due"), null=True, blank=True)
    thread = models.OneToOneField(
        Thread, models.SET_NULL, null=True, blank=True, related_name="ama_question"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["owner", "state"], name="ama_question_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state="asked"), name="ama_one_asked"
            ),
            models.CheckConstraint(
                condition=~Q(state="deferred") | Q(owner__isnull=False, due__isnull=False),
                name="ama_deferred_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return f"{self.session.get_absolute_url()}#question-{self.pk}"


_Q = AMAQuestion.State
#: The legal moves. What is published at once can still be hidden; closing defers what was never
#: asked; what was deferred and became no thread is answered in its place.
QUESTION_MOVES: dict[AMAQuestion.State, set[AMAQuestion.State]] = {
    _Q.PENDING: {_Q.PUBLISHED, _Q.HIDDEN},
    _Q.PUBLISHED: {_Q.ASKED, _Q.HIDDEN, _Q.DEFERRED},
    _Q.HIDDEN: set(),
    _Q.ASKED: {_Q.ANSWERED, _Q.DEFERRED},
    _Q.ANSWERED: {_Q.ASKED},
    _Q.DEFERRED: {_Q.ANSWERED},
}


class AMAVote(BaseModel):
    """Who wants to hear the answer, too: one per person."""

    question = models.ForeignKey(AMAQuestion, models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="ama_vote_once")]
