"""A pilot sees what is there to try, and that alone; nobody else can tell that it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotVisible
from dashboards.content import selectors
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts
from dashboards.prototypes import services
from dashboards.reports.services.subscriptions import subscribe
from feedback.selectors import threads_for
from feedback.services.roadmap import plan_thread
from feedback.services.threads import open_thread
from kpis.models import KPIVersion
from tests.fixtures.trials import shared_dashboard
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
API = "/api/v1/dashboards/"


@pytest.fixture
def second(owner: User, live: Dashboard, colleague: User) -> Version:
    """Version 1 is open to the member's group; version 2, with a tile less, is with a pilot."""
    draft = drafts.start_version(actor=owner, dashboard=live)
    key = draft.document["tiles"][0]["key"]
    drafts.remove_tile(actor=owner, dashboard=live, revision=draft.revision, key=key)
    services.invite_pilot(actor=owner, dashboard=live, person=colleague)
    return services.share_prototype(actor=owner, dashboard=live)


def url(name: str, version: Version, *args: Any) -> str:
    return reverse(f"dashboards:{name}", args=[version.dashboard.slug, *args])


def pages(version: Version) -> list[str]:
    """Where its figures are."""
    key, slug, n = version.document["tiles"][0]["key"], version.dashboard.slug, version.number
    return [
        url("version-detail", version, n),
        url("tile-explain", version, key) + f"?version={n}",
        reverse("feedback:tile-threads", args=[slug, key]) + f"?version={n}",
        f"{API}{slug}/figures/?version={n}",
        f"{API}{slug}/versions/{n}/",
    ]


def statuses(client: Client, paths: list[str]) -> list[int]:
    return [client.get(path).status_code for path in paths]


@pytest.mark.parametrize("state", ["prototype", "frozen"])
def test_pilots_and_the_ace_alone_see_it(
    client_of: Open, owner: User, ace: User, pilot: User, member: User, outsider: User,
    on_trial: Dashboard, state: str,
) -> None:  # fmt: skip
    if state == "frozen":
        services.freeze_version(actor=owner, dashboard=on_trial)
    version = on_trial.versions.get()
    paths = [*pages(version), on_trial.get_absolute_url(), url("dashboard-about", version)]

    for person in (ace, pilot):
        assert set(statuses(client_of(person), paths)) == {200}
    for person in (member, outsider):
        assert set(statuses(client_of(person), paths)) == {404}
        assert on_trial not in selectors.dashboards_for(person)


def test_it_says_what_it_is(client_of: Open, pilot: User, on_trial: Dashboard) -> None:
    client = client_of(pilot)

    shown = [client.get(on_trial.get_absolute_url()), client.get("/dashboards/"), client.get("/")]

    assert "Prototype: for you to try. Figures are real." in shown[0].text
    for page in shown[1:]:
        assert "Prototypes to try" in page.text
        assert "Change calendar" in page.text


@pytest.mark.parametrize("how", ["ended", "account", "withdrawn", "released"])
def test_access_is_lost_with_the_next_request(
    client_of: Open, owner: User, pilot: User, on_trial: Dashboard, prototype: Version, how: str
) -> None:
    client = client_of(pilot)
    paths = [*pages(prototype), on_trial.get_absolute_url()]
    assert set(statuses(client, paths)) == {200}

    match how:
        case "ended":
            services.end_pilot(actor=owner, pilot=on_trial.pilots.get())
        case "account":
            User.objects.filter(pk=pilot.pk).update(is_active=False)
        case "withdrawn":
            services.withdraw_prototype(actor=owner, dashboard=on_trial)
        case "released":
            Version.objects.filter(pk=prototype.pk).update(state="released")

    refused = {302, 401, 403} if how == "account" else {404}
    assert set(statuses(client, paths)) <= refused
    pilot.refresh_from_db()
    assert not selectors.prototypes_for(pilot).exists()


def test_pilot_alone_sees_nothing_that_was_released(
    client_of: Open, colleague: User, live: Dashboard, second: Version, sla: KPIVersion
) -> None:
    first = live.versions.get(number=1)
    client = client_of(colleague)

    board = client.get(live.get_absolute_url())
    figures = client.get(f"{API}{live.slug}/figures/").json()
    numbers = [v["number"] for v in client.get(f"{API}{live.slug}/versions/").json()["results"]]

    assert board.context["version"] == second
    assert (figures["version"], numbers) == (2, [2])
    assert set(statuses(client, pages(first))) == {404}
    assert not selectors.launched_to(colleague).exists()
    assert selectors.released_number(colleague, live) is None
    with pytest.raises(NotVisible):
        subscribe(actor=colleague, dashboard=live, every="weekly", hour=8)
    assert client.get(url("report-new", first)).status_code == 404
    assert selectors.kpis_shown_to(colleague) == set(
        second.tiles.values_list("kpi_version__kpi", flat=True)
    )


