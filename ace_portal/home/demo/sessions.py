"""When the demo's ACE can be met, and the first visitor."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from ace_portal.accounts.models import User
from office_hours.selectors.availability import next_of
from office_hours.services.availability import add_rule, change_hours
from office_hours.services.booking import book

#: weekday, from, to, minutes, seats, what it is for
HOURS = ((1, 9, 12, 30, 1, ""), (3, 14, 17, 30, 1, ""), (4, 10, 11, 60, 8, "Open round"))


def tell(host: User, visitor: User) -> None:
    """Office hours on three days, one of them booked."""
    hours = change_hours(
        actor=host, time_zone=host.time_zone, about="Service desk figures", horizon_days=30
    )
    for weekday, starts, ends, minutes, seats, topic in HOURS:
        add_rule(
            actor=host, weekday=weekday, starts=time(starts), ends=time(ends), minutes=minutes,
            seats=seats, topic=topic, place="https://meet.example.org/marit",
        )  # fmt: skip
    free = next_of([hours], timezone.now() + timedelta(days=1))[hours.pk]
    book(actor=visitor, host=hours, starts_at=free.slot.starts_at, topic="Which tickets miss P2?")
