"""With what a filter begins, whether it is needed, for which tiles it is, on what it depends."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.board import Board, board
from dashboards.content.choices import dropdown_of, values_page
from dashboards.content.document import Document, parse, to_json
from dashboards.content.explain import explain
from dashboards.content.filters import default_state, read_state
from dashboards.content.models import Version
from dashboards.content.planning import Page
from dashboards.content.services import drafts
from dashboards.content.sources import sources_of
from kpis.scopes import PORTAL

pytestmark = pytest.mark.django_db
TEAM = {"column": "team", "label": "Team"}
PRIORITY = {"column": "priority", "label": "Priority"}


def with_filters(owner: User, draft: Version, *choices: dict[str, Any]) -> Document:
    changed = drafts.change_filters(
        actor=owner, dashboard=draft.dashboard, revision=draft.revision,
        period={"preset": "all"}, choices=choices,
    )  # fmt: skip
    return parse(changed.document)


def shown(document: Document, query: str = "") -> Board:
    return board(document, read_state(document, QueryDict(query)), reader=PORTAL)


def test_page_without_a_needed_value_asks_for_it_and_computes_nothing(
    owner: User, draft: Version
) -> None:
    document = with_filters(owner, draft, {**TEAM, "required": True})

    asking, chosen = shown(document), shown(document, "team=Network")

    figures = [tile for tile in asking.tiles if tile.type != "text"]
    assert {tile.error for tile in figures} == {"First choose: Team."}
    assert [tile.answers for tile in figures] == [{}] * len(figures)
    assert [tile.error for tile in chosen.tiles if tile.error] == []
    view = explain(document, figures[0].spec, default_state(document), reader=PORTAL)
    assert (view.error, view.figure) == ("First choose: Team.", None)


def test_filter_is_for_its_tiles_and_the_others_say_that_they_ignore_it(
    owner: User, draft: Version
) -> None:
    first = draft.document["tiles"][0]["key"]
    document = with_filters(
        owner, draft, {**TEAM, "tiles": [first], "default": "Network", "required": True}
    )

    opened, freed = shown(document), shown(document, "team=")

    said = {tile.key: tile.notes for tile in opened.tiles if tile.type != "text"}
    assert said.pop(first) == []
    assert {note.split(": ")[-1] for notes in said.values() for note in notes} == {
        "Not filtered by Team."
    }
    assert all(said.values())
    assert [tile.key for tile in freed.tiles if tile.error] == [first]


def test_dropdown_offers_what_the_choice_above_it_leaves(owner: User, draft: Version) -> None:
    document = with_filters(owner, draft, TEAM, {**PRIORITY, "depends_on": "team"})

    def offered(query: str) -> list[list[str]]:
        state = read_state(document, QueryDict(query))
        page = Page.of(document, state, sources_of(document.kpi_versions))
        searched = values_page(page, dropdown_of(document, "priority"), reader=PORTAL)
        listed = shown(document, query).choices[1].options
        return [[o["value"] for o in part] for part in (listed, searched.options)]

    assert offered("") == [["P1", "P2", "P3"]] * 2
    assert offered("team=Network") == [["P1"]] * 2
    assert offered("team=Network&team=~") == [["P1", "P3"]] * 2
    # What is chosen stays in sight, be it that nothing is left of it.
    assert offered("team=Network&priority=P2") == [["P1", "P2"], ["P1"]]


def test_charts_keep_their_colours_whatever_a_dropdown_leaves(owner: User, draft: Version) -> None:
    document = with_filters(owner, draft, TEAM, {**PRIORITY, "depends_on": "team"})

    options = [shown(document, query).choices[0].options for query in ("", "team=Network")]

    assert [[option["value"] for option in some] for some in options] == [
        ["Identity", "Network", "~"]
    ] * 2


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([{**TEAM, "depends_on": "priority"}, {**PRIORITY, "depends_on": "team"}],
         "depends on itself"),
        ([{**TEAM, "depends_on": "hours"},
          {"column": "hours", "label": "Hours", "kind": "range"}], "depends on no dropdown"),
        ([{"column": "hours", "label": "Hours", "kind": "range", "default": "9\n1"}],
         "“From” is more than “to”"),
        ([{"column": "team", "label": "Team", "kind": "one", "default": "A\nB"}],
         "Team cannot begin with this"),
    ],
)  # fmt: skip
def test_filter_that_makes_no_sense_is_refused(
    owner: User, draft: Version, choices: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        with_filters(owner, draft, *choices)


def test_form_keeps_what_a_filter_has(owner: User, draft: Version, client: Client) -> None:
    first = draft.document["tiles"][0]["key"]
    document = with_filters(
        owner, draft, TEAM,
        {**PRIORITY, "kind": "one", "default": "P1", "required": True, "tiles": [first],
         "depends_on": "team"},
    )  # fmt: skip
    client.force_login(owner)
    where = reverse("dashboards:filters-edit", args=[draft.dashboard.slug])
    form = client.get(where).context["form"]
    given = {name: form[name].value() for name in form.fields}

    sent = client.post(where, {name: value for name, value in given.items() if value})

    assert sent.status_code == 302
    again = parse(draft.dashboard.versions.get().document)
    assert to_json(again) == to_json(document)
