"""A word before a session, to both, and on the day of a lesson's change, to its owner: once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.markdown import to_line
from ace_portal.notifications.models import Event
from ace_portal.notifications.services import notify
from office_hours.invitations import in_words
from office_hours.models import Booking, Lesson
from office_hours.selectors.lessons import lessons_due

KIND, LESSON_KIND = "office_hours.reminder", "office_hours.lesson"
AT_A_TIME = 200
#: where each day begins first
EARLIEST = timezone(timedelta(hours=14))


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


def remind_of_lessons(*, now: datetime) -> int:
    """Remind who sees to a lesson's change on its day, which begins where they are.

    A new day, or somebody else who sees to it, is a new reminder.
    """
    anywhere = now.astimezone(EARLIEST).date()
    rows = [row for row in lessons_due(anywhere) if _is_due(row, now)]
    due = {f"lesson.due.{row.pk}.{row.owner_id}.{row.due:%Y-%m-%d}": row for row in rows}
    told = set(Event.objects.filter(kind=LESSON_KIND).values_list("key", flat=True))
    waiting = [key for key in due if key not in told][:AT_A_TIME]
    for key in waiting:
        lesson = due[key]
        assert lesson.owner is not None
        notify(
            kind=LESSON_KIND, key=key, actor=None, people=[lesson.owner],
            title=_("Due: %(title)s") % {"title": lesson.title}, text=to_line(lesson.change)[:500],
            url=lesson.get_absolute_url(), about={"lesson": lesson.pk},
        )  # fmt: skip
    return len(waiting)


def _is_due(lesson: Lesson, now: datetime) -> bool:
    assert lesson.owner is not None
    assert lesson.due is not None
    return lesson.due <= now.astimezone(ZoneInfo(lesson.owner.time_zone)).date()


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
