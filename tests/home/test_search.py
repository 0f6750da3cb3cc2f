"""Search: each finds what they may know of and nothing else, the best first, whatever is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from ace_portal.accounts.models import User
from ace_portal.home.selectors.search import found_for, things_found
from ace_portal.lib.registries import palette_actions
from dashboards.content.models import Dashboard
from feedback.models import Thread
from feedback.services.threads import hide as hide_thread
from kpis.models import KPI
from office_hours.models import AMAQuestion, Lesson
from office_hours.services.lessons import archive_lesson
from office_hours.services.questions import hide
from personas.models import Persona, Service
from tests.fixtures.people import make_person
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
MakeKPI = Callable[..., KPI]


def things(user: User, typed: str) -> dict[str, list[str]]:
    """What a person finds, by kind."""
    groups = things_found(user, typed).groups
    return {group.label: [hit.title for hit in group.hits] for group in groups}


def titles(user: User, typed: str) -> list[str]:
    return [hit.title for group in found_for(user, typed).groups for hit in group.hits]


def test_ace_finds_a_thing_of_each_kind(ace: User, everything: Dashboard) -> None:
    assert things(ace, "falcon") == {
        "Dashboards": ["Incident service"],
        "Feedback": ["My secret falcon", "A falcon by shift?"],
        "Roadmap": ["The falcon's filter"],
        "Services": ["Identity and access falcon"],
        "Blueprints": ["I cannot sign in falcon"],
        "Personas": ["Service desk lead falcon"],
        "Questions": ["Do we keep the SLA? falcon"],
        "Groups": ["Service desk leads falcon"],
        "Datasets": ["Falcon tickets"],
        "Ask me anything": ["Ask about the falcon"],
        "Questions of sessions": ["Why did the falcon break?"],
        "Lessons": ["Feed the falcon first"],
    }
    assert things(ace, "sla attainment") == {
        "KPIs": ["SLA attainment"], "Tiles": ["SLA attainment"]
    }  # fmt: skip
    assert things(ace, "Owner") == {"People to meet": ["Owner"]}


def test_member_finds_what_the_group_has_and_no_data(member: User, everything: Dashboard) -> None:
    found = things(member, "falcon")

    assert found.pop("Feedback") == ["My secret falcon", "A falcon by shift?"]
    assert sorted(found) == [
        "Ask me anything", "Blueprints", "Dashboards", "Groups", "Lessons", "Personas",
        "Questions", "Questions of sessions", "Roadmap", "Services",
    ]  # fmt: skip
    assert sorted(things(member, "sla")) == ["Dashboards", "KPIs", "Questions", "Tiles"]


def test_strangers_and_administrators_learn_nothing(
    colleague: User, outsider: User, admin: User, everything: Dashboard
) -> None:
    for stranger in (colleague, outsider, admin):
        assert things(stranger, "falcon") == {}
        assert things(stranger, "incident") == {}
        assert things(stranger, "sla attainment") == {"KPIs": ["SLA attainment"]}


def test_private_thread_is_found_by_its_author_and_the_ace_alone(
    owner: User, member: User, everything: Dashboard, world: World
) -> None:
    mate = make_person("mate")
    world.group.memberships.create(user=mate, valid_from="2020-01-01")

    found = [things(person, "secret falcon") for person in (owner, member, mate)]

    assert found == [{"Feedback": ["My secret falcon"]}] * 2 + [{}]


def test_what_is_hidden_archived_or_dropped_is_not_found(
    owner: User, member: User, everything: Dashboard
) -> None:
    hide_thread(actor=owner, thread=Thread.objects.get(private=False), reason="Wrong place.")
    hide(actor=owner, question=AMAQuestion.objects.get(), reason="Asked twice.")
    archive_lesson(actor=owner, lesson=Lesson.objects.get())
    everything.roadmap.update(state="dropped", reason="No.")

    for person in (owner, member):
        found = things(person, "falcon")
        assert found["Feedback"] == ["My secret falcon"]
        assert {"Questions of sessions", "Lessons", "Roadmap"} & set(found) == set()


def test_draft_of_a_kpi_is_the_aces(
    ace: User, member: User, outsider: User, make_kpi: MakeKPI
) -> None:
    make_kpi("Falcon share")

    found = [things(person, "falcon") for person in (ace, member, outsider)]

    assert found == [{"KPIs": ["Falcon share"]}, {}, {}]


def test_who_lost_the_group_finds_nothing_from_then_on(
    member: User, everything: Dashboard, world: World
) -> None:
    world.group.memberships.update(valid_to="2021-01-01")

    assert (things(member, "incident"), things(member, "Service desk")) == ({}, {})


def test_administrators_alone_find_people(
    admin: User, owner: User, member: User, outsider: User
) -> None:
    found = [things(person, "OUTSIDER@") for person in (admin, owner, member)]

    assert found == [{"People": ["Outsider"]}, {}, {}]


def test_all_words_must_match_in_the_name_or_the_text(ace: User, everything: Dashboard) -> None:
    assert things(ace, "incident late") == {"Dashboards": ["Incident service"]}
    assert things(ace, "incident nowhere") == {}


@pytest.mark.parametrize("typed", ["Mail", "mail", "MAIL"])
def test_best_name_comes_first(owner: User, typed: str) -> None:
    for code, (name, text) in enumerate(
        [
            ("Print", "Also by mail."), ("Email gateway", ""), ("Web mail", ""), ("Mailing", ""),
            ("Mail", ""),
        ]
    ):  # fmt: skip
        Service.objects.create(
            owner=owner, code=f"S{code}", slug=f"s{code}", name=name, description=text
        )

    assert things(owner, typed) == {
        "Services": ["Mail", "Mailing", "Web mail", "Email gateway", "Print"]
    }


def test_kind_with_the_best_answer_comes_first(ace: User, everything: Dashboard) -> None:
    Persona.objects.create(owner=ace, slug="incident", name="Incident")

    groups = [group.label for group in found_for(ace, "incident").groups]

    assert groups[:2] == ["Personas", "Dashboards"]


def test_umlauts_are_found_large_and_small(owner: User) -> None:
    for number, name in enumerate(["Überwachung", "Die Übersicht", "Störung"]):
        Service.objects.create(owner=owner, code=f"U{number}", slug=f"u{number}", name=name)

    assert things(owner, "überW") == things(owner, "ÜBERW") == {"Services": ["Überwachung"]}
    assert things(owner, "über") == {"Services": ["Überwachung", "Die Übersicht"]}
    assert things(owner, "STÖRUNG") == {"Services": ["Störung"]}


@pytest.mark.parametrize("typed", ["%", "_", "a_b", "\\", "'", '"', "--", "%%%", "(", "[a", "*"])
def test_signs_are_letters(owner: User, typed: str) -> None:
    Service.objects.create(owner=owner, code="A", slug="a", name="axb plain")
    Service.objects.create(owner=owner, code="B", slug="b", name=f"with {typed} in it")

    assert things(owner, typed) == {"Services": [f"with {typed} in it"]}


@pytest.mark.parametrize(
    "typed", ["a\x7fb", "\ud7ff", "\U0010ffff", "ä" * 100_000, "a " * 50_000, "\r\n\t", "  "]
)
def test_whatever_is_typed_gets_an_answer(client_of: ClientOf, ace: User, typed: str) -> None:
    client = client_of(ace)

    for path in ("/search/", "/search/palette/", "/api/v1/search/"):
        assert client.get(path, {"q": typed[:60_000]}).status_code == 200
        assert client.get(path, {"q": f"{typed[:9]}\0"}).status_code == 400


def test_page_and_palette_tell_nothing_of_a_stranger_but_what_they_typed(
    client_of: ClientOf, outsider: User, everything: Dashboard
) -> None:
    client = client_of(outsider)

    for path in ("/search/", "/search/palette/", "/api/v1/search/"):
        text = client.get(path, {"q": "falcon"}).content.decode()
        assert [
            name for name in ("Incident", "Feed the", "secret", "by shift") if name in text
        ] == []


def test_typed_markup_stays_text(client_of: ClientOf, outsider: User) -> None:
    typed = '"><script>alert(1)</script>'

    for path in ("/search/", "/search/palette/"):
        assert "<script>alert" not in client_of(outsider).get(path, {"q": typed}).content.decode()


def test_api_tells_the_same_things_without_pages_and_deeds(
    client_of: ClientOf, member: User, everything: Dashboard
) -> None:
    told = client_of(member).get("/api/v1/search/", {"q": " Incident "}).json()
    dashboard, *_others = told["hits"]

    assert (told["asked"], told["count"]) == ("Incident", len(told["hits"]))
    assert dashboard == {
        "kind": "Dashboards", "title": "Incident service", "where": "Launch",
        "url": "/dashboards/incident-service/",
    }  # fmt: skip
    assert client_of(member).get("/api/v1/search/").json() == {"asked": "", "count": 0, "hits": []}


def test_every_hit_opens(client_of: ClientOf, member: User, everything: Dashboard) -> None:
    client = client_of(member)
    urls = [hit.url for word in ("falcon", "sla") for group in things_found(member, word).groups
            for hit in group.hits]  # fmt: skip

    assert {client.get(url.split("#")[0]).status_code for url in urls} == {200}


# Pages and deeds ---------------------------------------------------------------------------------


def test_without_words_pages_and_deeds_are_those_of_the_role(
    owner: User, member: User, admin: User
) -> None:
    deeds = {person.name: titles(person, "") for person in (owner, member, admin)}

    assert {"New dashboard", "Upload a file", "New persona"} <= set(deeds["Owner"])
    assert {"New dashboard", "Upload a file", "New person", "People"} & set(
        deeds["Member"]
    ) == set()
    assert {"New person", "People", "Audit log"} <= set(deeds["Admin"])
    assert {"Home", "Book office hours", "Theme: dark", "Sign out"} <= set(deeds["Member"])


@pytest.mark.parametrize("name", ["owner", "ace", "member", "outsider", "admin"])
def test_whatever_the_palette_offers_opens(
    name: str, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(name)
    client = client_of(person)
    offered = [hit for group in found_for(person, "").groups for hit in group.hits]

    answers = {hit.title: client.get(hit.url).status_code for hit in offered if hit.sends is None}

    assert {title: status for title, status in answers.items() if status != 200} == {}


def test_deeds_stand_behind_the_doors_of_their_pages() -> None:
    doors = {
        name: (action.door, resolve(reverse(action.url_name)).func.door)  # type: ignore[attr-defined]
        for name, action in palette_actions.items()
    }

    assert [name for name, (mine, pages) in doors.items() if mine != pages] == []


def test_theme_changes_and_leads_back(client_of: ClientOf, member: User) -> None:
    client = client_of(member)
    here = "http://testserver/lessons/"

    back = client.post("/account/theme/", {"theme": "dark"}, headers={"referer": here})
    away = client.post(
        "/account/theme/", {"theme": "loud"}, headers={"referer": "https://evil.example/"}
    )
    member.refresh_from_db()

    assert (back.url, away.url) == (here, "/account/settings/")  # type: ignore[attr-defined]
    assert member.theme == "dark"


def test_number_of_queries_does_not_depend_on_what_is_found(
    owner: User, member: User, everything: Dashboard, client_of: ClientOf
) -> None:
    number = iter(range(1000))

    def queries(person: User, more: int) -> int:
        for _one in range(more):
            n = next(number)
            Service.objects.create(owner=owner, code=f"Q{n}", slug=f"q{n}", name=f"Falcon {n}")
            thread = Thread.objects.filter(private=False)[0]
            thread.pk, thread.title = None, f"Falcon {n}"
            thread.save()
        with CaptureQueriesContext(connection) as captured:
            client_of(person).get("/search/", {"q": "falcon"})
        return len(captured)

    for person in (owner, member):
        queries(person, 1)
        assert queries(person, 3) == queries(person, 30)
