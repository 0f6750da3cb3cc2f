"""Through each door each person finds the figures of their own rows, and of no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib import memory
from dashboards.content.board import board
from dashboards.content.filters import read_state
from dashboards.content.models import Dashboard
from dashboards.content.selectors import document_of, released_of
from dashboards.reports.letter import compose
from dashboards.reports.services.subscriptions import subscribe
from dashboards.usage.services.decisions import log_decision
from feedback.services.threads import open_thread
from kpis.models import Dataset, KPIVersion, Measurement
from kpis.services.kpis import create_kpi, publish_version
from kpis.services.refresh import request_refresh
from kpis.services.steps import show_at_step
from kpis.services.targets import set_target
from personas.models import Membership
from personas.selectors import steps_of
from tests.fixtures.kpis import publish_kpi, run_jobs
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, TICKETS, VOLUME, make_tickets, ticket_rows
from tests.fixtures.world import LONG_AGO, World
from tests.policies.conftest import Readers

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
API = "/api/v1"


@dataclass
class Visit:
    """A person with a browser, before a dashboard of the tickets."""

    person: User
    client: Client
    dashboard: Dashboard
    volume: KPIVersion
    world: World

    @property
    def key(self) -> str:
        """The number tile of the volume."""
        tiles = document_of(self.version).tiles
        return next(t.key for t in tiles if t.type == "number" and self.of_volume(t))

    @property
    def version(self) -> Any:
        version = released_of(self.dashboard)
        assert version is not None
        return version

    def of_volume(self, tile: Any) -> bool:
        return bool(tile.kpi_versions == (self.volume.pk,))

    def tile(self, shown: Any) -> Any:
        return next(tile for tile in shown.tiles if tile.key == self.key)

    def where(self, name: str, *args: Any) -> str:
        return reverse(f"dashboards:{name}", args=[self.dashboard.slug, *args])


def page(visit: Visit) -> int:
    context = visit.client.get(f"{visit.where('dashboard-detail')}?period=all").context
    return int(visit.tile(context["board"]).answers["now"].result.total.rows)


def chart(visit: Visit) -> int:
    """All periods of the line."""
    context = visit.client.get(f"{visit.where('dashboard-detail')}?period=all").context
    tiles = [t for t in context["board"].tiles if t.type == "line" and visit.of_volume(t.spec)]
    return sum(point.figure.rows for point in tiles[0].answers["chart"].result)


def table_row_by_row(visit: Visit) -> int:
    """All segments of the bars: a team of others has none, not even an empty one."""
    context = visit.client.get(f"{visit.where('dashboard-detail')}?period=all").context
    tiles = [t for t in context["board"].tiles if t.type == "bar" and visit.of_volume(t.spec)]
    return sum(point.figure.rows for point in tiles[0].answers["chart"].result)


def filter_values(visit: Visit) -> int:
    """The tickets of the teams that the dropdown offers."""
    context = visit.client.get(visit.where("dashboard-detail")).context
    choice = next(c for c in context["board"].choices if c.label == "Team")
    offered = {option["value"].replace("~", "") or None for option in choice.options}
    return sum(row["team"] in offered for row in ticket_rows())


def searched_values(visit: Visit) -> int:
    """Those of the page of values, which the API gives as well."""
    searched = visit.client.get(visit.where("filter-values", "team")).context["found"].options
    listed = visit.client.get(f"{API}{visit.where('filter-values', 'team')}").json()["values"]
    assert [option["value"] for option in searched] == [value["value"] for value in listed]
    offered = {option["value"].replace("~", "") or None for option in searched}
    return sum(row["team"] in offered for row in ticket_rows())


def api(visit: Visit) -> int:
    found = visit.client.get(f"{API}{visit.where('dashboard-detail')}figures/?period=all").json()
    tile = next(tile for tile in found["tiles"] if tile["key"] == visit.key)
    return int(next(s for s in tile["series"] if s["name"] == "now")["points"][0]["rows"])


def explained(visit: Visit) -> int:
    context = visit.client.get(f"{visit.where('tile-explain', visit.key)}?period=all").context
    return int(context["explanation"].rows)


def single_rows(visit: Visit) -> int:
    Dashboard.objects.update(shows_rows=True)
    answer = visit.client.post(f"{visit.where('tile-rows-file', visit.key)}?period=all")
    return len(answer.getvalue().splitlines()) - 1


def listed(visit: Visit) -> int:
    """The figure on the card of the list is that of the last six months; the names come along."""
    [item] = visit.client.get(reverse("dashboards:dashboards")).context["items"]
    return as_shown(visit, {f.name: str(f.view.value) for f in item["figures"]})


def home(visit: Visit) -> int:
    text = visit.client.get("/").content.decode()
    assert "moved__name" in text
    value = text.partition(f'mini__label">{visit.volume.kpi.name}')[2]
    return as_shown(visit, {visit.volume.kpi.name: value.split('mini__value">')[1].split("<")[0]})


def as_shown(visit: Visit, figures: dict[str, str]) -> int:
    """All rows that are theirs, if the printed figure is that of their rows of six months."""
    document = document_of(visit.version)
    state = read_state(document, QueryDict(""))
    shown = figures[visit.volume.kpi.name]
    assert shown == str(visit.tile(board(document, state, reader=visit.person)).number.value)
    return page(visit)


def kpi_page(visit: Visit) -> int:
    sheet = visit.client.get(visit.volume.kpi.get_absolute_url()).context["sheet"]
    return sum(row.figure.rows for row in sheet.rows)


def catalogue(visit: Visit) -> int:
    entries = visit.client.get(reverse("kpis:kpis")).context["entries"]
    line = next(entry.line for entry in entries if entry.line.kpi == visit.volume.kpi)
    return sum(row.figure.rows for row in line.sheet.rows) if line.sheet else 0


def kpi_api(visit: Visit) -> int:
    where = f"{API}/kpis/{visit.volume.kpi.slug}/figures/"
    answer = visit.client.post(where, {}, content_type="application/json")
    return int(answer.json()["figures"][0]["rows"])


def blueprint(visit: Visit) -> int:
    """The figure on the card is that of the KPI's page."""
    text = visit.client.get(visit.world.blueprint.get_absolute_url()).content.decode()
    sheet = visit.client.get(visit.volume.kpi.get_absolute_url()).context["sheet"]
    shown = str(sheet.now.value) if sheet.now else ""
    assert not shown or shown in text
    return kpi_page(visit)


