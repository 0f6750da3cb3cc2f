"""Tickets of which everybody sees those of their team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.lifecycle.services import launches
from kpis.models import Dataset
from kpis.services.policies import set_policy
from tests.fixtures.arranged import arranged
from tests.fixtures.people import make_person
from tests.fixtures.tickets import ticket_rows
from tests.fixtures.world import World


@dataclass
class Readers:
    """Who sees which teams; ``None`` stands for all rows, those without a team, too."""

    people: Mapping[str, User]
    teams: Mapping[str, frozenset[str] | None]

    def rows(self, name: str) -> int:
        """How many tickets are theirs, counted by hand."""
        teams = self.teams[name]
        return sum(teams is None or row["team"] in teams for row in ticket_rows())


@arranged
def readers(
    owner: User, member: User, colleague: User, world: World, tickets: Dataset, live: Dashboard
) -> Readers:
    """The member's group sees one team, the colleague's another; one person has an attribute."""
    launches.launch(actor=owner, dashboard=live, group=world.other_group)
    analyst = make_person("analyst", is_ace=True, attributes={"team": ["Identity", "Network"]})
    newcomer = make_person("newcomer", is_ace=True)
    set_policy(
        actor=owner, dataset=tickets, column="team", attribute="team",
        rules={world.group: ["Network"], world.other_group: ["Identity", "Nobody"]},
    )  # fmt: skip
    return Readers(
        {
            "owner": owner, "member": member, "colleague": colleague, "analyst": analyst,
            "newcomer": newcomer,
        },
        {
            "owner": None, "member": frozenset({"Network"}), "colleague": frozenset({"Identity"}),
            "analyst": frozenset({"Network", "Identity"}), "newcomer": frozenset(),
        },
    )  # fmt: skip


@pytest.fixture
def policed(readers: Readers, tickets: Dataset) -> Dataset:
    tickets.refresh_from_db()
    return tickets
