"""What happened stands on the time axis of every chart that spans it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Invalid, NotAllowed
from dashboards.content.document import parse
from dashboards.content.models import Dashboard
from dashboards.content.selectors import released_of
from dashboards.rendering import Face, figure
from dashboards.rendering.tiles import Mark, Tile
from kpis.engine.result import Figure, Period, Point, Result
from kpis.models import Annotation, KPIVersion
from kpis.services.annotations import annotate, change_annotation, remove_annotation
from tests.fixtures.loads import new_dataset

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
AT = datetime(2026, 2, 15, tzinfo=UTC)


def charts(client: Client, live: Dashboard) -> list[dict[str, Any]]:
    told = client.get(f"/api/v1/dashboards/{live.slug}/figures/?period=all").json()["tiles"]
    return [tile for tile in told if tile["type"] == "line"]


def test_every_chart_over_the_data_shows_it(
    ace: User, owner: User, member: User, live: Dashboard, sla: KPIVersion, client_of: ClientOf
) -> None:
    client = client_of(member)
    assert charts(client, live)
    when = max(p["start"] for t in charts(client, live) for s in t["series"] for p in s["points"])
    at = datetime.fromisoformat(when)
    annotate(actor=ace, at=at, title="New rota", text="Two more in the morning.")
    annotate(actor=ace, at=at, title="Outage", dataset=sla.dataset)
    annotate(actor=ace, at=at, title="Elsewhere", dataset=new_dataset(owner, "Else"))

    for tile in charts(client, live):
        notes = " ".join(tile["notes"])
        assert "New rota. Two more in the morning." in notes
        assert "Elsewhere" not in notes
    released = released_of(live)
    assert released is not None
    over = {t.key for t in parse(released.document).tiles if sla.pk in t.kpi_versions}
    with_outage = {t["key"] for t in charts(client, live) if "Outage." in " ".join(t["notes"])}
    assert over & {t["key"] for t in charts(client, live)} <= with_outage


def test_what_lies_outside_is_not_said(
    ace: User, member: User, live: Dashboard, client_of: ClientOf
) -> None:
    annotate(actor=ace, at=datetime(2001, 1, 1, tzinfo=UTC), title="Long ago")

    assert "Long ago" not in client_of(member).get(f"/dashboards/{live.slug}/?period=all").text


def test_it_stands_where_it_was_inside_its_period() -> None:
    months = [datetime(2026, n, 1, tzinfo=UTC) for n in (1, 2, 3)]
    points = [
        Point(Period(start, end, "month", False, 1), (), Figure(n))
        for n, (start, end) in enumerate(pairwise(months))
    ]
    result = Result(tuple(points), "month", (), "UTC", None, "")
    marks = (Mark(AT, "Outage", "It was dark.", happened=True),)

    drawn = figure(Tile("t", "line", ""), Face("Volume", marks=marks), result)

    assert drawn is not None
    lines = [shape["x0"] for shape in drawn["layout"]["shapes"] if shape["x0"] == shape["x1"]]
    assert lines == [1 - 0.5 + 14 / 28]


def test_who_is_not_of_the_ace_writes_nothing(member: User, ace: User) -> None:
    row = annotate(actor=ace, at=AT, title="Outage")
    for act in (
        lambda: annotate(actor=member, at=AT, title="Mine"),
        lambda: change_annotation(actor=member, annotation=row, at=AT, title="Mine"),
        lambda: remove_annotation(actor=member, annotation=row),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert [a.title for a in Annotation.objects.all()] == ["Outage"]


def test_every_deed_is_on_record(ace: User) -> None:
    row = annotate(actor=ace, at=AT, title="  Out \n age ")
    assert row.title == "Out age"
    remove_annotation(
        actor=ace, annotation=change_annotation(actor=ace, annotation=row, at=AT, title="Outage")
    )

    told = AuditEntry.objects.filter(action__startswith="annotation.").order_by("pk")
    assert [entry.action for entry in told] == [
        "annotation.create", "annotation.change", "annotation.remove",
    ]  # fmt: skip


def test_what_cannot_be_is_refused_beside_its_field(ace: User) -> None:
    with pytest.raises(Invalid) as refused:
        annotate(actor=ace, at=datetime(1066, 1, 1, tzinfo=UTC), title="Hastings")
    assert refused.value.field == "at"
    with pytest.raises(ValidationError, match="title"):
        annotate(actor=ace, at=AT, title=" ")


def test_pages_and_api_say_the_same(ace: User, client_of: ClientOf) -> None:
    client = client_of(ace)
    given = {"at": "2026-02-15T10:30", "title": "Outage", "text": "", "dataset": ""}
    assert client.post("/kpis/annotations/new/", {**given, "at": "then"}).status_code == 422
    assert client.post("/kpis/annotations/new/", given).status_code == 302
    row = Annotation.objects.get()
    told = client.get("/api/v1/annotations/").json()["results"]
    assert [one["title"] for one in told] == ["Outage"]
    assert "Outage" in client.get("/kpis/annotations/").text
    assert "2026-02-15T10:30" in client.get(f"/kpis/annotations/{row.pk}/").text

    api = f"/api/v1/annotations/{row.pk}/"
    changed = client.put(api, {**told[0], "title": "Big outage"}, "application/json")
    assert changed.json()["title"] == "Big outage"
    assert client.post(f"/kpis/annotations/{row.pk}/remove/").status_code == 302
    assert client.delete(api).status_code == 404


def monthly(*starts: int) -> Result:
    months = [datetime(2026, n, 1, tzinfo=UTC) for n in range(1, 13)]
    points = [
        Point(Period(months[n], months[n + 1], "month", False, 1), (), Figure(n)) for n in starts
    ]
    return Result(tuple(points), "month", (), "UTC", None, "")


def bands(mark: Mark, result: Result, type_: Any = "line") -> list[tuple[float, float]]:
    drawn = figure(Tile("t", type_, ""), Face("Volume", marks=(mark,)), result)
    assert drawn is not None
    shapes = drawn["layout"]["shapes"]
    return [(s["x0"], s["x1"]) for s in shapes if s.get("fillcolor") == "--none-soft"]


@pytest.mark.parametrize(
    ("begin", "end", "band"),
    [
        ((2, 15), (3, 1), [(1.0, 1.5)]),  # half of the second of three periods
        ((2, 1), (2, 15), [(0.5, 1.0)]),
        ((1, 1), (12, 1), [(-0.5, 2.5)]),  # it goes on beyond both ends
        ((5, 1), (6, 1), []),
    ],
)
@pytest.mark.parametrize("type_", ["line", "bar", "area"])
def test_what_lasted_is_a_band_behind_the_figures(
    begin: tuple[int, int], end: tuple[int, int], band: list[tuple[float, float]], type_: str
) -> None:
    at, until = (datetime(2026, *day, tzinfo=UTC) for day in (begin, end))
    mark = Mark(at, "Outage", "It was dark.", happened=True, until=until)

    assert bands(mark, monthly(0, 1, 2), type_) == band


def test_band_ends_in_the_middle_of_a_gap() -> None:
    at, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    mark = Mark(at, "Outage", "It was dark.", happened=True, until=until)

    assert bands(mark, monthly(0, 4, 5)) == [(-0.5, 1.0)]


def test_summary_says_from_when_to_when(
    ace: User, member: User, live: Dashboard, client_of: ClientOf
) -> None:
    client = client_of(member)
    points = [p for t in charts(client, live) for s in t["series"] for p in s["points"]]
    at, until = (datetime.fromisoformat(max(p[end] for p in points)) for end in ("start", "end"))
    annotate(actor=ace, at=at, until=until, title="Outage")

    told = [tile["summary"] for tile in charts(client, live) if "Outage." in tile["summary"]]
    assert told
    assert all(f" {until:%Y}" in words and " to " in words for words in told)


def test_what_lasts_ends_after_it_began(ace: User, client_of: ClientOf) -> None:
    with pytest.raises(Invalid) as refused:
        annotate(actor=ace, at=AT, until=AT, title="Outage")
    assert refused.value.field == "until"
    client = client_of(ace)
    given = {"at": "2026-02-15T10:30", "until": "2026-02-15T12:00", "title": "Outage", "text": ""}
    assert client.post("/kpis/annotations/new/", {**given, "until": "then"}).status_code == 422
    assert client.post("/kpis/annotations/new/", given).status_code == 302
    row = Annotation.objects.get()
    told = client.get(f"/api/v1/annotations/{row.pk}/").json()
    assert row.until is not None
    assert datetime.fromisoformat(told["until"]) == row.until
    assert "2026-02-15T12:00" in client.get(f"/kpis/annotations/{row.pk}/").text
