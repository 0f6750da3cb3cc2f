"""What sessions and lessons have left to a person."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.needs import AT_MOST, Need, beginning_of
from office_hours.selectors.ama import questions_due, sessions_missed, sessions_to_close
from office_hours.selectors.booking import waiting_for
from office_hours.selectors.lessons import lessons_due


def sessions_left(user: User) -> list[Need]:
    """Sessions to close or missed, and what was put off in them, to answer."""
    if not user.is_ace:
        return []
    today = site_today()
    return [
        *(Need(_("Session to close"), session.title, session.get_absolute_url(), session.ends_at,
               tone="watch")
          for session in sessions_to_close(user)[:AT_MOST]),
        *(Need(_("Session that did not begin: move or cancel it"), session.title,
               session.get_absolute_url(), session.starts_at, tone="watch")
          for session in sessions_missed(user)[:AT_MOST]),
        *(Need(_("Question of a session to answer by %(day)s")
               % {"day": date_format(question.due, "j M") if question.due else ""},
               question.text, question.get_absolute_url(), question.updated_at,
               tone="watch" if question.due and question.due < today else "none")
          for question in questions_due(user)[:AT_MOST]),
    ]  # fmt: skip


def outcomes_left(user: User) -> list[Need]:
    """Bookings that are over and of which the host has not said how they went."""
    rows = waiting_for(user).filter(ends_at__lt=timezone.now()).order_by("starts_at", "pk")
    return [
        Need(_("Say how it went with %(name)s") % {"name": row.person.name}, row.topic,
             row.get_absolute_url(), row.ends_at)
        for row in rows[:AT_MOST]
    ]  # fmt: skip


def lessons_left(user: User) -> list[Need]:
    """Changes that a person wanted to see to by now."""
    return [
        Need(_("A lesson's change was due"), row.title, row.get_absolute_url(),
             beginning_of(row.due), tone="watch")
        for row in lessons_due(site_today()).filter(owner=user)[:AT_MOST]
        if row.due is not None
    ]  # fmt: skip
