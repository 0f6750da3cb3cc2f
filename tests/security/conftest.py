"""The cast and an object for every route, made anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ace_portal.accounts.models import User
from tests.fixtures.places import Places, build_places


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
def places(cast: dict[str, User | None], tmp_path: Path) -> Places:
    return build_places({name: user for name, user in cast.items() if user}, tmp_path)