def report(visit: Visit) -> int:
    row = subscribe(
        actor=visit.person, dashboard=visit.dashboard, query="period=all", every="daily", hour=8
    )
    text = compose(row, 1).text
    name = visit.volume.kpi.name
    line = next(line for line in text.splitlines() if line.strip().startswith(name))
    shown = line.partition(":")[2] or text.partition(line)[2]
    return printed(shown.strip().partition("\n")[0].strip("●▲■.,; "))


def word(visit: Visit) -> int:
    """What is kept of a tile on which somebody says something."""
    thread = open_thread(
        actor=visit.person, dashboard=visit.dashboard, tile_key=visit.key, kind="question",
        text="Why?", filters="period=all",
    )  # fmt: skip
    return printed(str(thread.seen["number"]["value"]["number"]))


def printed(text: str) -> int:
    """A count as it is printed, alone or before other words."""
    return 0 if text.startswith("No data") else int(text.split()[0].replace(",", ""))


#: two stretches of seven months; the days after them are November's
HALVES = {"start": "2026-04-01", "end": "2026-11-01"}


def since_november(teams: set[str | None]) -> int:
    """The tickets of some teams that lie beyond both stretches."""
    return sum(row["opened_at"].month == 11 and row["opened_at"].year == 2026
               and row["team"] in teams for row in ticket_rows())  # fmt: skip


def drivers_api(visit: Visit) -> int:
    """Both stretches, team by team."""
    where = f"{API}/kpis/{visit.volume.kpi.slug}/drivers/"
    answer = visit.client.post(where, {**HALVES, "by": "team"}, content_type="application/json")
    rows = answer.json().get("drivers", [])
    both = sum(row["before"] + row["now"] for row in rows)
    return int(both) + since_november({row["segment"] for row in rows})


