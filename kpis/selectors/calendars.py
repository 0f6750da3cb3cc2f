"""Calendars of working hours."""

from __future__ import annotations

from django.db.models import QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from kpis.models import WorkCalendar


def calendars_for(user: User) -> QuerySet[WorkCalendar]:
    """All for the ACE, whose KPIs count by them; those who manage data change them."""
    return WorkCalendar.objects.all() if user.is_ace else WorkCalendar.objects.none()


def calendar_for(user: User, slug: str) -> WorkCalendar:
    return first_or_404(calendars_for(user).filter(slug=slug))
