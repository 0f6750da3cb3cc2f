"""One question to the people whose words a release answered, some days after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict
from ace_portal.notifications.services import notify
from dashboards.content.models import Version
from feedback.models import Pulse, PulseAnswer, Thread


def schedule(actor: User, version: Version) -> None:
    """Ask those who got something by a release, later."""
    shipped = Thread.objects.filter(item__version=version, state=Thread.State.SHIPPED)
    people = User.objects.filter(
        Q(pk__in=shipped.values("author"))
        | Q(pk__in=shipped.values("votes__person"))
        | Q(pk__in=shipped.values("follows__person")),
        is_active=True,
        is_ace=False,
    )
    if not people.exists():
        return
    due = timezone.now() + timedelta(days=settings.PULSE_AFTER_DAYS)
    pulse = Pulse.objects.create(version=version, due_at=due)
    PulseAnswer.objects.bulk_create(PulseAnswer(pulse=pulse, person=person) for person in people)


def ask_due(*, now: datetime) -> int:
    """Ask what is due; answers how many. One conditional update decides between schedulers."""
    asked = 0
    for pulse in Pulse.objects.filter(due_at__lte=now, asked_at=None).select_related(
        "version__dashboard"
    )[:100]:
        with transaction.atomic():
            if Pulse.objects.filter(pk=pulse.pk, asked_at=None).update(asked_at=now):
                _ask(pulse)
                asked += 1
    return asked


def _ask(pulse: Pulse) -> None:
    version = pulse.version
    people = User.objects.filter(pk__in=pulse.answers.values("person"))
    notify(
        kind="feedback.pulse", key=f"pulse.{pulse.pk}", actor=None, people=people,
        title=_("One question about %(name)s, version %(n)d")
        % {"name": version.dashboard.name, "n": version.number},
        text=_("Did it give you what you asked for?"), url=f"/feedback/pulses/{pulse.pk}/",
        about={"pulse": pulse.pk},
    )  # fmt: skip


def show(*, actor: User, answer: PulseAnswer) -> PulseAnswer:
    """The person sees the question: the first time counts."""
    PulseAnswer.objects.filter(pk=answer.pk, shown_at=None).update(shown_at=timezone.now())
    answer.refresh_from_db()
    return answer


def answer_pulse(
    *, actor: User, answer: PulseAnswer, choice: int, comment: str = ""
) -> PulseAnswer:
    """Once, and not changed afterwards."""
    with transaction.atomic():
        row = PulseAnswer.objects.select_for_update().get(pk=answer.pk, person=actor)
        if row.answered_at is not None:
            raise Conflict(_("You have answered already. Thank you."))
        now = timezone.now()
        row.choice, row.comment, row.answered_at = choice, comment.strip(), now
        row.shown_at = row.shown_at or now
        row.full_clean()
        row.save()
        record(actor=actor, action="pulse.answer", target=row.pulse)
    return row
