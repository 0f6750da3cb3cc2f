"""Who sees what of a dashboard, and what stands on its pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


def test_figures_are_seen_by_the_ace_and_the_group_alone(
    client_of: Open, ace: User, owner: User, member: User, colleague: User, outsider: User,
    live: Dashboard,
) -> None:  # fmt: skip
    url = live.get_absolute_url()

    cast = (ace, owner, member, colleague, outsider, None)
    statuses = [client_of(person).get(url).status_code for person in cast]

    assert statuses == [200, 200, 200, 404, 404, 302]


@pytest.mark.parametrize("name", ["dashboard-detail", "dashboard-about", "versions"])
def test_pages_of_a_member(client_of: Open, member: User, live: Dashboard, name: str) -> None:
    page = client_of(member).get(reverse(f"dashboards:{name}", args=[live.slug]))

    assert page.status_code == 200
    assert "Incident service" in page.text


@pytest.mark.parametrize("name", ["builder", "version-release", "filters-edit", "tile-new"])
def test_pages_of_the_draft(
    client_of: Open, owner: User, ace: User, member: User, draft: Version, name: str
) -> None:
    url = reverse(f"dashboards:{name}", args=[draft.dashboard.slug])

    cast = (owner, ace, member)
    statuses = [client_of(person).get(url).status_code for person in cast]

    assert statuses == [200, 200, 403]
