"""The hours of the owner, weekdays from nine to twelve in Berlin, and a session for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from ace_portal.accounts.models import User
from office_hours.models import AMASession, Booking, Host, Rule
from office_hours.services import ama
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


def make_session(owner: User, **fields: Any) -> AMASession:
    begins = timezone.now() + timedelta(days=1)
    given: dict[str, Any] = {
        "title": "Ask us about the SLA", "text": "**All** about it.", "starts_at": begins,
        "ends_at": begins + timedelta(hours=1), "everybody": True,
    }  # fmt: skip
    return ama.announce_session(actor=owner, **{**given, **fields})


def make_live(owner: User, **fields: Any) -> AMASession:
    session = ama.publish_session(actor=owner, session=make_session(owner, **fields))
    return ama.start_session(actor=owner, session=session)


@pytest.fixture
def session(owner: User) -> AMASession:
    return make_session(owner)


@pytest.fixture
def announced(owner: User, session: AMASession) -> AMASession:
    return ama.publish_session(actor=owner, session=session)


@pytest.fixture
def running(owner: User, announced: AMASession) -> AMASession:
    return ama.start_session(actor=owner, session=announced)
