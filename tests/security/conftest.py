"""The cast and an object for every route, made anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ace_portal.accounts.models import User
from kpis.models import KPIVersion
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


@pytest.fixture
def places(
    world: World, owner: User, member: User, sla: KPIVersion, volume: KPIVersion, tmp_path: Path
) -> Places:
    return places_in(world, owner, member, sla, tmp_path)
