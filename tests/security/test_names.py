"""Nobody reads the name, or a value, of what they may not open (rule 1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from dashboards.content.models import Dashboard
from dashboards.lifecycle.services.launches import end_launch, launch
from kpis.models import KPI, Dataset, KPIVersion
from personas.models import Blueprint, Membership
from personas.services import people
from personas.services.blueprints import create_blueprint
from tests.access.routes import all_routes
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.places import Places, live_dashboard
from tests.fixtures.tickets import AS_OF, VOLUME
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
API = {"headers": {"accept": "application/json"}}


@pytest.fixture
def shown(owner: User, world: World, sla: KPIVersion, volume: KPIVersion) -> Dashboard:
    return live_dashboard(owner, world)


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("person", ["colleague", "outsider", "admin"])
def test_catalogue_and_kpi_hide_question_persona_and_values(
    person: str, shown: Dashboard, world: World, sla: KPIVersion, cast: dict[str, User],
    client_of: ClientOf,
) -> None:  # fmt: skip
    client = client_of(cast[person])
    pages = [
        text_of(client, path)
        for path in ("/kpis/", f"/kpis/{sla.kpi.slug}/", f"/kpis/{sla.kpi.slug}/versions/1/")
    ]
    hidden = [world.question.text, world.persona.name, world.question.decision.text, shown.name]

    assert [word for word in hidden for page in pages if word in page] == []
    assert [sla.kpi.name in page for page in pages] == [True] * 3


@pytest.mark.parametrize(("person", "seen"), [("outsider", 0), ("member", 0), ("ace", 2)])
def test_dataset_of_a_kpi_is_named_to_the_team_alone(
    person: str, seen: int, shown: Dashboard, sla: KPIVersion, cast: dict[str, User],
    client_of: ClientOf,
) -> None:  # fmt: skip
    Dataset.objects.filter(pk=sla.dataset_id).update(name="Canary of the desk", slug="canary-set")
    client = client_of(cast[person])
    pages = [
        text_of(client, path)
        for path in (f"/kpis/{sla.kpi.slug}/", f"/api/v1/kpis/{sla.kpi.slug}/")
    ]

    assert sum("anary" in page for page in pages) == seen


@pytest.mark.parametrize(("person", "found"), [("outsider", 0), ("member", 2), ("ace", 2)])
def test_search_finds_nothing_by_words_that_stay_hidden(
    person: str, found: int, shown: Dashboard, cast: dict[str, User], client_of: ClientOf
) -> None:
    page = client_of(cast[person]).get("/kpis/", {"q": "keep the SLA"})

    assert len(page.context["entries"]) == found


def test_member_reads_no_name_of_another_group_or_persona(
    owner: User, member: User, shown: Dashboard, world: World, client_of: ClientOf
) -> None:
    launch(actor=owner, dashboard=shown, group=world.other_group)
    Dashboard.objects.filter(pk=shown.pk).update(persona=world.other_group.persona)
    client = client_of(member)
    slug = shown.slug
    key = shown.versions.get(number=1).document["tiles"][0]["key"]
    paths = [
        "/", "/dashboards/", f"/dashboards/{slug}/", f"/dashboards/{slug}/about/",
        f"/dashboards/{slug}/versions/", f"/dashboards/{slug}/tiles/{key}/explain/",
    ]  # fmt: skip
    hidden = [world.other_group.name, world.other_group.persona.name]

    seen = [(word, path) for path in paths for word in hidden if word in text_of(client, path)]

    assert seen == []


def test_blueprint_that_a_question_leads_to_names_no_foreign_persona_or_draft(
    owner: User, member: User, world: World, client_of: ClientOf
) -> None:
    hidden = create_blueprint(
        actor=owner, service=world.service, scenario="Not drawn yet", value_stream="incident",
    )  # fmt: skip
    foreign = world.other_group.persona
    Blueprint.objects.filter(pk=world.blueprint.pk).update(persona=foreign, as_is=hidden)
    client, slug = client_of(member), world.blueprint.slug
    paths = [
        f"/discover/services/{world.service.slug}/", f"/discover/blueprints/{slug}/",
        "/discover/", "/api/v1/blueprints/", f"/api/v1/blueprints/{slug}/",
    ]  # fmt: skip
    words = [foreign.name, foreign.slug, hidden.slug, hidden.scenario]

    seen = [(word, path) for path in paths for word in words if word in text_of(client, path)]

    assert seen == []
    told = client_of(owner).get(f"/api/v1/blueprints/{slug}/").json()
    assert (told["persona"], told["as_is"]) == (foreign.slug, hidden.slug)


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 200), ("?version=1", 200), ("?version=2", 404), ("?version=3", 404),
     ("?kpi=999", 200)],
)  # fmt: skip
def test_member_explains_the_released_version_alone(
    query: str, status: int, shown: Dashboard, member: User, client_of: ClientOf
) -> None:
    key = shown.versions.get(number=1).document["tiles"][0]["key"]
    client = client_of(member)

    assert client.get(f"/dashboards/{shown.slug}/tiles/{key}/explain/{query}").status_code == status
    assert client.get(f"/api/v1/dashboards/{shown.slug}/figures/{query}").status_code == status


@pytest.mark.parametrize("number", [1, 2])
def test_member_reads_no_document_but_the_released_one(
    number: int, shown: Dashboard, member: User, client_of: ClientOf
) -> None:
    response = client_of(member).get(f"/api/v1/dashboards/{shown.slug}/versions/{number}/")

    assert response.status_code == (200 if number == 1 else 404)
    assert client_of(member).get(f"/api/v1/dashboards/{shown.slug}/draft/").status_code == 403


@pytest.mark.parametrize("person", ["colleague", "outsider", "admin"])
def test_foreign_dashboard_gives_no_figures_through_any_door(
    person: str, shown: Dashboard, sla: KPIVersion, cast: dict[str, User], client_of: ClientOf
) -> None:
    client, slug = client_of(cast[person]), shown.slug
    key = shown.versions.get(number=1).document["tiles"][0]["key"]
    paths = [
        f"/dashboards/{slug}/", f"/dashboards/{slug}/tiles/{key}/explain/",
        f"/dashboards/{slug}/tiles/{key}/explain/?version=1", f"/api/v1/dashboards/{slug}/",
        f"/api/v1/dashboards/{slug}/figures/", f"/api/v1/dashboards/{slug}/figures/?version=1",
        f"/api/v1/dashboards/{slug}/versions/", f"/api/v1/dashboards/{slug}/versions/1/",
    ]  # fmt: skip

    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert client.get(f"/api/v1/kpis/{sla.kpi.slug}/measurements/").status_code == 403
    figures = client.post(f"/api/v1/kpis/{sla.kpi.slug}/figures/", {}, "application/json")
    assert figures.status_code == 403
    assert client.get("/api/v1/dashboards/").json()["results"] == []


def lose_launch(shown: Dashboard, owner: User) -> None:
    end_launch(actor=owner, launch=shown.launches.get())


def lose_membership(shown: Dashboard, owner: User) -> None:
    Membership.objects.get(group=shown.launches.get().group).delete()


def end_membership(shown: Dashboard, owner: User) -> None:
    row = Membership.objects.get(group=shown.launches.get().group)
    people.end_membership(actor=owner, membership=row, last_day=site_today() - timedelta(days=1))


@pytest.mark.parametrize("lose", [lose_launch, lose_membership, end_membership])
def test_lost_access_counts_with_the_next_request_though_figures_are_cached(
    lose: Callable[[Dashboard, User], None], shown: Dashboard, owner: User, member: User,
    client_of: ClientOf,
) -> None:  # fmt: skip
    client = client_of(member)
    paths = [f"/dashboards/{shown.slug}/", f"/api/v1/dashboards/{shown.slug}/figures/"]
    assert [client.get(path).status_code for path in paths] == [200, 200]

    lose(shown, owner)

    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert shown.name not in text_of(client, "/")
    assert client.get(paths[0], headers={"if-none-match": "*"}).status_code == 404


def test_job_of_another_person_is_not_there(
    places: Places, member: User, outsider: User, client_of: ClientOf
) -> None:
    route = next(route for route in all_routes() if route.name == "jobs:progress")
    url = reverse(route.name, kwargs=places.of(route))

    assert client_of(member).get(url).status_code == 200
    assert client_of(outsider).get(url).status_code == 404


def test_kpi_draft_is_hidden_by_number_and_in_the_api(
    owner: User, member: User, world: World, tickets: Any, client_of: ClientOf
) -> None:
    version = publish_kpi(owner, world.question, tickets, VOLUME, name="Hidden")
    KPIVersion.objects.filter(pk=version.pk).update(state="draft")
    client = client_of(member)
    paths = ["/kpis/hidden/", "/kpis/hidden/versions/1/", "/api/v1/kpis/hidden/"]

    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert len(client.get("/kpis/?q=Hidden").context["entries"]) == 0
    assert KPI.objects.get(slug="hidden").versions.count() == 1


def test_ace_without_the_data_right_asks_no_column_that_is_no_dimension(
    owner: User, admin: User, sla: KPIVersion, client_of: ClientOf
) -> None:
    """Else a condition would read the rows, value by value."""
    User.objects.filter(pk=owner.pk).update(may_manage_data=False)
    url = f"/api/v1/kpis/{sla.kpi.slug}/figures/"
    client = client_of(User.objects.get(pk=owner.pk))

    def ask(column: str, value: Any) -> int:
        where = {"column": column, "op": "=", "value": value}
        return int(client.post(url, {"where": where}, "application/json").status_code)

    assert ask("team", "Network") == 200
    assert ask("hours", 3) == 400
    assert ask("closed_at", AS_OF.date().isoformat()) == 400
