"""A session of the owner's for everybody, about nothing in particular."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from office_hours.models import AMASession
from office_hours.services import ama


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
