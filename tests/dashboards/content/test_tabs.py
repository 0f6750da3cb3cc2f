"""A page in parts: what a tab is, what is asked for on it, where its tiles go."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.board import Board, board
from dashboards.content.code import code_of, document_in
from dashboards.content.compare import Change
from dashboards.content.document import Document, parse, sha256, to_json
from dashboards.content.filters import open_tab, query_string, read_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.saves import changes_between
from dashboards.content.selectors import document_of, released_of
from dashboards.content.services import drafts, history, layout, releases, tabs
from dashboards.embedding.links import token_of
from dashboards.embedding.services import make_embed
from dashboards.reports.letter import compose
from dashboards.reports.services import subscriptions
from kpis.scopes import PORTAL

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
Act = Callable[..., Any]


@pytest.fixture
def act(owner: User, dashboard: Dashboard) -> Act:
    """A change by the owner, made from the revision that is there."""

    def run(service: Act, **given: Any) -> Any:
        revision = dashboard.versions.latest("number").revision
        return service(actor=owner, dashboard=dashboard, revision=revision, **given)

    return run


@pytest.fixture
def tabbed(draft: Version, act: Act) -> Document:
    """Two tabs: the numbers and the charts are on the first, the table is on “People”."""
    act(tabs.add_tab, title="People")
    table = next(tile for tile in parse(draft.document).tiles if tile.type == "table")
    return parse(act(layout.arrange_tile, key=table.key, tab="people").document)


@pytest.fixture
def shown_live(owner: User, live: Dashboard, act: Act) -> Dashboard:
    """The same, released and open to its group."""
    drafts.start_version(actor=owner, dashboard=live)
    act(tabs.add_tab, title="People")
    table = next(
        t for t in live.versions.latest("number").document["tiles"] if t["type"] == "table"
    )
    act(layout.arrange_tile, key=table["key"], tab="people")
    releases.release_version(actor=owner, dashboard=live, notes="Tabs.")
    return live


def page(document: Document, query: str = "") -> Board:
    state = read_state(document, QueryDict(query))
    return board(document, state, reader=PORTAL, linked=True, tab=open_tab(document, state))


def names(document: Document) -> list[tuple[str, int]]:
    return [(tab.title, len(document.tiles_on(tab.key))) for tab in document.tabs]


def test_page_without_tabs_is_written_as_before_and_one_with_tabs_comes_back(
    draft: Version, tabbed: Document
) -> None:
    assert "tabs" not in draft.document
    assert "tab" not in draft.document["tiles"][0]
    assert sha256(parse(draft.document)) == draft.sha256
    assert parse(to_json(tabbed)) == tabbed
    draft.refresh_from_db()
    assert document_in(code_of(draft))[1] == tabbed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tabs": [{"key": "a", "title": "A"}]}, "tabs"),
        ({"tabs": [{"key": "a", "title": "A"}] * 2}, "Two tabs have the same key"),
        ({"tabs": [{"key": "A b", "title": "A"}, {"key": "b", "title": "B"}]}, "tabs"),
        ({"tabs": [{"key": "a", "title": "A"}, {"key": "b", "title": "B"}]}, "no tab “first”"),
        ({"tabs": []}, "tabs"),
    ],
)
def test_tabs_that_make_no_sense_are_refused(
    tabbed: Document, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        parse({**to_json(tabbed), **changed})


def test_filter_named_tab_is_in_the_way_of_tabs_alone(draft: Version) -> None:
    """Versions of before there were tabs may have one, and stay as they are."""
    data = draft.document
    data["filters"]["choices"] = [{"key": "tab", "column": "team", "label": "Tab"}]

    assert parse(data).choices[0].key == "tab"
    both = {**data, "tabs": [{"key": "a", "title": "A"}, {"key": "b", "title": "B"}]}
    with pytest.raises(Invalid, match="cannot be the key"):
        parse(both)


def test_only_the_open_tab_is_asked_for(tabbed: Document) -> None:
    first, people, every = page(tabbed), page(tabbed, "tab=people"), page(tabbed, "tab=*")

    assert [tile.type for tile in people.tiles] == ["table"]
    assert len(first.tiles) + 1 == len(every.tiles) == len(tabbed.tiles)
    assert [title for title, _tiles in every.groups] == ["Overview", "People"]
    assert [title for title, _tiles in people.groups] == [""]
    assert page(tabbed, "tab=gone").tab == "first"


def test_address_keeps_the_tab_with_everything_else(tabbed: Document) -> None:
    said = "period=all&team=Network&tab=people"

    assert query_string(tabbed, read_state(tabbed, QueryDict(said))) == said
    links = page(tabbed, said).tabs
    assert [(link.query, link.current) for link in links] == [
        ("period=all&team=Network", False), (said, True),
    ]  # fmt: skip
    table = page(tabbed, said).tiles[0]
    assert table.links
    assert all("tab=people" in link for link in table.links)
    assert dict(page(tabbed, said).kept) == {"tab": "people"}
    assert query_string(tabbed, read_state(tabbed, QueryDict("tab=first"))) == ""


def test_address_of_a_tile_opens_its_tab(tabbed: Document) -> None:
    key = tabbed.tiles_on("people")[0].key

    assert page(tabbed, f"on-tile={key}").tab == "people"
    assert page(tabbed, f"tab=people&on-tile={tabbed.tiles[0].key}").tab == "first"


def test_filter_for_a_tab_says_so_on_the_others(tabbed: Document, act: Act) -> None:
    document = parse(
        act(drafts.change_filters, period={"preset": "all"}, choices=[
            {"column": "team", "label": "Team", "tabs": ["people"], "default": "Network"},
        ]).document
    )  # fmt: skip

    first, people = page(document), page(document, "tab=people")

    said = [note for tile in first.tiles for note in tile.notes]
    assert said
    assert {note.split(": ")[-1] for note in said} == {"Not filtered by Team."}
    assert [tile.notes for tile in people.tiles] == [[]]
    assert [link.query for link in first.tabs] == ["", "tab=people"]


def test_tabs_are_named_and_ordered_and_undone(tabbed: Document, act: Act) -> None:
    first, people = names(tabbed)
    renamed = act(tabs.change_tab, key="people", title=" Who  did it ", to=0).document

    assert names(parse(renamed)) == [("Who did it", people[1]), first]
    assert names(parse(act(history.undo).document)) == [first, people]
    assert names(parse(act(history.redo).document)) == [("Who did it", people[1]), first]
    with pytest.raises(Invalid, match="needs a name"):
        act(tabs.change_tab, key="people", title=" ")
    with pytest.raises(Conflict, match="not in the draft any more"):
        act(tabs.change_tab, key="gone", title="X")


def test_tiles_of_a_removed_tab_go_to_the_one_before_under_the_same_filters(
    tabbed: Document, act: Act
) -> None:
    key = tabbed.tiles_on("people")[0].key
    act(tabs.add_tab, title="Third")
    act(drafts.change_filters, period={"preset": "all"}, choices=[
        {"column": "team", "label": "Team", "tabs": ["people"]},
    ])  # fmt: skip
    moved = act(tabs.remove_tab, key="people")
    document = parse(moved.version.document)

    assert moved.said == "1 tile is on “Overview” now."
    assert names(document) == [("Overview", len(tabbed.tiles)), ("Third", 0)]
    assert document.tiles[-1].key == key
    assert (document.choices[0].tabs, document.choices[0].tiles) == ((), (key,))
    one = parse(act(tabs.remove_tab, key="first").version.document)
    assert one.tabs == ()
    assert {tile.tab for tile in one.tiles} == {""}


def test_tile_moves_among_those_of_its_tab(tabbed: Document, act: Act) -> None:
    first, second, *_rest = tabbed.tiles_on("first")
    act(layout.arrange_tile, key=first.key, tab="people")
    document = parse(act(layout.arrange_tile, key=second.key, tab="people", to=0).document)

    table = tabbed.tiles_on("people")[0]
    assert [tile.key for tile in document.tiles_on("people")] == [second.key, table.key, first.key]
    swapped = parse(act(layout.arrange_tile, key=second.key, to=1).document)
    assert [tile.key for tile in swapped.tiles_on("people")] == [table.key, second.key, first.key]
    added = parse(
        act(drafts.add_tile, to=0, tile={"type": "text", "width": 4, "text": "x", "tab": "people"}
            ).document
    )  # fmt: skip
    assert added.tiles_on("people")[0].text == "x"
    with pytest.raises(Invalid, match="no tab “gone”"):
        act(layout.arrange_tile, key=first.key, tab="gone")


def test_tabs_are_compared_in_words(draft: Version, tabbed: Document, act: Act) -> None:
    one_page = parse(draft.document)
    table = tabbed.tiles_on("people")[0]
    renamed = parse(act(tabs.change_tab, key="people", title="Teams", to=0).document)

    told = changes_between(one_page, tabbed)
    assert [change.sentence() for change in told[:2]] == [
        "Added: Tab “Overview”", "Added: Tab “People”",
    ]  # fmt: skip
    assert [(c.what.endswith(", tab"), c.before, c.after) for c in told[2:]] == [
        (True, "Overview", "People")
    ]
    assert changes_between(tabbed, renamed) == [
        Change("changed", "Name of a tab", "People", "Teams"),
        Change("changed", "Order of the tabs"),
    ]
    assert table.key in {tile.key for tile in renamed.tiles_on("people")}


def test_somebody_elses_tabs_are_not_gone_over_unseen(
    tabbed: Document, owner: User, dashboard: Dashboard, act: Act
) -> None:
    seen = dashboard.versions.get().revision
    act(tabs.change_tab, key="people", title="Teams")

    with pytest.raises(Conflict) as told:
        tabs.change_tab(actor=owner, dashboard=dashboard, revision=seen, key="people", title="Us")

    assert told.value.details["again"] is False
    assert told.value.details["since"] == ["Name of a tab: Teams instead of People"]


def test_reader_has_tabs_as_links_and_files_and_mails_hold_them_all(
    member: User, owner: User, shown_live: Dashboard, client_of: ClientOf
) -> None:
    client = client_of(member)
    address = shown_live.get_absolute_url()
    version = released_of(shown_live)
    assert version is not None
    key = document_of(version).tiles_on("people")[0].key

    first, people = client.get(address), client.get(f"{address}?tab=people&team=Network")
    assert '<nav class="tabs board__tabs"' in first.text
    assert f'id="tile-{key}"' not in first.text
    assert f'id="tile-{key}"' in people.text
    assert 'href="?team=Network&amp;tab=people" aria-current="page">People</a>' in people.text
    assert '<a href="/dashboards/incident-service/?tab=people">Reset</a>' in people.text
    assert "Reset" not in client.get(f"{address}?tab=people").text

    taken: Any = client.get(
        reverse("dashboards:export", args=[shown_live.slug, "csv"]) + "?tab=people"
    )
    content = b"".join(taken.streaming_content) if taken.streaming else taken.content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert list(dict.fromkeys(row["Tab"] for row in rows)) == ["Overview", "People"]

    told = client.get(f"/api/v1/dashboards/{shown_live.slug}/figures/?tab=people").json()
    assert [tab["title"] for tab in told["tabs"]] == ["Overview", "People"]
    assert {tile["tab"] for tile in told["tiles"]} == {"first", "people"}

    report = subscriptions.subscribe(
        actor=member, dashboard=shown_live, every="weekly", hour=8, query="team=Network&tab=people"
    )
    letter = compose(report, 1)
    assert report.query == "team=Network"
    assert letter.html.index(">Overview<") < letter.html.index(">People<")
    assert letter.text.index("== Overview ==") < letter.text.index("== People ==")

    embed = make_embed(actor=owner, dashboard=shown_live, days=30, origins=[])
    elsewhere = Client().get(reverse("dashboards:embedded", args=[token_of(embed)]) + "?tab=people")
    assert f'id="tile-{key}"' in elsewhere.text
    assert f"sort-{key}=-1#tile-{key}" in elsewhere.text


def test_every_link_to_a_tile_opens_its_tab(
    member: User, shown_live: Dashboard, client_of: ClientOf
) -> None:
    version = released_of(shown_live)
    assert version is not None
    key = document_of(version).tiles_on("people")[0].key
    client = client_of(member)

    made = client.post(
        f"/api/v1/dashboards/{shown_live.slug}/threads/",
        {"tile_key": key, "text": "Why?", "kind": "question"}, content_type="application/json",
    )  # fmt: skip
    thread = client.get(f"/feedback/{made.json()['id']}/")

    assert f"?on-tile={key}#tile-{key}" in thread.text
    assert f'id="tile-{key}"' in client.get(f"{shown_live.get_absolute_url()}?on-tile={key}").text


def test_builder_shows_one_tab_and_changes_them_without_a_script(
    owner: User, tabbed: Document, dashboard: Dashboard, client_of: ClientOf
) -> None:
    client = client_of(owner)
    address = reverse("dashboards:builder", args=[dashboard.slug])
    key = tabbed.tiles_on("people")[0].key

    def post(name: str, *args: str, **given: Any) -> Any:
        revision = dashboard.versions.get().revision
        return client.post(
            reverse(f"dashboards:{name}", args=[dashboard.slug, *args]),
            {"revision": revision, **given}, headers={"Referer": f"{address}?tab=people"},
        )  # fmt: skip

    assert f'id="tile-{key}"' not in client.get(address).text
    people = client.get(f"{address}?tab=people")
    assert f'id="tile-{key}"' in people.text
    assert f"sort-{key}=-1#tile-{key}" in people.text
    assert post("tab-edit", "people", title="Teams").url == f"{address}?tab=people"
    assert post("tab-new", title="Third").url == f"{address}?tab=third"
    edit = reverse("dashboards:tile-edit", args=[dashboard.slug, key])
    form = client.get(edit).context["form"]
    assert form["tab"].value() == "people"
    assert post("tab-remove", "people").url == f"{address}?tab=people"
    assert "1 tile is on “Overview” now." in client.get(address).text
    told = client.post(
        reverse("dashboards:tab-new", args=[dashboard.slug]), {"revision": 1, "title": ""},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert (told.status_code, told.json()["said"]) == (400, "This field is required.")
