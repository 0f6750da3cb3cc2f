"""What waits for a person, from all apps, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from ace_portal.accounts.models import User
from ace_portal.lib.needs import AT_MOST, Need
from ace_portal.lib.registries import needs


@dataclass(frozen=True)
class Waiting:
    """The oldest; ``more`` says whether there are others behind them."""

    needs: list[Need]
    more: bool


def needs_of(user: User) -> Waiting:
    found = [need for of in needs.values() for need in of(user)]
    found.sort(key=lambda need: need.since)
    return Waiting(found[:AT_MOST], more=len(found) > AT_MOST)
