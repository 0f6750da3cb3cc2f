"""A million tickets, the KPIs over them, a page of eight charts and two dropdowns."""

from __future__ import annotations

from typing import Any

ROWS = 1_000_000
PRIORITIES = [f"P{n}" for n in range(1, 5)]
CATEGORIES = ["Access", "Applications", "Devices", "Network", "Printing", "Telephony"]
DIMENSIONS = ["priority", "category", "team"]

#: two years up to the autumn of 2026; the same rows every time
TICKETS = f"""
SELECT i AS number, opened_at,
  CASE WHEN i % 50 <> 0 THEN opened_at + to_minutes(CAST(20 + hash(i) % 4000 AS BIGINT)) END
    AS closed_at,
  'P' || (1 + hash(i + 1) % 4) AS priority,
  {CATEGORIES}[CAST(1 + hash(i + 2) % 6 AS BIGINT)] AS category,
  'Team ' || lpad(CAST(1 + hash(i + 3) % 12 AS VARCHAR), 2, '0') AS team,
  hash(i + 4) % 7 <> 0 AS made_sla,
  (hash(i + 5) % 10000) / 100.0 AS hours,
  CAST(hash(i + 6) % 5 AS BIGINT) AS hops
FROM (
  SELECT i, TIMESTAMP '2024-10-01 06:00:00' + to_seconds(i * 63) AS opened_at
  FROM range({ROWS}) AS r(i)
)
"""

_TIMED = {"time_column": "opened_at", "time_zone": "Europe/Berlin", "dimensions": DIMENSIONS}

#: name → definition and how the KPI shows itself
KPIS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Ticket volume": ({"measure": {"agg": "count"}, **_TIMED}, {"direction": "down"}),
    "Ticket SLA": (
        {"measure": {"share": {"of": {"column": "made_sla", "op": "=", "value": True}}}, **_TIMED},
        {"unit": "percent", "unit_label": "%", "precision": 1},
    ),
    "Ticket hours": (
        {"measure": {"agg": "quantile", "column": "hours", "q": 0.5}, **_TIMED},
        {"unit": "duration", "unit_label": "h", "precision": 1, "direction": "down"},
    ),
    "Tickets handed on": (
        {"measure": {"share": {"of": {"column": "hops", "op": ">", "value": 0}}}, **_TIMED},
        {"unit": "percent", "unit_label": "%", "precision": 1, "direction": "down"},
    ),
}

#: KPI, type, grain, split
TILES: tuple[tuple[str, str, str | None, str | None], ...] = (
    ("Ticket volume", "line", "week", None),
    ("Ticket SLA", "line", "month", None),
    ("Ticket hours", "line", "week", None),
    ("Tickets handed on", "line", "month", None),
    ("Ticket volume", "line", "month", "priority"),
    ("Ticket SLA", "bar", None, "team"),
    ("Ticket hours", "bar", None, "category"),
    ("Ticket volume", "bar", "quarter", None),
)


def document(versions: dict[str, int]) -> dict[str, Any]:
    """The dashboard's document over the KPI versions, by name."""
    tiles = []
    for place, (name, kind, grain, by) in enumerate(TILES):
        tile: dict[str, Any] = {
            "key": f"c{place}", "type": kind, "width": 6, "kpi_version": versions[name],
        }  # fmt: skip
        tile |= {"grain": grain} if grain else {}
        tiles.append(tile | ({"by": by} if by else {}))
    choices = [
        {"key": column, "column": column, "label": column.capitalize()}
        for column in ("priority", "category")
    ]
    return {
        "schema": 1,
        "tiles": tiles,
        "filters": {"period": {"preset": "all"}, "choices": choices},
    }