def test_member_sees_what_is_released_and_no_trace_of_the_prototype(
    client_of: Open, member: User, live: Dashboard, second: Version
) -> None:
    client = client_of(member)

    board = client.get(live.get_absolute_url())
    numbers = [v["number"] for v in client.get(f"{API}{live.slug}/versions/").json()["results"]]

    assert board.context["version"].number == 1
    assert (board.context["to_try"], numbers) == (None, [1])
    assert set(statuses(client, pages(second))) == {404}
    assert "Prototypes to try" not in client.get("/dashboards/").text


def test_member_who_is_a_pilot_has_both(
    client_of: Open, owner: User, member: User, live: Dashboard, second: Version
) -> None:
    services.invite_pilot(actor=owner, dashboard=live, person=member)
    client = client_of(member)

    board = client.get(live.get_absolute_url())

    assert (board.context["version"].number, board.context["to_try"]) == (1, second)
    assert f'href="{url("version-detail", second, 2)}"' in board.text
    assert set(statuses(client, [*pages(second), *pages(live.versions.get(number=1))])) == {200}
    assert [v.number for v in selectors.versions_for(member, live)] == [2, 1]


def test_words_about_a_prototype_are_for_who_may_see_it(
    client_of: Open, owner: User, ace: User, member: User, colleague: User, live: Dashboard,
    second: Version,
) -> None:  # fmt: skip
    key = second.document["tiles"][0]["key"]
    said = open_thread(
        actor=colleague, dashboard=live, tile_key=key, kind="idea", text="Split it by shift."
    )
    public = open_thread(
        actor=member, dashboard=live, tile_key=key, kind="idea", text="A line would help."
    )

    assert (said.version, public.version) == (second, live.versions.get(number=1))
    assert set(threads_for(ace)) == {said, public}
    assert list(threads_for(member)) == [public]
    assert list(threads_for(colleague)) == [said]
    services.withdraw_prototype(actor=owner, dashboard=live)
    assert list(threads_for(colleague)) == [said]  # and may read the answer
    assert list(threads_for(member)) == [public]


def test_roadmap_names_no_words_about_a_prototype(
    client_of: Open, owner: User, member: User, colleague: User, live: Dashboard, second: Version
) -> None:
    key = second.document["tiles"][0]["key"]
    said = open_thread(
        actor=colleague, dashboard=live, tile_key=key, kind="idea", text="Split it by shift."
    )
    plan_thread(actor=owner, thread=said, title="By shift", state="next")
    where = reverse("feedback:roadmap", args=[live.slug])

    seen = [said.title in client_of(person).get(where).text for person in (owner, member)]

    assert seen == [True, False]


def test_pages_of_the_ace_are_closed_to_pilots(
    client_of: Open, pilot: User, on_trial: Dashboard, prototype: Version
) -> None:
    names = ("prototype", "builder", "validation", "version-compare")

    assert [client_of(pilot).get(url(n, prototype)).status_code for n in names] == [403] * 4


def test_list_costs_the_same_for_any_number_of_prototypes(
    client_of: Open, owner: User, world: World, pilot: User, sla: KPIVersion
) -> None:
    client = client_of(pilot)
    counts = []
    for wanted in (1, 3, 10):
        while selectors.prototypes_for(pilot).count() < wanted:
            shared_dashboard(owner, world, pilot)
        client.get("/dashboards/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/dashboards/")
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_board_of_a_prototype_asks_as_much_as_any(
    client_of: Open, pilot: User, member: User, live: Dashboard, second: Version
) -> None:
    counts = []
    for person in (member, pilot):
        client = client_of(person)
        client.get(live.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(live.get_absolute_url())
        counts.append(len(queries))

    assert counts[1] <= counts[0] + 2


def test_prototype_page_moves_it_on(client_of: Open, owner: User, on_trial: Dashboard) -> None:
    client, version = client_of(owner), on_trial.versions.get()

    for move in ("freeze", "share"):  # the second is refused, and says so
        client.post(url(f"prototype-{move}", version))
    page = client.get(url("prototype", version))
    thawed = client.post(url("prototype-thaw", version), {"reason": "A figure is wrong."})

    assert "That is not possible now: version 1 is “Under validation”." in page.text
    assert (thawed.status_code, on_trial.versions.get().state) == (302, "draft")
