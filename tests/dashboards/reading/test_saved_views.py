"""A reader's own views: found in the filter bar, opened with, and seen by nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, NotVisible
from dashboards.content.document import Choice, Document, Period
from dashboards.content.models import Dashboard
from dashboards.content.selectors import released_of
from dashboards.reading.models import SavedView
from dashboards.reading.selectors import gone_of, state_of
from dashboards.reading.services import MOST, change_view, delete_view, save_view

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def saved(user: User, dashboard: Dashboard, name: str = "Mine", filters: str = "") -> SavedView:
    version = released_of(dashboard)
    assert version is not None
    return save_view(actor=user, dashboard=dashboard, version=version, name=name, filters=filters)


def test_state_is_saved_from_its_page_and_stands_in_the_filter_bar(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    client, url = client_of(member), live.get_absolute_url()
    page = client.get(f"{url}?period=all&priority=P1").text
    assert f'{url}saved/new/?period=all&amp;priority=P1"' in page

    new = f"{url}saved/new/?period=all&priority=P1"
    given = {"name": "Urgent", "filters": "period=all&priority=P1"}
    assert client.get(new).context["form"]["filters"].value() == "period=all&priority=P1"
    done = client.post(new, given)

    assert done["Location"] == f"{url}?period=all&priority=P1"
    assert 'aria-current="true"' in client.get(done["Location"]).text
    assert client.post(new, given).status_code == 422
    assert client.post(new, {**given, "name": ""}).status_code == 422


def test_dashboard_opens_with_it_and_reset_leads_to_the_plain_one(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    view = saved(member, live, filters="period=all&team=Network")
    change_view(actor=member, dashboard=live, pk=view.pk, name="Mine", opens=True)
    client, url = client_of(member), live.get_absolute_url()

    page = client.get(url)
    plain = client.get(f"{url}?view=plain")

    assert page.context["board"].state.chosen == {"team": ("Network",)}
    assert f'<a href="{url}?view=plain">Reset</a>' in page.text
    assert plain.context["board"].state.chosen == {}
    assert ">Reset<" not in plain.text
    assert plain.context["query"] == "view=plain"  # what leads on from here leads back to it


def test_one_view_opens_at_most(member: User, live: Dashboard) -> None:
    one, two = saved(member, live, "One"), saved(member, live, "Two")
    for view in (one, two):
        change_view(actor=member, dashboard=live, pk=view.pk, name=view.name, opens=True)

    assert [v.name for v in SavedView.objects.filter(opens=True)] == ["Two"]


def test_view_of_another_person_is_not_there(
    member: User, ace: User, live: Dashboard, client_of: ClientOf
) -> None:
    view = saved(member, live, filters="period=all")
    client = client_of(ace)
    for act in (
        lambda: change_view(actor=ace, dashboard=live, pk=view.pk, name="Theirs", opens=True),
        lambda: delete_view(actor=ace, dashboard=live, pk=view.pk),
    ):
        with pytest.raises(NotVisible):
            act()
    assert client.get(f"{live.get_absolute_url()}?view={view.pk}").status_code == 404
    assert client.get(f"/api/v1/dashboards/{live.slug}/saved-views/").json()["results"] == []


def test_number_of_views_is_bounded(member: User, ace: User, live: Dashboard) -> None:
    for number in range(MOST):
        saved(member, live, f"View {number}")

    with pytest.raises(Conflict, match="Delete one of them first"):
        saved(member, live, "One more")
    saved(ace, live, "Of somebody else")


def test_view_means_the_same_when_the_page_begins_otherwise() -> None:
    before = Document(period=Period("last_3"), choices=(Choice("prio", "priority", "Priority"),))
    after = Document(
        period=Period("all"), choices=(Choice("prio", "priority", "Priority", default=("P1",)),)
    )
    view = SavedView(name="Mine", filters="period=last_3&prio=P2")
    bare = SavedView(name="Bare", filters="period=last_3&prio=")

    assert state_of(view, before) == state_of(view, after)
    assert state_of(bare, after).chosen == {}


def test_filter_that_is_gone_is_named_in_words() -> None:
    view = SavedView(
        name="Mine", filters="period=all&prio=P1&hours-from=3", labels={"prio": "Priority"}
    )

    assert gone_of(view, Document()) == (
        "“Mine” filters by what this version does not have any more: Priority, hours."
    )
    kept = Document(choices=(Choice("prio", "p", "Priority"), Choice("hours", "h", "H", "range")))
    assert gone_of(view, kept) == ""


def test_value_that_is_gone_is_said_beside_its_filter(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    page = client_of(member).get(f"{live.get_absolute_url()}?team=Network&team=Bygone")

    assert "no row that you see has “Bygone”." in page.text


def test_deeds_are_on_record_and_a_name_is_one_line(member: User, live: Dashboard) -> None:
    view = saved(member, live, "  Early \n shift ")
    assert view.name == "Early shift"
    with pytest.raises(ValidationError, match="name"):
        change_view(actor=member, dashboard=live, pk=view.pk, name=" ", opens=False)
    delete_view(actor=member, dashboard=live, pk=view.pk)

    told = AuditEntry.objects.filter(action__startswith="view.").order_by("pk")
    assert [entry.action for entry in told] == ["view.save", "view.delete"]


def test_api_says_the_same_as_the_page(member: User, live: Dashboard, client_of: ClientOf) -> None:
    client, api = client_of(member), f"/api/v1/dashboards/{live.slug}/"
    made = client.post(
        f"{api}saved-views/", {"name": "Net", "filters": "team=Network", "opens": True},
        content_type="application/json",
    )  # fmt: skip
    assert made.status_code == 201
    one = f"{api}saved-views/{made.json()['id']}/"

    by_view = client.get(f"{api}figures/?view={made.json()['id']}").json()
    assert by_view == client.get(f"{api}figures/?team=Network").json()
    assert client.get(f"{api}figures/").json() != by_view  # an address opens no view by itself
    changed = client.put(one, {"name": "Network"}, content_type="application/json").json()
    assert (changed["name"], changed["opens"], changed["gone"]) == ("Network", False, "")
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