def drivers_page(visit: Visit) -> int:
    """The same from the tile: only teams that are the reader's stand there."""
    asked = "period=own&from=2026-04-01&to=2026-10-31&split-by=team"
    context = visit.client.get(f"{visit.where('tile-drivers', visit.key)}?{asked}").context
    sheet = context["movement"].sheet
    rows = sheet.rows if sheet is not None else ()
    both = sum(int(row.before.number) + int(row.now.number) for row in rows)
    return both + since_november({row.name if row.name != "(empty)" else None for row in rows})


def comparisons_api(visit: Visit) -> int:
    where = f"{API}/kpis/{visit.volume.kpi.slug}/comparisons/"
    asked = {"start": "2025-01-01", "end": "2027-01-01"}
    answer = visit.client.post(where, asked, content_type="application/json")
    return int(answer.json()["value"] or 0)


def offered_to_compare(visit: Visit) -> int:
    """The tickets of the teams that may be put beside each other."""
    where = f"{visit.volume.kpi.get_absolute_url()}compare/"
    offered = visit.client.get(where).context.get("offered", {}).get("team", [])
    teams = {part.value for part in offered}
    return sum(row["team"] in teams for row in ticket_rows())


def tree_api(visit: Visit) -> int:
    """The figure in the tree is that of the KPI's page."""
    nodes = visit.client.get(f"{API}/kpis/{visit.volume.kpi.slug}/tree/").json()["nodes"]
    sheet = visit.client.get(visit.volume.kpi.get_absolute_url()).context["sheet"]
    assert nodes[0]["value"] == (sheet.now.figure.value if sheet.now else None)
    return kpi_page(visit)


EVERYBODY = ("owner", "member", "colleague", "analyst", "newcomer")
TEAM = ("owner", "analyst", "newcomer")
#: door → who comes through it
DOORS: dict[Callable[[Visit], int], tuple[str, ...]] = {
    page: EVERYBODY, chart: EVERYBODY, table_row_by_row: EVERYBODY, filter_values: EVERYBODY,
    searched_values: EVERYBODY,
    api: EVERYBODY, explained: EVERYBODY, listed: EVERYBODY, home: ("member", "colleague"),
    kpi_page: EVERYBODY, catalogue: EVERYBODY, kpi_api: TEAM, blueprint: EVERYBODY,
    report: EVERYBODY, word: EVERYBODY, single_rows: EVERYBODY, drivers_api: TEAM,
    drivers_page: EVERYBODY, comparisons_api: TEAM, offered_to_compare: TEAM, tree_api: EVERYBODY,
}  # fmt: skip


@pytest.fixture
def measured(owner: User, volume: KPIVersion, world: World, policed: Dataset) -> list[Measurement]:
    """The KPI was refreshed over all rows, and stands at a step of the blueprint."""
    run_jobs()
    show_at_step(
        actor=owner, kpi=volume.kpi, blueprint=world.blueprint,
        step_key=steps_of(world.blueprint)[0].key,
    )  # fmt: skip
    return list(Measurement.objects.filter(version=volume))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_each_person_finds_the_figures_of_their_own_rows(
    door: Callable[[Visit], int], client_of: Open, readers: Readers, live: Dashboard,
    volume: KPIVersion, world: World, measured: list[Measurement],
) -> None:  # fmt: skip
    """First come, first cached: whoever was there before, nobody finds the others' figures."""
    memory.forget()
    found = {}
    for name in (*DOORS[door], *reversed(DOORS[door])):
        person = readers.people[name]
        found[name] = door(Visit(person, client_of(person), live, volume, world))

    assert sum(row.rows for row in measured) == len(ticket_rows())
    assert found == {name: readers.rows(name) for name in DOORS[door]}


def test_losing_the_group_takes_effect_with_the_next_request(
    client_of: Open, readers: Readers, live: Dashboard, volume: KPIVersion, world: World
) -> None:
    analyst, group = readers.people["analyst"], world.group
    visit = Visit(analyst, client_of(analyst), live, volume, world)
    before = page(visit)

    User.objects.filter(pk=analyst.pk).update(attributes={})
    without = page(visit)
    membership = Membership.objects.create(group=group, user=analyst, valid_from="2020-01-01")
    within = page(visit)
    Membership.objects.filter(pk=membership.pk).update(valid_to="2020-01-02")
    after = page(visit)

    assert [before, without, within, after] == [
        readers.rows("analyst"), 0, readers.rows("member"), 0,
    ]  # fmt: skip


