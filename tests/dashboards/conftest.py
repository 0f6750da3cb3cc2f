"""A dashboard of the owner, and the acts that most tests need."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import assembly, releases
from dashboards.content.services import dashboards as services
from dashboards.lifecycle import services as lifecycle
from kpis.models import KPIVersion
from tests.fixtures.world import World


def make_dashboard(owner: User, world: World, **fields: Any) -> Dashboard:
    given: dict[str, Any] = {
        "name": "Incident service",
        "problem": "We learn of breaches a week late.",
        "hypothesis": "If leads see the SLA each morning, fewer tickets wait.",
        "success_measure": "95 % kept by March",
        "persona": world.persona,
        "groups": [world.group],
        "review_due": date(2030, 1, 1),
    }
    return services.create_dashboard(actor=owner, **{**given, **fields})


@pytest.fixture
def dashboard(owner: User, world: World) -> Dashboard:
    """At its beginning: no version yet."""
    return make_dashboard(owner, world)


@pytest.fixture
def draft(
    owner: User, dashboard: Dashboard, sla: KPIVersion, volume: KPIVersion, hours: KPIVersion
) -> Version:
    """Assembled from three KPIs."""
    return assembly.assemble_version(actor=owner, dashboard=dashboard).version


@pytest.fixture
def released(owner: User, dashboard: Dashboard, draft: Version) -> Version:
    return releases.release_version(actor=owner, dashboard=dashboard)


@pytest.fixture
def live(owner: User, dashboard: Dashboard, released: Version, world: World) -> Dashboard:
    """Released and open to the group."""
    lifecycle.launch(actor=owner, dashboard=dashboard, group=world.group)
    return dashboard
