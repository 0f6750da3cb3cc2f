"""Calendars of working hours: made, changed, deleted; what is published keeps its own copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid
from ace_portal.lib.models import free_slug
from kpis.engine.calendars import parse_hours
from kpis.engine.hours import hours_json
from kpis.models import WorkCalendar
from kpis.permissions import require_data

FIELDS = {"zone": "time_zone"}


def create_calendar(
    *, actor: User, name: str, time_zone: str, week: Sequence[Any], holidays: Sequence[str] = ()
) -> WorkCalendar:
    require_data(actor)
    with transaction.atomic():
        calendar = WorkCalendar(slug=free_slug(WorkCalendar, name))
        _write(calendar, name, time_zone, week, holidays)
        record(actor=actor, action="calendar.create", target=calendar)
    return calendar


def change_calendar(
    *,
    actor: User,
    calendar: WorkCalendar,
    name: str,
    time_zone: str,
    week: Sequence[Any],
    holidays: Sequence[str] = (),
) -> WorkCalendar:
    """From now on; figures that were computed with it stay, as their versions have a copy."""
    require_data(actor)
    with transaction.atomic():
        _write(calendar, name, time_zone, week, holidays)
        record(actor=actor, action="calendar.change", target=calendar)
    return calendar


def delete_calendar(*, actor: User, calendar: WorkCalendar) -> None:
    require_data(actor)
    with transaction.atomic():
        record(actor=actor, action="calendar.delete", target=calendar)
        calendar.delete()


def _write(
    calendar: WorkCalendar, name: str, time_zone: str, week: Sequence[Any], holidays: Sequence[str]
) -> None:
    """As the engine spells it, so that equal calendars have equal contents."""
    try:
        hours = parse_hours(
            {"name": name, "zone": time_zone, "week": list(week), "holidays": list(holidays)}, ""
        )
    except Invalid as error:
        field = error.field.removeprefix(".")
        raise Invalid(error.message, field=FIELDS.get(field, field)) from error
    content = hours_json(hours)
    calendar.name, calendar.time_zone = name, time_zone
    calendar.week, calendar.holidays = content["week"], content["holidays"]
    calendar.full_clean()
    calendar.save()