def test_what_was_measured_over_all_rows_is_not_told(
    client_of: Open, readers: Readers, volume: KPIVersion, measured: list[Measurement]
) -> None:
    for door in ("measurements", "restatements"):
        where = f"{API}/kpis/{volume.kpi.slug}/{door}/"
        answers = {name: client_of(readers.people[name]).get(where) for name in TEAM}

        assert {name: a.status_code for name, a in answers.items()} == {
            "owner": 200, "analyst": 403, "newcomer": 403,
        }  # fmt: skip
        assert "you see some" in answers["analyst"].json()["detail"]


def test_what_was_reported_over_all_rows_is_no_restatement_of_ones_own(
    client_of: Open, readers: Readers, volume: KPIVersion, policed: Dataset,
    measured: list[Measurement],
) -> None:  # fmt: skip
    """A month that has lost rows: as it was reported then is a figure of everybody's."""
    fewer = [row for n, row in enumerate(ticket_rows()) if n % 7]
    write_rows(policed, TICKETS, fewer, as_of=AS_OF)
    request_refresh(actor=readers.people["owner"], kpi=volume.kpi)
    run_jobs()

    found = {}
    for name in ("owner", "member", "analyst"):
        context = client_of(readers.people[name]).get(volume.kpi.get_absolute_url()).context
        found[name] = bool(context["restated"])

    assert found == {"owner": True, "member": False, "analyst": False}


def test_page_says_whose_rows_it_shows(client_of: Open, readers: Readers, live: Dashboard) -> None:
    pages = {
        name: client_of(readers.people[name]).get(live.get_absolute_url()).content.decode()
        for name in ("owner", "member")
    }

    assert "You see all rows. Other people see those that are open to them." in pages["owner"]
    assert "You see the rows that are open to you." in pages["member"]


def test_nothing_says_how_many_rows_there_are_in_all(
    client_of: Open, readers: Readers, live: Dashboard, volume: KPIVersion, world: World,
    measured: list[Measurement],
) -> None:  # fmt: skip
    total, found = f"{len(ticket_rows())} rows", {}
    for name in ("owner", "member", "newcomer"):
        visit = Visit(readers.people[name], client_of(readers.people[name]), live, volume, world)
        places = [visit.where("tile-explain", visit.key), volume.kpi.get_absolute_url()]
        if visit.person.is_ace:
            start = reverse("kpis:kpi-new")
            places.append(f"{start}?question={volume.kpi.question_id}&dataset={volume.dataset_id}")
        texts = [visit.client.get(where).content.decode() for where in places]
        found[name] = [total in text for text in texts]

    assert found == {
        "owner": [True, False, False], "member": [False, False], "newcomer": [False] * 3,
    }  # fmt: skip


def test_tile_as_it_was_seen_is_open_to_who_sees_those_rows(
    client_of: Open, readers: Readers, live: Dashboard, volume: KPIVersion, world: World
) -> None:
    member = readers.people["member"]
    key = Visit(member, client_of(member), live, volume, world).key
    thread = open_thread(
        actor=member, dashboard=live, tile_key=key, kind="question", text="Why so many?"
    )
    shown = thread.seen["number"]["value"]["number"]

    found = {}
    for name, person in readers.people.items():
        client = client_of(person)
        told = client.get(f"{API}/threads/{thread.pk}/").json()["seen"]
        text = client.get(thread.get_absolute_url()).content.decode()
        found[name] = (told["number"] is not None, "of other rows than those" not in text)
        if told["number"]:
            assert told["number"]["value"]["number"] == shown

    assert found == {
        "owner": (True, True), "member": (True, True), "colleague": (False, False),
        "analyst": (False, False), "newcomer": (False, False),
    }  # fmt: skip


