"""What is compared with the source is compared, and shown, over all rows alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.validation.models import Reconciliation, ValidationRun
from kpis.models import Dataset, KPIVersion
from kpis.services.policies import set_policy
from tests.fixtures.people import make_person
from tests.fixtures.trials import compare
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.fixture
def limited(owner: User, world: World, tickets: Dataset) -> Dataset:
    set_policy(
        actor=owner, dataset=tickets, column="team", attribute="team",
        rules={world.group: ["Network"]},
    )  # fmt: skip
    tickets.refresh_from_db()
    return tickets


def test_who_sees_some_rows_compares_nothing_with_the_source(
    limited: Dataset, run: ValidationRun, volume: KPIVersion
) -> None:
    """The figure beside the source's would be of all rows, or compare what cannot be compared."""
    analyst = make_person("analyst", is_ace=True, attributes={"team": ["Network"]})

    with pytest.raises(Invalid, match="You see some of this KPI's rows") as refused:
        compare(analyst, run, volume)

    assert (refused.value.field, Reconciliation.objects.count()) == ("kpi_version", 0)


def test_what_was_compared_is_shown_to_who_sees_all_rows(
    limited: Dataset, owner: User, run: ValidationRun, volume: KPIVersion, client_of: Open
) -> None:
    analyst = make_person("analyst", is_ace=True, attributes={"team": ["Network"]})
    compare(owner, run, volume)
    args = [run.dashboard.slug, run.pk]
    where = reverse("api:validation-reconciliations", args=args)

    found = {p.name: len(client_of(p).get(where).json()["results"]) for p in (owner, analyst)}

    assert found == {owner.name: 1, analyst.name: 0}
