"""A host's own hours: the row, the weekly rules, the days that are different."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import held, write
from office_hours.models import Host, OtherDay, Rule
from office_hours.permissions.booking import require_own
from office_hours.selectors.availability import hours_of
from personas.permissions import require_ace

MOST_RULES, MOST_OTHER_DAYS = 40, 100


def change_hours(*, actor: User, **fields: Any) -> Host:
    """How one can be booked: zone, notice, how far ahead, how many a day, open or not."""
    require_ace(actor)
    with transaction.atomic():
        host = _own(actor)
        for name, value in fields.items():
            setattr(host, name, value)
        host.full_clean()
        host.save()
        record(actor=actor, action="hours.change", target=host)
    return host


def add_rule(*, actor: User, **fields: Any) -> Rule:
    """Hours on a weekday; the first ones make the actor a host."""
    require_ace(actor)
    with transaction.atomic():
        host = _own(actor)
        if host.rules.count() >= MOST_RULES:
            raise Conflict(_("There are %(n)d already; change one instead.") % {"n": MOST_RULES})
        rule = Rule(host=host, **_stripped(fields))
        rule.full_clean()
        rule.save()
        record(actor=actor, action="hours.rule.add", target=rule)
    return rule


def change_rule(*, actor: User, rule: Rule, **fields: Any) -> Rule:
    """What is booked already stays as it was booked."""
    require_ace(actor)
    require_own(actor, rule.host)
    with transaction.atomic():
        _own(actor)
        row = held(rule)
        write(row, _stripped(fields))
        record(actor=actor, action="hours.rule.change", target=row)
    return row


def remove_rule(*, actor: User, rule: Rule) -> Rule:
    """Nothing new is booked in these hours; what is booked stays.

    Days to come that are like these hours would open as their weekday does: they go first.
    """
    require_ace(actor)
    require_own(actor, rule.host)
    with transaction.atomic():
        today = timezone.now().astimezone(ZoneInfo(_own(actor).time_zone)).date()
        row = held(rule)
        alike = OtherDay.objects.filter(like=row).order_by("day")
        days = [date_format(other.day, "D j M Y") for other in alike.filter(day__gte=today)]
        if days:
            raise Conflict(
                _("Days that are different go by these hours: %(days)s. Change or remove them "
                  "first.") % {"days": ", ".join(days)}
            )  # fmt: skip
        alike.delete()  # days that are over
        record(actor=actor, action="hours.rule.remove", target=row)
        row.delete()
    return row


def set_other_day(
    *,
    actor: User,
    day: date,
    starts: time | None = None,
    ends: time | None = None,
    like: Rule | None = None,
) -> OtherDay:
    """A day off, or other hours on a day; said twice, the second holds."""
    require_ace(actor)
    with transaction.atomic():
        host = _own(actor)
        if like is not None and like.host_id != host.pk:
            raise Invalid(_("Choose one of your own hours."), field="like")
        found = host.other_days.filter(day=day).first() or OtherDay(host=host, day=day)
        if found.pk is None and host.other_days.count() >= MOST_OTHER_DAYS:
            raise Conflict(_("There are %(n)d already.") % {"n": MOST_OTHER_DAYS})
        found.starts, found.ends, found.like = starts, ends, like if starts else None
        found.full_clean()
        found.save()
        record(actor=actor, action="hours.day.set", target=found, off=found.is_off)
    return found


def remove_other_day(*, actor: User, other: OtherDay) -> None:
    """The day is like its weekday again."""
    require_ace(actor)
    require_own(actor, other.host)
    with transaction.atomic():
        record(actor=actor, action="hours.day.remove", target=other)
        other.delete()


def _own(actor: User) -> Host:
    """The actor's row, held until the transaction ends: nobody books while the hours change."""
    host = hours_of(actor)
    if host is None:
        Host.objects.get_or_create(person=actor, defaults={"time_zone": actor.time_zone})
    return Host.objects.select_for_update(of=("self",)).select_related("person").get(person=actor)


def _stripped(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }
