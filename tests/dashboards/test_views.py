"""Who sees what of a dashboard, and what stands on its pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib import memory
from dashboards.content.document.schema import TILE_SCHEMAS
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import assembly, drafts, releases
from dashboards.lifecycle.portfolio import glance_of
from dashboards.lifecycle.services import launches as lifecycle
from kpis.models import KPI, KPIVersion
from tests.fixtures.dashboards import let_through, make_dashboard
from tests.fixtures.images import picture_file
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.tickets import HOURS, VOLUME, make_tickets, ticket_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
HOSTILE = "<script>alert(1)</script><a href='https://evil.example'>x</a>"


def url(name: str, dashboard: Dashboard, *args: Any) -> str:
    return reverse(f"dashboards:{name}", args=[dashboard.slug, *args])


def first_key(version: Version) -> str:
    return str(version.document["tiles"][0]["key"])


@pytest.mark.parametrize("name", ["dashboard-detail", "dashboard-about", "versions", "explain"])
def test_figures_are_seen_by_the_ace_and_the_group_alone(
    client_of: Open, ace: User, owner: User, member: User, colleague: User, outsider: User,
    live: Dashboard, released: Version, name: str,
) -> None:  # fmt: skip
    key = [first_key(released)] if name == "explain" else []
    where = url("tile-explain" if key else name, live, *key)

    cast = (ace, owner, member, colleague, outsider, None)
    statuses = [client_of(person).get(where).status_code for person in cast]

    assert statuses == [200, 200, 200, 404, 404, 302]


@pytest.mark.parametrize(
    "name", ["builder", "version-release", "filters-edit", "tile-new", "dashboard-edit", "launch"]
)
def test_pages_of_the_ace(
    client_of: Open, owner: User, ace: User, member: User, draft: Version, name: str
) -> None:
    """Every ACE member looks at a draft; forms are for those who may send them."""
    where = url(name, draft.dashboard)
    team = 200 if name == "builder" else 403

    assert [client_of(p).get(where).status_code for p in (owner, ace, member, None)] == [
        200, team, 403, 302,
    ]  # fmt: skip


def test_dashboard_that_is_closed_again_is_gone_at_once(
    client_of: Open, owner: User, member: User, live: Dashboard
) -> None:
    client = client_of(member)
    assert client.get(live.get_absolute_url()).status_code == 200

    lifecycle.end_launch(actor=owner, launch=live.launches.get())

    assert client.get(live.get_absolute_url()).status_code == 404


def test_draft_is_explained_to_the_ace_alone(
    client_of: Open, ace: User, owner: User, member: User, live: Dashboard
) -> None:
    draft = drafts.start_version(actor=owner, dashboard=live)
    where = url("tile-explain", live, first_key(draft)) + f"?version={draft.number}"

    assert [client_of(p).get(where).status_code for p in (ace, member)] == [200, 404]


def test_page_has_every_figure_as_text(
    client_of: Open, member: User, live: Dashboard, sla: KPIVersion
) -> None:
    page = client_of(member).get(live.get_absolute_url() + "?period=last_3").text

    assert "vs the 3 months before" in page
    assert "Figures as a table" in page
    assert '<button class="button filters__submit">' in page
    assert "Figures to" in page


def test_htmx_gets_the_board_alone_with_the_filters_in_its_links(
    client_of: Open, member: User, live: Dashboard
) -> None:
    headers = {"hx-request": "true", "hx-target": "board"}
    page = client_of(member).get(live.get_absolute_url() + "?priority=P1", headers=headers).text

    assert page.startswith('<div class="board" id="board">')
    assert "/explain/?priority=P1" in page


def test_reset_is_offered_where_something_is_filtered(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client, where = client_of(member), url("dashboard-detail", live)
    htmx = {"hx-request": "true", "hx-target": "board"}
    pages = [
        client.get(where + query, headers=headers).text
        for headers in ({}, htmx)
        for query in ("", "?period=all")
    ]

    assert [f'<a href="{where}">Reset</a>' in page for page in pages] == [False, True] * 2
    assert ['id="filters-reset" hx-swap-oob="true"' in page for page in pages] == (
        [False] * 2 + [True] * 2
    )


def test_explanation_is_a_panel_for_htmx_and_a_page_otherwise(
    client_of: Open, member: User, live: Dashboard, released: Version
) -> None:
    client, where = client_of(member), url("tile-explain", live, first_key(released))

    panel = client.get(where, headers={"hx-request": "true"}).text
    page = client.get(where).text

    assert panel.startswith('<div class="panel__head">')
    assert "<!doctype html>" in page
    assert "Do we keep the SLA?" in panel
    assert "SELECT" in panel


def test_labels_from_the_data_are_text(
    client_of: Open, owner: User, member: User, world: World, dashboard: Dashboard
) -> None:
    rows = [{"opened_at": "2026-10-05 08:00:00", "team": HOSTILE, "priority": HOSTILE}] * 12
    data = make_tickets(owner, rows, name="Hostile")
    publish_kpi(owner, world.question, data, VOLUME, name=f"K {HOSTILE}"[:100])
    assembly.assemble_version(actor=owner, dashboard=dashboard)
    releases.release_version(actor=owner, dashboard=dashboard)
    let_through(dashboard)
    lifecycle.launch(actor=owner, dashboard=dashboard, group=world.group)

    page = client_of(member).get(dashboard.get_absolute_url()).text

    assert "<script>alert" not in page
    assert "<a href='https://evil" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_table_is_sorted_by_a_link_that_keeps_the_filters(
    client_of: Open, member: User, live: Dashboard, released: Version
) -> None:
    key = next(tile["key"] for tile in released.document["tiles"] if tile["type"] == "table")
    where = f"{live.get_absolute_url()}?period=last_12"

    def heads(query: str) -> tuple[list[str], list[str]]:
        text = client_of(member).get(f"{where}{query}").text
        table = text[text.index(f'id="tile-{key}"') :]
        table = table[: table.index("</table>")]
        links = re.findall(r'table__sort" href="([^"]*)"', table)
        return links, re.findall(r'<th scope="row">([^<]*)', table)

    links, rows = heads("")
    assert links[0] == f"?period=last_12&amp;sort-{key}=0#tile-{key}"
    assert heads(f"&sort-{key}=0")[1] == sorted(rows, key=str.casefold)
    assert heads(f"&sort-{key}=-0")[1] == sorted(rows, key=str.casefold, reverse=True)
    assert [heads(f"&sort-{key}={odd}")[1] for odd in ("99", "x", "-", "1%0A")] == [rows] * 4


def test_builder_adds_a_tile_and_a_stale_one_is_kept_out(
    client_of: Open, owner: User, draft: Version, sla: KPIVersion
) -> None:
    client = client_of(owner)
    where = url("tile-new", draft.dashboard) + "?type=line"
    given = {"revision": draft.revision, "kpi_version": sla.pk, "width": 12, "grain": "week"}

    added = client.post(where, given)
    stale = client.post(where, given)

    assert added.headers["location"] == url("builder", draft.dashboard)
    assert stale.status_code == 422
    assert "Owner saved this draft in the meantime" in stale.text
    assert len(draft.dashboard.versions.get().document["tiles"]) == 9


def test_builder_moves_and_removes_by_buttons(client_of: Open, owner: User, draft: Version) -> None:
    client, key = client_of(owner), first_key(draft)
    moved = {"revision": draft.revision, "to": 1}

    client.post(url("tile-move", draft.dashboard, key), moved)
    assert draft.dashboard.versions.get().document["tiles"][1]["key"] == key
    gone = client.post(
        url("tile-remove", draft.dashboard, key), {"revision": draft.revision + 1}, follow=True
    )

    assert "The tile is gone from the draft." in gone.text
    assert key not in str(draft.dashboard.versions.get().document)


def test_stale_button_says_so_on_the_builders_page(
    client_of: Open, owner: User, draft: Version
) -> None:
    where = url("tile-remove", draft.dashboard, first_key(draft))

    page = client_of(owner).post(where, {"revision": 1}, follow=True)

    assert "Owner saved this draft in the meantime" in page.text
    assert len(draft.dashboard.versions.get().document["tiles"]) == 8


@pytest.mark.parametrize("kind", sorted(TILE_SCHEMAS))
def test_every_type_of_tile_is_changed_by_a_form(
    client_of: Open, owner: User, draft: Version, volume: KPIVersion, sla: KPIVersion,
    hours: KPIVersion, world: World, kind: str,
) -> None:  # fmt: skip
    second = publish_kpi(owner, world.question, volume.dataset, VOLUME, name="Volume, again")
    where = url("tile-edit", draft.dashboard, first_key(draft)) + f"?type={kind}"
    given: dict[str, Any] = {
        "revision": draft.revision, "title": "Changed", "width": 6,
        "kpi_version": (hours if kind in {"box", "histogram"} else volume).pk,
        "along": volume.pk, "up": sla.pk,
        "kpi_versions": [sla.pk], "bars": volume.pk, "line": sla.pk,
        "grain": "month", "by": "team", "over": "by:team", "across": "grain:month",
        "step1": second.pk, "step2": volume.pk, "compare": "year", "text": "Hi",
        "alt": "A red field", "file": SimpleUploadedFile("a.png", picture_file().read()),
    }  # fmt: skip

    shown = client_of(owner).get(where)
    saved = client_of(owner).post(where, given)

    tile = draft.dashboard.versions.get().document["tiles"][0]
    assert (shown.status_code, saved.status_code) == (200, 302)
    assert (tile["type"], tile["title"], tile["key"]) == (kind, "Changed", first_key(draft))


def test_filters_are_changed_by_a_form(client_of: Open, owner: User, draft: Version) -> None:
    where = url("filters-edit", draft.dashboard)
    given = {"revision": draft.revision, "preset": "own", "use_0": "on", "label_0": "Crew"}

    missing = client_of(owner).post(where, given)
    saved = client_of(owner).post(where, {**given, "start": "2026-01-01", "end": "2026-01-31"})

    assert (missing.status_code, saved.status_code) == (422, 302)
    assert draft.dashboard.versions.get().document["filters"] == {
        "period": {"preset": "own", "from": "2026-01-01", "to": "2026-01-31"},
        "choices": [{"key": "team", "column": "team", "label": "Crew"}],
    }


def test_from_the_form_to_the_group(
    client_of: Open, owner: User, member: User, world: World, sla: KPIVersion
) -> None:
    client = client_of(owner)
    given = {
        "name": "New one", "problem": "P", "hypothesis": "H", "success_measure": "S",
        "persona": world.persona.pk, "groups": [world.group.pk], "review_due": "2030-01-01",
    }  # fmt: skip

    client.post(reverse("dashboards:dashboard-new"), given)
    dashboard = Dashboard.objects.get()
    client.post(url("version-assemble", dashboard))
    client.post(url("version-release", dashboard), {"notes": ""})
    let_through(dashboard)
    client.post(url("launch", dashboard), {"group": world.group.pk})

    page = client_of(member).get(dashboard.get_absolute_url())
    assert page.context["version"].number == 1
    assert [tile.title for tile in page.context["board"].tiles if tile.type == "number"] == [
        "SLA attainment"
    ]


def test_versions_are_compared_in_words(
    client_of: Open, owner: User, member: User, live: Dashboard
) -> None:
    draft = drafts.start_version(actor=owner, dashboard=live)
    drafts.remove_tile(actor=owner, dashboard=live, revision=draft.revision, key=first_key(draft))
    where = url("version-compare", live)

    page = client_of(owner).get(where).text

    assert "What version 2 does differently from version 1" in page
    assert "Number “SLA attainment, v1”" in page
    assert client_of(member).get(where).status_code == 403


def test_superseded_version_is_restored_by_a_button(
    client_of: Open, owner: User, live: Dashboard
) -> None:
    draft = drafts.start_version(actor=owner, dashboard=live)
    drafts.remove_tile(actor=owner, dashboard=live, revision=draft.revision, key=first_key(draft))
    releases.release_version(actor=owner, dashboard=live, notes="One less.")

    page = client_of(owner).post(url("version-restore", live, 1), follow=True)

    assert "Version 1 is in a new draft." in page.text
    assert max(version.number for version in live.versions.all()) == 3


@pytest.mark.parametrize(
    "name",
    ["version-assemble", "version-start", "tile-move", "tile-remove", "version-restore",
     "launch-end"],
)  # fmt: skip
def test_deeds_need_a_post(client_of: Open, owner: User, live: Dashboard, name: str) -> None:
    args: dict[str, list[Any]] = {
        "tile-move": ["t1"], "tile-remove": ["t1"], "version-restore": [1], "launch-end": [1],
    }  # fmt: skip

    assert client_of(owner).get(url(name, live, *args.get(name, []))).status_code == 405


def test_list_costs_the_same_with_one_three_and_thirty(
    client_of: Open, owner: User, member: User, world: World, sla: KPIVersion
) -> None:
    client = client_of(member)

    def queries(count: int) -> int:
        for _n in range(count - Dashboard.objects.count()):
            made = make_dashboard(owner, world)
            assembly.assemble_version(actor=owner, dashboard=made)
            releases.release_version(actor=owner, dashboard=made)
            let_through(made)
            lifecycle.launch(actor=owner, dashboard=made, group=world.group)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("dashboards:dashboards"))
        assert page.text.count('class="moved"') == min(count, 20)
        return len(captured)

    queries(1)
    counts = [queries(1), queries(3), queries(30)]

    assert len(set(counts)) == 1, counts


def test_portfolio_costs_the_same_with_one_and_five(
    client_of: Open, owner: User, world: World, sla: KPIVersion
) -> None:
    client = client_of(owner)

    def queries(count: int) -> int:
        for _n in range(count - Dashboard.objects.count()):
            made = make_dashboard(owner, world, review_due=date(2031, 1, 1))
            assembly.assemble_version(actor=owner, dashboard=made)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("dashboards:portfolio"))
        return len(captured)

    queries(1)
    assert queries(1) == queries(5)


def test_navigation_shows_the_portfolio_to_the_ace_alone(
    client_of: Open, owner: User, member: User, db: None
) -> None:
    where = reverse("dashboards:dashboards")

    pages = [client_of(person).get(where).text for person in (owner, member)]

    assert ["/portfolio/" in page for page in pages] == [True, False]
    assert ["/dashboards/" in page for page in pages] == [True, True]


def test_home_tags_show_figures_and_stages(
    owner: User, member: User, colleague: User, live: Dashboard
) -> None:
    drafts.start_version(actor=owner, dashboard=live)
    template = Template("{% load boards %}{% your_dashboards %}|{% portfolio_glance %}")

    def page(user: User) -> str:
        request = RequestFactory().get("/")
        return template.render(Context({"user": user, "request": request}))

    yours, glance = page(member).split("|")
    assert "Incident service" in yours
    assert yours.count('class="mini"') == 3
    assert "Draft v2 waits for its release" in glance
    assert "No dashboard is open to you yet" in page(colleague)


def test_tiles_that_are_remembered_are_those_that_would_be_written(
    client_of: Open, owner: User, member: User, live: Dashboard
) -> None:
    """By readers of two zones, under another name of the KPI, with and without a memory."""
    member.time_zone = "Asia/Tokyo"
    member.save()
    where = f"{url('dashboard-detail', live)}?period=last_3"

    def tiles(person: User) -> str:
        page = client_of(person).get(where, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="board")
        return str(page.content.decode())

    def written(person: User) -> str:
        memory.forget()
        return tiles(person)

    expected = {person.pk: written(person) for person in (owner, member)}
    assert {person.pk: tiles(person) for person in (owner, member)} == expected
    assert {person.pk: tiles(person) for person in (owner, member)} == expected

    KPI.objects.update(name="Another name")
    assert "Another name" in (renamed := tiles(owner))
    assert renamed == written(owner)


@pytest.mark.parametrize(
    ("amounts", "refused"), [([1e30], 4), ([0.0, 5e-17], 0)], ids=["too large", "tiny"]
)
def test_figure_beyond_all_digits_stays_in_its_tile(
    client_of: Open, owner: User, world: World, live: Dashboard, sla: KPIVersion,
    amounts: list[float], refused: int,
) -> None:  # fmt: skip
    """A number, a line, bars and a table that cannot be printed, and beside them one that can."""
    row = ticket_rows(2)[-1]
    rows = [{**row, "hours": hours, "team": f"T{n}"} for n, hours in enumerate(amounts)]
    odd = make_tickets(owner, rows, name="Odd")
    total = {**HOURS, "measure": {"agg": "sum", "column": "hours"}}
    kpi = publish_kpi(owner, world.question, odd, total, name="Hours", unit="number")
    shown: list[dict[str, Any]] = [
        {"type": "number", "kpi_version": kpi.pk},
        {"type": "line", "kpi_version": kpi.pk, "grain": "month"},
        {"type": "bar", "kpi_version": kpi.pk, "by": "team"},
        {"type": "table", "kpi_versions": [kpi.pk], "by": "team"},
        {"type": "number", "kpi_version": sla.pk},
    ]
    tiles = [{"key": f"t{n}", "width": 6, **tile} for n, tile in enumerate(shown)]
    filters = {"period": {"preset": "all"}, "choices": []}
    draft = drafts.start_version(actor=owner, dashboard=live)
    drafts.put_document(
        actor=owner, dashboard=live, revision=draft.revision,
        document={"schema": 1, "tiles": tiles, "filters": filters},
    )  # fmt: skip
    client = client_of(owner)

    page = client.get(url("version-detail", live, draft.number))
    one = client.get(url("tile-explain", live, "t0") + f"?version={draft.number}")

    said = "This tile cannot be shown."
    assert (page.status_code, one.status_code) == (200, 200)
    assert [said in text.content.decode() for text in (page, one)] == [bool(refused)] * 2
    assert page.content.decode().count(said) == refused
    assert "SLA attainment" in page.content.decode()


def test_lists_of_versions_and_of_mvps_read_no_document(
    client_of: Open, owner: User, live: Dashboard
) -> None:
    """A document is long, and these pages print none."""
    draft = drafts.start_version(actor=owner, dashboard=live)
    client, api = client_of(owner), f"/api/v1/dashboards/{live.slug}/versions/"
    for where in (url("versions", live), reverse("dashboards:portfolio"), api):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(where).status_code == 200
        assert [q["sql"] for q in captured if '"document"' in q["sql"]] == []
    with CaptureQueriesContext(connection) as captured:
        glance = glance_of()

    assert not any('"document"' in query["sql"] for query in captured)
    assert [(row["name"], row["count"]) for row in glance.stages] == [("Launch", 1)]
    assert [(line.dashboard, line.groups, line.draft) for line in glance.lines] == [
        (live, ["Service desk leads"], draft)
    ]


def test_glance_names_each_mvp_once(owner: User, live: Dashboard) -> None:
    assert [(line.dashboard, line.draft) for line in glance_of().lines] == [(live, None)]

    draft = drafts.start_version(actor=owner, dashboard=live)

    assert [(line.dashboard, line.draft) for line in glance_of().lines] == [(live, draft)]


def test_versions_come_in_pages(client_of: Open, owner: User, live: Dashboard) -> None:
    first = live.versions.get()
    Version.objects.bulk_create(
        Version(
            dashboard=live, number=number, state="superseded", document=first.document,
            sha256=first.sha256, author=owner,
        )
        for number in range(2, 34)
    )  # fmt: skip
    client, where = client_of(owner), url("versions", live)

    pages = [client.get(where), client.get(f"{where}?page=2")]

    shown = [[item["version"].number for item in page.context["items"]] for page in pages]
    assert shown == [list(range(33, 3, -1)), [3, 2, 1]]
    assert list(pages[1].context["numbers"]) == list(range(33, 0, -1))


def test_group_that_was_closed_to_in_the_meantime_is_told_so(
    client_of: Open, owner: User, live: Dashboard
) -> None:
    keys = [live.slug, live.launches.get().pk]
    where, api = (reverse(f"{app}:launch-end", args=keys) for app in ("dashboards", "api"))
    client = client_of(owner)
    client.post(where)

    again = client.post(where, follow=True)

    assert again.status_code == 200
    assert "It was closed to this group already." in again.content.decode()
    assert client.post(api, {}, "application/json").status_code == 409


def test_builder_without_a_draft_offers_a_new_version(
    client_of: Open, owner: User, live: Dashboard
) -> None:
    shown = client_of(owner).get(f"/dashboards/{live.slug}/builder/").text

    assert "What people see is v1, and stays as it is." in shown
    assert "No figures yet" not in shown
