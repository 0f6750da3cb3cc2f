"""The owner's hours: Monday to Friday, nine to twelve in Berlin, half an hour each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine

from ace_portal.accounts.models import User
from office_hours.models import Booking, Host, Rule
from office_hours.services.availability import add_rule, change_hours
from office_hours.services.booking import book

#: a Monday morning, eight o'clock in Berlin
NOW = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
#: the next day, nine and half past nine in Berlin
NINE = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
HALF_PAST = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Any:
    """It is NOW, and stays so until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def make_rule(owner: User, **fields: Any) -> Rule:
    given: dict[str, Any] = {
        "weekday": 1, "starts": time(9), "ends": time(12), "minutes": 30, "buffer": 0, "seats": 1,
        "place": "https://meet.example.org/owner",
    }  # fmt: skip
    return add_rule(actor=owner, **{**given, **fields})


@pytest.fixture
def host(clock: Any, owner: User) -> Host:
    change_hours(actor=owner, time_zone="Europe/Berlin")
    for weekday in range(5):
        make_rule(owner, weekday=weekday)
    return Host.objects.get(person=owner)


@pytest.fixture
def booking(host: Host, member: User) -> Booking:
    return book(actor=member, host=host, starts_at=NINE, topic="SLA in week 44")


Reach = Callable[[User | None], Any]
