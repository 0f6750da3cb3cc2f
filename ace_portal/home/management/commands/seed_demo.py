"""Fill an empty portal with a plausible service desk, through the services that people use."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand
from django.db import transaction

from ace_portal.accounts.models import User
from ace_portal.home.demo import (
    charts,
    conversation,
    discovery,
    knowing,
    lifecycle,
    measurement,
    meeting,
    sessions,
    staffing,
    trial,
    use,
)
from ace_portal.lib.days import site_today

PEOPLE: dict[str, dict[str, Any]] = {
    "ace": {"name": "Jonas Weber", "is_ace": True, "may_manage_data": True},
    "owner": {"name": "Marit Lund", "is_ace": True, "may_manage_data": True},
    "member": {"name": "Priya Nair", "job_title": "Service desk lead"},
    "colleague": {"name": "Tomas Beck", "job_title": "Network lead"},
    "outsider": {"name": "Ana Ruiz", "job_title": "Facilities"},
    "sam": {"name": "Sam Okoro", "job_title": "Service desk"},
    "ines": {"name": "Ines Vogel", "job_title": "Service desk manager"},
    "admin": {"name": "Lea Roth", "is_admin": True},
}


class Command(BaseCommand):
    help = "Add the demo people and their dashboard, once."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return
        with transaction.atomic():
            people = make_people(os.environ["ACE_DEMO_PASSWORD"])
            found = discovery.tell(
                people["owner"], people["member"], people["colleague"], site_today()
            )
        today = site_today()
        dashboard = measurement.tell(people["owner"], found, today)
        staffing.tell(people, found, today)
        knowing.tell(people, today)
        trial.tell(people, found, dashboard, today)
        conversation.tell(people, found, dashboard, today)
        sessions.tell(people["owner"], people["member"])
        meeting.tell(people, dashboard)
        use.tell(people, found.group, dashboard, today)
        lifecycle.pass_gates(people["ace"], dashboard, range(7, 8))
        trial.one_to_try(people, found, today)
        staffing.one_to_try(people, found, today)
        charts.tell(people["owner"], found, today)


def make_people(password: str) -> dict[str, User]:
    """They share a password, so that it is hashed once: eight times take a second."""
    shared = make_password(password)
    people = {
        name: User.objects.create_user(f"{name}@demo.example", **fields)
        for name, fields in PEOPLE.items()
    }
    for person in people.values():
        person.password = shared
    User.objects.bulk_update(people.values(), ["password"])
    return people
