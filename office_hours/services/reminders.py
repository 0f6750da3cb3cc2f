"""A word a day before, to both, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.notifications.services import notify
from office_hours.invitations import in_words
from office_hours.models import Booking

KIND = "office_hours.reminder"
AT_A_TIME = 200


def remind_due(*, now: datetime) -> int:
    """Remind of what is due; answers of how many. The conditional update decides who does it."""
    due = Booking.objects.ahead(now).filter(remind_at__lte=now, starts_at__gt=now)
    rows = due.select_related("host__person", "person").order_by("remind_at", "pk")
    reminded = 0
    for booking in rows[:AT_A_TIME]:
        with transaction.atomic():
            turn = Booking.objects.filter(
                pk=booking.pk, remind_at=booking.remind_at, state=Booking.State.CONFIRMED
            )
            if turn.update(remind_at=None):
                _tell(booking)
                reminded += 1
    return reminded


def _tell(booking: Booking) -> None:
    """One for each booking; a host hears of a full room once."""
    host, at = booking.host, int(booking.starts_at.timestamp())
    _remind(booking, booking.person, host.person, f"booking.remind.{booking.pk}.{booking.sequence}")
    _remind(booking, host.person, booking.person, f"session.remind.{host.pk}.{at}")


def _remind(booking: Booking, reader: User, other: User, key: str) -> None:
    notify(
        kind=KIND, key=key, actor=None, people=[reader], url=booking.get_absolute_url(),
        title=_("Soon: session with %(name)s") % {"name": other.name},
        text=f"{in_words(booking.starts_at, booking.ends_at, reader.time_zone)}\n{booking.topic}",
        about={"host": booking.host_id, "starts_at": booking.starts_at.isoformat()},
    )  # fmt: skip
