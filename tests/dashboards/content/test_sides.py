"""Two segments side by side: each figure is its own question's."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.content.board import board
from dashboards.content.document import Choice, Document, TileSpec, parse
from dashboards.content.filters import check_state, query_string, read_state, state_words
from dashboards.content.models import Dashboard, Version
from dashboards.content.seen import look_at
from dashboards.content.side_by_side import SidedView
from dashboards.content.sides import Sides, side_where
from dashboards.content.spans import Span
from kpis.models import KPIVersion

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
PAGE = Document(
    choices=(
        Choice("prio", "priority", "Priority"), Choice("team", "team", "Team"),
        Choice("hours", "hours", "Hours", "range"),
    )
)  # fmt: skip


def shown(reader: User, document: Document, query: str) -> list[Any]:
    state = read_state(document, QueryDict(f"period=all&{query}"))
    return board(document, state, reader=reader).tiles


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("side-a=prio:P1&side-b=prio:P2", "Priority: P1 against P2"),
        ("side-a=prio:~", "Priority: (empty) against all the rest"),
        ("side-a=team:a:b&side-b=team:~~x", "Team: a:b against ~x"),
    ],
)
def test_sides_stand_in_the_address_and_in_words(query: str, words: str) -> None:
    state = read_state(PAGE, QueryDict(query))

    assert read_state(PAGE, QueryDict(query_string(PAGE, state))) == state
    assert state_words(PAGE, replace(state, preset="all"), Span()) == f"all data; {words}"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("side-b=prio:P1", "First choose what is compared."),
        ("side-a=prio:P1&side-b=team:A", "Choose two values of the same filter."),
        ("side-a=prio:P1&side-b=prio:P1", "Choose two different values."),
        ("side-a=hours:3", "Choose values of one of the filters here."),
        ("side-a=none:3", "Choose values of one of the filters here."),
    ],
)
def test_what_is_no_pair_is_refused_in_a_sentence(query: str, fault: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_state(PAGE, read_state(PAGE, QueryDict(query)))
    assert str(refused.value.message) == fault


@pytest.mark.parametrize("type_", ["number", "line", "bar", "table"])
def test_each_side_is_what_its_segment_alone_says(
    member: User, sla: KPIVersion, volume: KPIVersion, type_: str
) -> None:
    split = {"by": "team"} if type_ in {"bar", "table"} else {}
    over = {"grain": "month"} if type_ == "line" else {}
    several = (sla.pk, volume.pk) if type_ == "table" else (sla.pk,)
    spec = TileSpec("t1", type_, 6, kpi_versions=several, totals=True, **split, **over)  # type: ignore[arg-type]
    page = replace(PAGE, tiles=(spec,))

    (tile,) = shown(member, page, "side-a=prio:P1&side-b=prio:P3")

    assert (tile.error, isinstance(tile, SidedView)) == ("", True)
    for side, value in (("first", "P1"), ("second", "P3")):
        (alone,) = shown(member, page, f"prio={value}")
        for name, answer in alone.answers.items():
            if name in {"trend", "before"}:
                continue
            own = side if name in {"now", "chart"} else f"{side} {name}"
            if name.startswith("total "):
                own = f"{side} {name}"
            assert tile.answers[own].result.points == answer.result.points


def test_rest_is_everything_else_and_what_is_empty(member: User, volume: KPIVersion) -> None:
    spec = TileSpec("t1", "number", 4, kpi_versions=(volume.pk,))
    page = replace(PAGE, tiles=(spec,))

    (tile,) = shown(member, page, "side-a=prio:P1")
    (whole,) = shown(member, page, "")

    counts = [tile.answers[side].result.total.value for side in ("first", "second")]
    assert sum(counts) == whole.answers["now"].result.total.value
    empty = side_where(PAGE.choices[0], Sides(("prio:P1", ""), "prio", "P1"), "second", "text")
    assert "is null" in str(empty)


def test_number_tells_the_difference_in_words(member: User, volume: KPIVersion) -> None:
    spec = TileSpec("t1", "number", 4, kpi_versions=(volume.pk,))
    (tile,) = shown(member, replace(PAGE, tiles=(spec,)), "side-a=prio:P1&side-b=prio:P3")
    (back,) = shown(member, replace(PAGE, tiles=(spec,)), "side-a=prio:P3&side-b=prio:P1")

    first, second = (tile.answers[side].result.total.value for side in ("first", "second"))
    way = ("higher", "lower") if first > second else ("lower", "higher")
    assert tile.difference.startswith(f"P1 is {way[0]} by {abs(first - second)} ")
    assert back.difference.startswith(f"P3 is {way[1]} by {abs(first - second)} ")


def test_series_keep_the_hues_of_their_values(member: User, volume: KPIVersion) -> None:
    spec = TileSpec("t1", "line", 6, kpi_versions=(volume.pk,), grain="month")
    page = replace(PAGE, tiles=(spec,))

    def hues(query: str) -> dict[str, str]:
        (tile,) = shown(member, page, query)
        return {t["name"]: t["line"]["color"] for t in tile.figure["data"]}

    one, two = hues("side-a=prio:P1&side-b=prio:P3"), hues("side-a=prio:P3&side-b=prio:P1")
    assert one == two
    assert len(set(one.values())) == 2
    assert hues("side-a=prio:P1")["all the rest"] == "--chart-muted"


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (TileSpec("t1", "pie", 6, by="team"), "has no room for two segments"),
        (TileSpec("t1", "line", 6, by="team", grain="month"), "is split already"),
        (TileSpec("t1", "bar", 6, by="priority"), "is split already"),
    ],
)
def test_tile_that_cannot_compare_says_so_and_shows_its_figures(
    member: User, volume: KPIVersion, spec: TileSpec, why: str
) -> None:
    page = replace(PAGE, tiles=(replace(spec, kpi_versions=(volume.pk,)),))

    (tile,) = shown(member, page, "side-a=prio:P1")
    (plain,) = shown(member, page, "")

    assert (tile.error, tile.figure) == ("", plain.figure)
    assert [note for note in tile.notes if why in note]


def test_page_file_and_api_show_the_same_pair_without_script(
    member: User, live: Dashboard, released: Version, client_of: ClientOf
) -> None:
    client, url = client_of(member), live.get_absolute_url()
    query = "period=all&side-a=priority:P1&side-b=priority:P3"
    page = client.get(f"{url}?{query}")
    told = client.get(f"/api/v1/dashboards/{live.slug}/figures/?{query}").json()
    file = client.get(f"{url}export/csv/?{query}").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))

    number = next(t for t in parse(released.document).tiles if t.type == "number")
    series = next(t for t in told["tiles"] if t["key"] == number.key)["series"]
    assert told["compared"] == "Priority: P1 against P3"
    assert [one["name"] for one in series] == ["first", "second"]
    assert {row[rows[0].index("What")] for row in rows[1:] if row[0] == number.key} == {"P1", "P3"}
    assert '<option value="priority:P1" selected>P1</option>' in page.text
    assert "Priority: P1 against P3" in page.text
    assert page.text.count('class="sides__name"') >= 2
    refused = client.get(f"/api/v1/dashboards/{live.slug}/figures/?side-b=priority:P1")
    assert (refused.status_code, refused.json()["field"]) == (400, "side-b")


def test_what_explains_or_keeps_one_figure_is_of_the_whole_and_says_so(
    member: User, live: Dashboard, released: Version, client_of: ClientOf
) -> None:
    client, url = client_of(member), live.get_absolute_url()
    number = next(t for t in parse(released.document).tiles if t.type == "number")
    query = "period=all&side-a=priority:P1"

    explained = client.get(f"{url}tiles/{number.key}/explain/?{query}")
    seen = look_at(released, number.key, QueryDict(query), reader=member)
    plain = look_at(released, number.key, QueryDict("period=all"), reader=member)

    assert "against" not in explained.context["explanation"].filters
    assert "side-a=priority%3AP1" in explained.context["back"]
    assert (seen["number"], seen["filters"]) == (plain["number"], plain["filters"])
