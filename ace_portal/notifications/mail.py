"""From a row to a mail server: a mail is never lost, and sent twice only by a crash in between."""

from __future__ import annotations

import base64
import smtplib
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run, enqueue
from ace_portal.lib.errors import Temporary
from ace_portal.lib.registries import mail_listeners, notification_kinds
from ace_portal.notifications.composing import compose
from ace_portal.notifications.models import Mail
from ace_portal.notifications.selectors import readable
from ace_portal.notifications.unsubscribing import unsubscribe_headers

JOB = "mail.send"
#: with ten seconds doubled at every try, a mail server may be away for a day and a half
ATTEMPTS = 14
AT_A_TIME = 200


@dataclass(frozen=True)
class Part:
    """What goes with a mail: ``content`` in base64.

    An ``alternative`` is another form of the text (an invitation), a part with a ``cid`` a picture
    in the HTML, everything else is attached under its name.
    """

    name: str
    type: str
    content: str
    cid: str = ""
    alternative: bool = False

    @classmethod
    def of(cls, name: str, type: str, content: bytes, **more: Any) -> Part:
        return cls(name, type, base64.b64encode(content).decode(), **more)

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.content)


def queue_mail(
    *,
    person: User,
    subject: str,
    text: str,
    html: str = "",
    parts: Iterable[Part] = (),
    unsubscribe: tuple[str, int] | None = None,
    kind: str = "",
    about: dict[str, Any] | None = None,
) -> Mail:
    """Write the mail with the caller's transaction; a worker sends it afterwards.

    ``kind`` and ``about`` are those of ``lib.registries.notification_kinds``: the person's right is
    asked for again at the moment of sending. ``unsubscribe`` names what a link in it ends.
    """
    with transaction.atomic():
        mail = Mail.objects.create(
            person=person,
            to=person.email,
            subject=" ".join(subject.split())[:200],
            text=text,
            html=html,
            headers=unsubscribe_headers(*unsubscribe) if unsubscribe else {},
            parts=[asdict(part) for part in parts],
            message_id=f"<{uuid.uuid4().hex}@{urlsplit(settings.BASE_URL).hostname}>",
            kind=kind,
            about=about or {},
        )
        enqueue(
            kind=JOB, payload={"mail": mail.pk}, actor=None, key=f"mail-{mail.pk}", queue="mail",
            max_attempts=ATTEMPTS,
        )  # fmt: skip
    return mail


def perform(run: Run) -> None:
    """Send, then note that it was sent; between the two lies the only chance of a second copy."""
    mail = Mail.objects.select_related("person").get(pk=run.payload["mail"])
    if mail.state != Mail.State.QUEUED and not mail.is_given_up:
        return
    state, reason = Mail.State.SKIPPED, why_not(mail) or leave_out(mail)
    if not reason:
        reason = transmit(mail)
        state = Mail.State.FAILED if reason else Mail.State.SENT
    with run.completion():
        _end(mail, state, reason, timezone.now())


def settle_given_up() -> int:
    """queued → failed where the job has ended without an outcome; answers how many.

    Who tries the job again sends the mail after all.
    """
    lost = Mail.objects.filter(~Exists(_open_jobs(OuterRef("pk"))), state=Mail.State.QUEUED)
    settled = 0
    for pk in lost.values_list("pk", flat=True)[:AT_A_TIME]:
        with transaction.atomic():
            mail = Mail.objects.select_for_update().get(pk=pk)
            if mail.state != Mail.State.QUEUED or _open_jobs(Value(pk)).exists():
                continue
            job = Job.objects.filter(kind=JOB, key=f"mail-{pk}").first()
            why = job.error if job is not None else ""
            _end(mail, Mail.State.FAILED, why or _("The work was stopped."), None)
            settled += 1
    return settled


def _open_jobs(mail: Any) -> QuerySet[Job]:
    key = Concat(Value("mail-"), Cast(mail, CharField()))
    return Job.objects.filter(kind=JOB, state__in=Job.OPEN, key=key)


def _end(mail: Mail, state: Mail.State, reason: str, at: datetime | None) -> None:
    """What became of it, told to whoever waits for it, in one transaction."""
    mail.state, mail.reason, mail.sent_at = state, reason[:300], at
    mail.save()
    for tell in mail_listeners.values():
        tell(mail)


def why_not(mail: Mail) -> str:
    """Why the mail is not sent any more, in a sentence; empty where it is."""
    if not mail.person.is_active:
        return _("The account is not active any more.")
    if mail.kind and not notification_kinds.get(mail.kind)(mail.person, [mail.about])[0]:
        return _("The person may not read this any more.")
    return ""


def leave_out(mail: Mail) -> str:
    """Write a mail of events anew without those that the person may not read any more.

    Answers why nothing is left to send; empty where something is.
    """
    told = list(mail.deliveries.select_related("event").order_by("pk"))
    kept = readable(mail.person, told)
    if told and not kept:
        return _("The person may not read this any more.")
    if len(kept) < len(told):
        events = [delivery.event for delivery in kept]
        mail.subject, mail.text, mail.html = compose(mail.person, events)
    return ""


def transmit(mail: Mail) -> str:
    """Hand over to the mail server; answers why it refuses this mail for good.

    Raises Temporary where the server cannot be reached or asks to come back later.
    """
    try:
        message_of(mail).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        if any(code < 500 for code in codes):
            raise Temporary(_("The mail server asks to try again later.")) from error
        return _("The mail server refuses the address.")
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500:
            raise Temporary(_("The mail server asks to try again later.")) from error
        if isinstance(error, smtplib.SMTPAuthenticationError):
            raise Temporary(_("The mail server refuses our name or password.")) from error
        return _("The mail server refuses this mail (%(code)d).") % {"code": error.smtp_code}
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(_("The mail server cannot be reached.")) from error
    return ""


class Illustrated(EmailMultiAlternatives):
    """A mail whose pictures belong into its HTML."""

    mixed_subtype = "related"


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes over the wire."""
    headers = {**mail.headers, "Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    form = Illustrated if any(part.get("cid") for part in mail.parts) else EmailMultiAlternatives
    message = form(mail.subject, mail.text, to=[mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for part in (Part(**given) for given in mail.parts):
        if part.alternative:
            message.attach_alternative(part.data.decode(), part.type)
        elif part.cid:
            message.attach(_inline(part))
        else:
            message.attach(part.name, part.data, part.type)
    return message


def _inline(part: Part) -> MIMEBase:
    picture = MIMEImage(part.data, part.type.partition("/")[2])
    picture.add_header("Content-ID", f"<{part.cid}>")
    picture.add_header("Content-Disposition", "inline", filename=part.name)
    return picture
