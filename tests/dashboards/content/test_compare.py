"""Two documents, and what differs in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dashboards.content.compare import Change, compare
from dashboards.content.document import Choice, Document, Period, TileSpec

NAMES = {1: "SLA, v1", 2: "SLA, v2"}
NUMBER = TileSpec("t1", "number", 3, kpi_versions=(1,))
LINE = TileSpec("t2", "line", 12, "Trend", (1,), grain="month")
OLD = Document((NUMBER, LINE), choices=(Choice("team", "team", "Team"),))


def test_same_documents_differ_in_nothing() -> None:
    assert compare(OLD, OLD, NAMES) == []


def test_tiles_come_go_and_change() -> None:
    text = TileSpec("t3", "text", 4, text="Read me")
    new = OLD.with_tiles([replace(NUMBER, kpi_versions=(2,), width=4), text])

    assert compare(OLD, new, NAMES) == [
        Change("removed", "Line “Trend”"),
        Change("changed", "Number “SLA, v2”, KPI", "SLA, v1", "SLA, v2"),
        Change("changed", "Number “SLA, v2”, width", "3", "4"),
        Change("added", "Text “Read me”"),
    ]


def test_what_a_chart_is_made_like_changes_in_words() -> None:
    bars = TileSpec("t1", "bar", 6, "A", (1,), grain="month", by="team")
    pie = TileSpec("t2", "pie", 6, "B", (1,), by="team")
    table = TileSpec("t3", "table", 6, "C", (1,), by="team")
    old = Document((bars, pie, table))
    new = old.with_tiles(
        [replace(bars, arrange="stacked"), replace(pie, hole=True), replace(table, totals=True)]
    )

    assert compare(old, new, NAMES) == [
        Change("changed", "Bars “A”, arrangement", "beside each other", "on each other"),
        Change("changed", "Pie “B”, arrangement", "a full circle", "a ring"),
        Change("changed", "Table “C”, row of the whole", "no", "yes"),
    ]


def test_order_and_filters_change() -> None:
    new = Document(
        (LINE, NUMBER),
        Period("own", date(2026, 1, 1), date(2026, 1, 31)),
        (Choice("prio", "priority", "Priority"),),
    )

    assert compare(OLD, new, NAMES) == [
        Change("changed", "Order of the tiles"),
        Change("removed", "Filter by Team"),
        Change("added", "Filter by Priority"),
        Change("changed", "Period at the start", "Last 3 full months", "1 Jan to 31 Jan 2026"),
    ]


def test_each_change_is_a_sentence() -> None:
    changes = [Change("added", "A"), Change("removed", "B"), Change("changed", "C")]
    changes.append(Change("changed", "Width", "3", "4"))

    assert [change.sentence() for change in changes] == [
        "Added: A", "Removed: B", "Changed: C", "Width: 4 instead of 3",
    ]  # fmt: skip
