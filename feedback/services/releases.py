"""What a release does for the people who asked."""

from __future__ import annotations

from ace_portal.accounts.models import User
from dashboards.content.models import Version
from feedback.services import pulses, roadmap


def answer_people(actor: User, version: Version) -> None:
    """Release listener: ship what it carries; who was answered by that is asked later."""
    roadmap.ship(actor, version)
    pulses.schedule(actor, version)
