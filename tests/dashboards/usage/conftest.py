"""A live dashboard that was launched sixty days ago, and its group of six."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import Launch
from dashboards.usage.models import ViewEvent
from dashboards.usage.services.views import record_view
from personas.services.people import add_member
from tests.fixtures.people import make_person
from tests.fixtures.world import LONG_AGO, World

Look = Callable[..., ViewEvent | None]


@pytest.fixture
def old(live: Dashboard) -> Dashboard:
    """Launched sixty days ago."""
    begun = timezone.now() - timedelta(days=60)
    Launch.objects.filter(dashboard=live).update(created_at=begun)
    return live


@pytest.fixture
def crowd(owner: User, member: User, world: World) -> list[User]:
    """The member and five more of the same group."""
    people = [make_person(f"person{n}") for n in range(5)]
    for person in people:
        add_member(actor=owner, group=world.group, email=person.email, valid_from=LONG_AGO)
    return [member, *people]


@pytest.fixture
def look(released: Version) -> Look:
    """A person looks some days ago, for twenty seconds unless said otherwise."""

    def record(person: User, days: float = 1, seconds: int = 20) -> ViewEvent | None:
        return record_view(
            actor=person, dashboard=released.dashboard, version=released, seconds=seconds,
            at=timezone.now() - timedelta(days=days),
        )  # fmt: skip

    return record