def test_decision_keeps_its_figures_for_who_sees_those_rows(
    client_of: Open, readers: Readers, live: Dashboard
) -> None:
    log_decision(actor=readers.people["member"], dashboard=live, text="Two more on Mondays.")
    where = reverse("dashboards:decisions", args=[live.slug])

    found = {}
    for name, person in readers.people.items():
        client = client_of(person)
        [told] = client.get(f"{API}{where}").json()["results"]
        text = client.get(where).content.decode()
        found[name] = (len(told["figures"]["figures"]), "are of other rows than" in text)

    assert found == {
        "owner": (3, False), "member": (3, False), "colleague": (0, True), "analyst": (0, True),
        "newcomer": (0, True),
    }  # fmt: skip


def test_page_asks_for_the_policy_twice_however_many_tiles_it_has(
    client_of: Open, readers: Readers, live: Dashboard
) -> None:
    """Once for what the filters offer, once for all figures together."""
    client, where = client_of(readers.people["member"]), live.get_absolute_url()
    with CaptureQueriesContext(connection) as asked:
        client.get(where)

    tables = [query["sql"] for query in asked.captured_queries]
    assert sum('FROM "kpis_rowpolicy"' in sql for sql in tables) == 2
    assert sum('FROM "kpis_rowrule"' in sql for sql in tables) == 2


def test_charts_of_a_page_read_the_rows_of_a_reader_once(
    client_of: Open, readers: Readers, live: Dashboard
) -> None:
    """Each reader's own rows, with their values bound, and no others: in one statement a load."""
    memory.forget()
    cache.clear()
    where, found = f"{live.get_absolute_url()}?period=all", {}
    for name in ("member", "colleague", "member"):
        client, asked = client_of(readers.people[name]), list[tuple[str, Any]]()

        def sees(
            _c: Any, _cursor: Any, sql: str, told: Any, *_rest: Any,
            asked: list[tuple[str, Any]] = asked,
        ) -> None:  # fmt: skip
            asked.append((sql, told))

        sa.event.listen(sa.Engine, "before_cursor_execute", sees)
        try:
            client.get(where)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", sees)
        figures = [(sql, told) for sql, told in asked if "rows_used" in sql]
        found[name] = [*found.get(name, []), len(figures)]
        teams = readers.teams[name] or frozenset()
        others = {"Network", "Identity"} - teams
        assert all(sql.startswith("WITH rows_of_the_reader AS") for sql, _told in figures)
        assert not any(other in repr(told) for _sql, told in asked for other in others)

    assert found == {"member": [1, 0], "colleague": [1]}  # asked again, it is known


def test_formula_over_limited_and_open_rows_says_that_they_are_unlike(
    readers: Readers, volume: KPIVersion, owner: User, world: World, client_of: Open
) -> None:
    everybody = make_tickets(owner, ticket_rows(), name="Open tickets")
    publish_kpi(owner, world.question, everybody, VOLUME, name="All tickets")
    kpi = create_kpi(
        actor=owner, name="Part", question=world.question, category="quality",
        definition={"measure": {"formula": "a / b", "kpis": {"a": volume.kpi.slug,
                                                             "b": "all-tickets"}}},
    )  # fmt: skip
    publish_version(actor=owner, kpi=kpi)
    run_jobs()

    def unlike(name: str) -> tuple[bool, bool]:
        client = client_of(readers.people[name])
        told = client.post(f"{API}/kpis/{kpi.slug}/figures/", {}, "application/json").json()
        return told["unlike"], "compares unlike rows" in client.get(kpi.get_absolute_url()).text

    assert [unlike(name) for name in ("owner", "analyst")] == [(False, False), (True, True)]


def test_count_of_own_rows_is_not_held_against_the_target_of_all(
    readers: Readers, volume: KPIVersion, owner: User, client_of: Open
) -> None:
    set_target(actor=owner, kpi=volume.kpi, valid_from=LONG_AGO, good=20, watch=10)
    run_jobs()
    body = {"start": "2026-09-01", "end": "2026-10-01"}

    def judged(name: str) -> tuple[str, str]:
        client = client_of(readers.people[name])
        told = client.post(f"{API}/kpis/{volume.kpi.slug}/figures/", body, "application/json")
        page = client.get(volume.kpi.get_absolute_url())
        return told.json()["figures"][0]["status"], page.context["sheet"].rows[-3].status

    assert [judged(name) for name in ("owner", "analyst")] == [("good", "good"), ("none", "none")]
