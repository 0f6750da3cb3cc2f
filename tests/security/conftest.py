"""The cast and an object for every route."""

from __future__ import annotations

import pytest

from ace_portal.accounts.models import User
from kpis.models import KPIVersion
from tests.fixtures.arranged import arranged
from tests.fixtures.places import Places, places_in
from tests.fixtures.world import World


@pytest.fixture
def cast(
    ace: User, owner: User, member: User, colleague: User, outsider: User, admin: User
) -> dict[str, User | None]:
    """The people by name; nobody is anonymous."""
    return {
        "ace": ace, "owner": owner, "member": member, "colleague": colleague,
        "outsider": outsider, "admin": admin, "anonymous": None,
    }  # fmt: skip


@arranged
def places(world: World, owner: User, member: User, sla: KPIVersion, volume: KPIVersion) -> Places:
    return places_in(world, owner, member, sla)
