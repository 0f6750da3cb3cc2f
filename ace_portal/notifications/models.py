"""What happened, who is told of it, by which way, and the mails that carry it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel


class Event(BaseModel):
    """Something that people want to know; told once, whatever is run twice.

    ``key`` names the happening (``thread.reply:17``). ``kind`` is one of ``lib.registries``'
    notification kinds, which decides who may still read it. ``about`` holds what that needs.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    about = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


class Mail(BaseModel):
    """One mail to one person, kept as it was sent. Its Message-ID is given once, before sending."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Not sent")
        FAILED = "failed", _("Refused")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mails")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    parts = models.JSONField(default=list)  # see ``mail.Part``
    message_id = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40, blank=True)  # whose right is asked for when it is sent
    about = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "-id"])]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_given_up(self) -> bool:
        """No mail server took it, and none refused it: it may be tried again by hand."""
        return self.state == self.State.FAILED and self.sent_at is None


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unread(self) -> DeliveryQuerySet:
        return self.filter(channel=Delivery.Channel.INBOX, read_at__isnull=True)


class Delivery(BaseModel):
    """One event, one person, one way: never two."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("In the portal")
        MAIL = "mail", _("By mail")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for the daily mail")
        HANDED = "handed", _("Handed over")
        SKIPPED = "skipped", _("Left out")

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    mail = models.ForeignKey(Mail, models.PROTECT, null=True, blank=True, related_name="deliveries")
    read_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "channel"], name="delivery_once")
        ]
        indexes = [models.Index(fields=["person", "channel", "state"])]


class Preference(BaseModel):
    """How a person wants mail: each at once, one a day at a local hour, or none."""

    class Mail(models.TextChoices):
        DIGEST = "digest", _("One mail a day")
        IMMEDIATE = "immediate", _("Each at once")
        NONE = "none", _("No mail")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preference"
    )
    mail = models.CharField(_("mail"), max_length=9, choices=Mail.choices, default=Mail.DIGEST)
    hour = models.PositiveSmallIntegerField(
        _("hour of the daily mail"), default=7, validators=[MaxValueValidator(23)]
    )
    next_digest_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.get_mail_display()}"
