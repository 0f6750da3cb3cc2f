"""A value that is chosen in a chart or a table filters the others, or leads one level down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.board import Board, board
from dashboards.content.document import Document, TileSpec, parse, to_json
from dashboards.content.filters import query_string, read, read_state
from dashboards.content.kinds import value_words
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of, released_of
from dashboards.content.services import drafts
from kpis.models import KPIVersion
from kpis.scopes import PORTAL
from tests.fixtures.tickets import ticket_rows

Open = Callable[[User | None], Client]
PAGE = Document(
    tiles=(
        TileSpec("t1", "bar", 6, kpi_versions=(1,), by="priority"),
        TileSpec("t2", "table", 6, kpi_versions=(1,), by="team"),
        TileSpec("t3", "number", 6, kpi_versions=(1,)),
    ),
    drill=("team", "person", "day"),
)
VALUES = st.text(max_size=6)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["mark-t1", "mark-t2", "mark-t3", "level-1", "level-2", "level-4"]),
            VALUES,
        )
    )
)
def test_marks_and_the_way_down_come_back_from_their_address(pairs: list[tuple[str, str]]) -> None:
    params = QueryDict(mutable=True)
    for name, value in pairs:
        params.appendlist(name, value)
    state = read_state(PAGE, params)

    assert read_state(PAGE, QueryDict(query_string(PAGE, state))) == state
    # Only a tile that is split, and not by a level, has marks; no level without those above it.
    assert set(state.chosen) <= {"mark-t1", "level-1", "level-2"}
    assert "level-1" in state.chosen or "level-2" not in state.chosen


def boards(draft: Version, query: str) -> Board:
    document = parse(draft.document)
    return board(document, read_state(document, QueryDict(query)), reader=PORTAL, linked=True)


def tile(shown: Board, kind: str, kpi: KPIVersion, by: str | None = None) -> Any:
    return next(
        t for t in shown.tiles
        if t.type == kind and t.spec.kpi_versions == (kpi.pk,) and (by is None or t.spec.by == by)
    )  # fmt: skip


def links(view: Any) -> dict[str, str]:
    return {c.text: c.link for row in view.table.rows for c in row if c.link}


@pytest.fixture
def split(owner: User, draft: Version, volume: KPIVersion) -> Version:
    """A page with bars of the volume by team beside its number."""
    bar = {"type": "bar", "width": 6, "kpi_version": volume.pk, "by": "team"}
    return drafts.add_tile(
        actor=owner, dashboard=draft.dashboard, revision=draft.revision, tile=bar
    )


@pytest.mark.django_db
def test_mark_filters_the_others_and_not_its_own_tile(split: Version, volume: KPIVersion) -> None:
    whole = boards(split, "period=all")
    bar = tile(whole, "bar", volume, "team")
    link = links(bar)["Network"]

    marked = boards(split, link[1:])

    count = sum(row["team"] == "Network" for row in ticket_rows())
    assert tile(marked, "number", volume).answers["now"].result.total.value == count
    again = tile(marked, "bar", volume, "team")
    assert again.answers["chart"].result.points == bar.answers["chart"].result.points
    assert [c.text for row in again.table.rows for c in row if c.chosen] == ["Network"]
    assert [(chip.words, chip.query) for chip in marked.chips] == [("Team: Network", "period=all")]
    assert links(again)["Network"] == "?period=all"  # a second click takes it back
    assert marked.way_down == []


@pytest.mark.django_db
def test_way_down_filters_splits_by_the_next_and_leads_back(
    owner: User, split: Version, volume: KPIVersion
) -> None:
    document = parse(split.document)
    drafts.change_filters(
        actor=owner, dashboard=split.dashboard, revision=split.revision,
        period={"preset": "all"}, choices=[], drill=["team", "priority"],
    )  # fmt: skip
    draft = split.dashboard.versions.get()
    top = tile(boards(draft, ""), "bar", volume, "team")

    below = boards(draft, links(top)["(empty)"][1:])

    bar = next(t for t in below.tiles if t.key == top.key)
    assert (bar.spec.by, links(bar)) == ("priority", {})
    assert [(p.segment, p.figure.value) for p in bar.answers["chart"].result.points] == [
        (("P3",), sum(row["team"] is None for row in ticket_rows()))
    ]
    assert [(step.words, step.query, step.current) for step in below.way_down] == [
        ("", "", False), ("(empty)", "level-1=~", True),
    ]  # fmt: skip
    assert parse(to_json(parse(draft.document))).drill == ("team", "priority")
    assert "drill" not in to_json(document)["filters"]


@pytest.mark.django_db
def test_way_down_by_what_splits_no_kpi_is_refused(owner: User, draft: Version) -> None:
    with pytest.raises(Invalid, match="No KPI on this page can be split by “closed_at”") as caught:
        drafts.change_filters(
            actor=owner, dashboard=draft.dashboard, revision=draft.revision,
            period={"preset": "all"}, choices=[], drill=["team", "closed_at"],
        )  # fmt: skip
    assert caught.value.field == "drill"


@pytest.mark.django_db
def test_page_has_links_for_marks_a_chip_and_the_rows_behind_it(
    client_of: Open, owner: User, member: User, live: Dashboard
) -> None:
    version = released_of(live)
    assert version is not None
    spec = next(t for t in document_of(version).tiles if t.type == "bar" and t.by == "priority")
    where, marked = live.get_absolute_url(), {"period": "all", f"mark-{spec.key}": "P1"}

    plain = client_of(member).get(where, {"period": "all"}).text
    read, owned = (client_of(person).get(where, marked).text for person in (member, owner))
    rows = client_of(owner).get(reverse("dashboards:tile-rows", args=[live.slug, spec.key]), marked)

    assert f'<a href="?period=all&amp;mark-{spec.key}=P1" data-mark>P1</a>' in plain
    assert "Take back Priority: P1" in read
    assert f'<input type="hidden" name="mark-{spec.key}" value="P1">' in read
    assert ("See its rows" in read, "See its rows" in owned) == (False, True)
    team = rows.context["rows"].head.index("Priority")
    assert {row[team] for row in rows.context["rows"].rows} == {"P1"}


def test_each_row_leads_to_its_own_value_whatever_the_kind(
    working_draft: Version, sla: KPIVersion, volume: KPIVersion, hours: KPIVersion
) -> None:
    one, both = {"kpi_version": volume.pk}, {"kpi_versions": [volume.pk, sla.pk]}
    tiles: list[dict[str, Any]] = [
        {"type": "line", **one, "grain": "month", "by": "team"},
        {"type": "area", **one, "grain": "month", "by": "team"},
        {"type": "bar", **one, "by": "team"},
        {"type": "bar", **one, "grain": "month", "by": "team", "arrange": "stacked"},
        {"type": "pie", **one, "by": "team"},
        {"type": "table", **both, "by": "team", "totals": True},
        {"type": "scatter", **both, "by": "team"},
        {"type": "box", "kpi_version": hours.pk, "by": "team"},
        {"type": "pivot", **one, "by": "team", "across": "priority"},
        {"type": "pivot", **one, "by": "team", "grain": "month", "heat": True},
        {"type": "waterfall", **one, "by": "team"},
        {"type": "combined", **both, "grain": "month"},
        {"type": "funnel", **both},
    ]
    document = parse(
        {
            "schema": 1,
            "tiles": [{"key": f"t{n}", "width": 6, **t} for n, t in enumerate(tiles)],
            "filters": {"period": {"preset": "all"}, "choices": []},
        }
    )
    shown = board(document, read_state(document, QueryDict("")), reader=PORTAL, linked=True)

    led = {}
    for one_tile in shown.tiles:
        cells = [cell for row in one_tile.table.rows for cell in row] if one_tile.table else []
        linked = [cell for cell in cells if cell.link]
        told = {(c.text, *QueryDict(c.link[1:]).getlist(f"mark-{one_tile.key}")) for c in linked}
        assert {(value_words(read(value)), value) for _text, value in told} == told
        led[one_tile.key] = bool(linked)
    assert [led[f"t{n}"] for n in range(len(tiles))] == [True] * 8 + [False] * 5
