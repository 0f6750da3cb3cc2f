"""The values of a dropdown, searched page by page: on a page, for its list, and through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.choices import PER_PAGE
from dashboards.content.models import Dashboard
from kpis.models import Dataset
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, TICKETS, ticket_rows

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
TEAMS = 3_000


@pytest.fixture
def many(live: Dashboard, tickets: Dataset) -> Dashboard:
    """The dashboard over three thousand teams."""
    (row,) = ticket_rows(1)[:1]
    rows = [{**row, "team": f"Team {n:04}"} for n in range(TEAMS)]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    return live


def values(client: Client, dashboard: Dashboard, **asked: Any) -> Any:
    address = reverse("dashboards:filter-values", args=[dashboard.slug, "team"])
    return client.get(f"/api/v1{address}", asked).json()


def test_thousands_of_values_are_searched_and_not_loaded(
    client_of: Open, member: User, many: Dashboard
) -> None:
    client = client_of(member)
    page = client.get(many.get_absolute_url())
    choice = next(c for c in page.context["board"].choices if c.key == "team")
    first, found = values(client, many), values(client, many, **{"find-value": "TEAM 29"})
    second = values(client, many, **{"find-value": "team 29", "find-page": 2})

    assert (len(choice.options), choice.more) == (200, True)
    assert 'hx-get="/dashboards/' in page.text
    assert [len(answer["values"]) for answer in (first, found, second)] == [PER_PAGE] * 3
    assert [answer["more"] for answer in (first, found, second)] == [True, True, False]
    names = [value["value"] for answer in (found, second) for value in answer["values"]]
    assert names == [f"Team {n}" for n in range(2900, 3000)]


def test_what_is_chosen_is_shown_whatever_is_searched_for(
    client_of: Open, member: User, many: Dashboard
) -> None:
    client = client_of(member)
    where = reverse("dashboards:filter-values", args=[many.slug, "team"])
    asked = {"team": "Team 2999", "find-value": "0001", "priority": "P1"}

    answer = values(client, many, **asked)
    part = client.get(where, asked, headers={"hx-request": "true"}).text
    page = client.get(where, asked).text

    assert answer["chosen"] == [{"value": "Team 2999", "name": "Team 2999", "selected": True}]
    assert [value["value"] for value in answer["values"]] == ["Team 0001"]
    assert part.count("<label") == 2
    assert "<html" not in part
    assert 'value="Team 2999" checked' in part
    assert '<input type="hidden" name="priority" value="P1">' in page
    assert f'action="{many.get_absolute_url()}"' in page


def test_only_a_dropdown_has_values(client_of: Open, member: User, live: Dashboard) -> None:
    where = reverse("dashboards:filter-values", args=[live.slug, "nothing"])

    assert [client_of(member).get(prefix + where).status_code for prefix in ("", "/api/v1")] == [
        404, 404,
    ]  # fmt: skip


def test_value_that_a_filter_cannot_take_is_refused_by_the_api_in_the_words_of_the_page(
    client_of: Open, owner: User, live: Dashboard
) -> None:
    client = client_of(owner)
    client.post(reverse("dashboards:version-start", args=[live.slug]))
    draft = live.versions.get(state="draft")
    given = {"revision": draft.revision, "preset": "all"}
    edit = reverse("dashboards:filters-edit", args=[live.slug])
    columns = client.get(edit).context["form"].columns
    place = columns.index("hours")
    given |= {f"use_{place}": "on", f"label_{place}": "Hours", f"kind_{place}": "range"}
    client.post(edit, given)
    query = {"version": draft.number, "hours-from": "a lot"}

    api = f"/api/v1/dashboards/{live.slug}/"
    refused, file = (client.get(f"{api}{what}/", query) for what in ("figures", "export/csv"))
    address = reverse("dashboards:version-detail", args=[live.slug, draft.number])
    page = client.get(address, {"hours-from": "a lot"})
    htmx = {"hx-request": "true", "hx-target": "board"}
    again = client.get(address, {"hours-from": "a lot"}, headers=htmx)

    words = "“a lot” is no number: write one like 12 or 12.5."
    assert (refused.status_code, words in refused.text) == (400, True)
    assert (file.status_code, words in file.text) == (400, True)
    assert (words in page.text, 'value="a lot"' in page.text) == (True, True)
    assert (words in again.text, 'id="board"' in again.text) == (True, True)
