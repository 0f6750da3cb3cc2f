"""KPIs over two real logs, asked through the API, give the figures computed elsewhere.

``truth.json`` beside the logs says what they are; each test asks for one of its figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from kpis.models import Dataset, Measurement
from tests.conftest import SHARED_DATA
from tests.fixtures.kpis import run_jobs
from tests.fixtures.loads import register_load
from tests.fixtures.people import make_cast
from tests.fixtures.truth import build_logs
from tests.fixtures.world import build_world

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("real incidents")]

TRUTH = SHARED_DATA / "truth.json"
KNOWN: dict[str, Any] = json.loads(TRUTH.read_text()) if TRUTH.is_file() else {}
NO_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# The KPIs -----------------------------------------------------------------------------------------

RESOLVING = {"from": "opened_at", "to": "resolved_at", "unit": "h"}
CLOSING = {"from": "opened_at", "to": "closed_at", "unit": "h"}
CASE = {"from": "began", "to": "ended", "unit": "d"}
COUNT = {"agg": "count"}
NULLS = ("resolved_at", "assignment_group", "assigned_to", "u_symptom", "cmdb_ci", "problem_id",
         "closed_code", "category")  # fmt: skip


def when(column: Any, op: str, *value: Any) -> dict[str, Any]:
    return {"column": column, "op": op, **({"value": value[0]} if value else {})}


def counted(where: Any) -> dict[str, Any]:
    return {"agg": "count", "where": where}


def share(of: Any, **more: Any) -> dict[str, Any]:
    return {"share": {"of": of, **more}}


def average(column: Any) -> dict[str, Any]:
    return {"agg": "avg", "column": column}


def quantile(q: float, column: Any) -> dict[str, Any]:
    return {"agg": "quantile", "q": q, "column": column}


def spread(name: str, column: Any) -> dict[str, dict[str, Any]]:
    return {
        f"{name} mean": average(column),
        f"{name} median": quantile(0.5, column),
        f"{name} p90": quantile(0.9, column),
        f"{name} p95": quantile(0.95, column),
        f"{name} zero": counted(when(column, "=", 0)),
        f"{name} known": counted(when(column, "is not null")),
    }


MET = when("made_sla", "=", True)
UNTOUCHED = {"all": [when("reassignment_count", "=", 0), when("reopen_count", "=", 0)]}
OF_INCIDENTS = {
    "volume": COUNT,
    "sla": share(MET),
    "sla met": counted(MET),
    "reopened": counted(when("reopen_count", ">", 0)),
    "reopen rate": share(when("reopen_count", ">", 0)),
    "reassigned": counted(when("reassignment_count", ">", 0)),
    "reassignment rate": share(when("reassignment_count", ">", 0)),
    "handoffs": average("reassignment_count"),
    "no handoff": share(UNTOUCHED),
    "knowledge": share(when("knowledge", "=", True)),
    "ambiguous days": counted(when("day", "<=", 12)),
    "swapped days": counted({"all": [when("day", "<=", 12), when("day_is_month", "=", False)]}),
    "not closed": {"stock": {"opened": "opened_at", "closed": "closed_at"}},
    "unresolved": {"stock": {"opened": "opened_at", "closed": "settled_at"}},
    **{f"without {column}": counted(when(column, "is null")) for column in NULLS},
    **spread("resolve", RESOLVING),
    **spread("close", CLOSING),
}
OF_CASES = {
    "cases": COUNT,
    "case median": quantile(0.5, CASE),
    "case mean": average(CASE),
    "case p90": quantile(0.9, CASE),
    "events of a case": average("events"),
    "closed": share(when("closed", "=", True)),
    "waited": share(when("waited", "=", True)),
    "resolved again": counted(when("resolved", ">", 1)),
    "re-resolve rate": share(when("resolved", ">", 1), among=when("resolved", ">", 0)),
}


class Over(NamedTuple):
    """What KPIs are about."""

    dataset: str
    time_column: str
    dimensions: tuple[str, ...]
    measures: Mapping[str, dict[str, Any]]


KPIS = (
    Over("incidents", "opened_at", ("priority", "assignment_group", "contact_type", "category"),
         OF_INCIDENTS),
    Over("incidents", "resolved_at", (), {"resolutions": COUNT}),
    Over("incidents", "closed_at", (), {"closures": COUNT}),
    Over("event_log", "sys_updated_at", (), {"events": COUNT, "sla of events": share(MET)}),
    Over("cases", "began", (), OF_CASES),
    Over("activities", "time:timestamp", ("Activity", "Resource"), {
        "activities": COUNT,
        "resources": {"agg": "count_distinct", "column": "Resource"},
        "variants": {"agg": "count_distinct", "column": "case:variant"},
    }),
    Over("distinct_activities", "time:timestamp", (), {"different activities": COUNT}),
)  # fmt: skip

# The figures --------------------------------------------------------------------------------------


class Figure(NamedTuple):
    """One of the known figures: which KPI gives it, asked how; ``path`` is where it is written."""

    path: tuple[str, ...]
    kpi: str
    query: dict[str, Any] = {}
    scale: int = 1
    segment: str | None = None
    month: str | None = None

    def __str__(self) -> str:
        return " ".join(self.path[1:]).replace("[", "(").replace("]", ")")


def of(path: str, kpi: str, scale: int = 1, **more: Any) -> Figure:
    return Figure(tuple(path.split("/")), kpi, scale=scale, **more)


def uci(key: str, kpi: str, scale: int = 1, **more: Any) -> Figure:
    return of(f"uci498_incidents/{key}", kpi, scale, **more)


def desk(key: str, kpi: str, scale: int = 1, **more: Any) -> Figure:
    return of(f"helpdesk_italian/{key}", kpi, scale, **more)


def keys(*path: str) -> list[str]:
    """The keys at a place of the truth; none where it is not there."""
    node: Any = KNOWN
    for part in path:
        node = node.get(part, {})
    return list(node)


def by_month(log: str, place: str, kpi: str) -> list[Figure]:
    """A figure for each month that is known at ``place``."""
    return [
        Figure((log, place, month), kpi, {"grain": "month"}, month=month[:7])
        for month in keys(log, place)
    ]


def by_value(log: str, place: str, kpi: str, column: str, *inner: str, scale: int = 1) -> Any:
    """A figure for each value of a column that is known at ``place``."""
    return [
        Figure((log, place, value, *inner), kpi, {"by": [column]}, scale, segment=value)
        for value in keys(log, place)
    ]


def year(value: str) -> dict[str, str]:
    return {"start": f"{value}-01-01", "end": f"{int(value) + 1}-01-01"}


CRITICAL_BY_PHONE = {
    "where": {"all": [when("priority", "=", "1 - Critical"), when("contact_type", "=", "Phone")]}
}
GROUP_70 = {
    "where": when("assignment_group", "=", "Group 70"), "start": "2016-04-01", "end": "2016-05-01",
}  # fmt: skip
SPREAD = {"mean": "mean_h", "median": "median_h", "p90": "p90_h", "p95": "p95_h",
          "zero": "zero_count", "known": "n"}  # fmt: skip
LOG, DESK = "uci498_incidents", "helpdesk_italian"

FIGURES = [
    uci("rows", "events"), uci("incidents", "volume"), uci("sla_met_pct", "sla", 100),
    uci("sla_met_n", "sla met"), uci("sla_met_pct_TRAP_event_level", "sla of events", 100),
    uci("reopened_n", "reopened"), uci("reopen_rate_pct", "reopen rate", 100),
    uci("reassigned_n", "reassigned"), uci("reassigned_pct", "reassignment rate", 100),
    uci("mean_reassignments", "handoffs"), uci("knowledge_used_pct", "knowledge", 100),
    uci("no_handoff_no_reopen_pct (FCR proxy)", "no handoff", 100),
    uci("date_order_trap/incidents_with_day_le_12", "ambiguous days"),
    uci("date_order_trap/of_which_month_ne_day", "swapped days"),
    *(uci(f"nulls_last_row/{column}", f"without {column}") for column in NULLS),
    *(uci(f"{name}_hours_opened_to_{name}{end}/{key}", f"{name} {which}")
      for name, end in (("resolve", "d"), ("close", "d")) for which, key in SPREAD.items()),
    *by_month(LOG, "opened_by_month", "volume"),
    *by_month(LOG, "resolved_by_month", "resolutions"),
    *by_month(LOG, "closed_by_month", "closures"),
    *by_month(LOG, "backlog_not_closed_at", "not closed"),
    *by_month(LOG, "backlog_open_unresolved_at", "unresolved"),
    *by_value(LOG, "by_contact_type", "volume", "contact_type"),
    *by_value(LOG, "by_priority", "volume", "priority", "incidents"),
    *by_value(LOG, "by_priority", "sla", "priority", "sla_met_pct", scale=100),
    *by_value(LOG, "by_priority", "resolve median", "priority", "median_resolve_h"),
    *by_value(LOG, "by_priority", "reopen rate", "priority", "reopen_pct", scale=100),
    *(uci(f"filter_P1_phone/{key}", kpi, scale, query=CRITICAL_BY_PHONE) for key, kpi, scale in (
        ("incidents", "volume", 1), ("sla_met_pct", "sla", 100),
        ("median_resolve_h", "resolve median", 1))),
    *(uci(f"filter_group70_2016_04/{key}", kpi, scale, query=GROUP_70) for key, kpi, scale in (
        ("incidents", "volume", 1), ("sla_met_pct", "sla", 100),
        ("median_resolve_h", "resolve median", 1), ("reassigned_pct", "reassignment rate", 100))),
    desk("rows", "activities"), desk("cases", "cases"), desk("resources", "resources"),
    desk("variants", "variants"), desk("median_case_days", "case median"),
    desk("mean_case_days", "case mean"), desk("p90_case_days", "case p90"),
    desk("events_per_case_mean", "events of a case"), desk("cases_with_Closed_pct", "closed", 100),
    desk("cases_with_Wait_pct", "waited", 100),
    desk("cases_resolved_more_than_once_n", "resolved again"),
    desk("re_resolve_rate_pct_of_resolved", "re-resolve rate", 100),
    *by_value(DESK, "activity_counts", "activities", "Activity"),
    *by_month(DESK, "cases_started_by_month_2012", "cases"),
    *(desk(f"cases_started_by_year/{key}", "cases", query=year(key))
      for key in keys(DESK, "cases_started_by_year")),
]  # fmt: skip

# How they are asked -------------------------------------------------------------------------------


class Truth(NamedTuple):
    """A portal with the KPIs, and somebody who may ask for their figures."""

    client: Client
    slugs: dict[str, str]

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self.client.post(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code < 300, answer.content
        return answer.json()

    def ask(self, kpi: str, **query: Any) -> list[dict[str, Any]]:
        return list(self.post(f"kpis/{self.slugs[kpi]}/figures/", query)["figures"])


@pytest.fixture(scope="module")
def asked(
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Truth]:
    """Made once for all of them, and taken back."""
    folder = tmp_path_factory.mktemp("logs")
    logs = build_logs(shared_data, folder)
    with (
        override_settings(LOADS_DIR=folder, CACHES=NO_CACHE),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        cast = make_cast()
        world = build_world(cast["owner"], cast["member"], cast["colleague"])
        for slug, built in logs.items():
            dataset = Dataset.objects.create(slug=slug, name=slug, kind="file", owner=cast["owner"])
            register_load(dataset, *built[:2], rows=built.rows, as_of=built.as_of)
        client = Client()
        client.force_login(cast["owner"])
        truth = Truth(client, {})
        for over in KPIS:
            for name, measure in over.measures.items():
                truth.slugs[name] = publish(truth, over, name, measure, world.question.pk)
        yield truth
        transaction.set_rollback(True)


def publish(truth: Truth, over: Over, name: str, measure: Any, question: int) -> str:
    definition = {
        "measure": measure, "time_column": over.time_column, "dimensions": over.dimensions,
    }  # fmt: skip
    body = {
        "name": name, "question": question, "dataset": over.dataset, "category": "quality",
        "definition": definition,
    }  # fmt: skip
    slug = str(truth.post("kpis/", body)["slug"])
    truth.post(f"kpis/{slug}/publish/", {})
    return slug


def known(figure: Figure) -> Any:
    node: Any = KNOWN
    for part in figure.path:
        node = node[part]
    return node


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_truth_figure(asked: Truth, figure: Figure) -> None:
    (found,) = [
        each["value"]
        for each in asked.ask(figure.kpi, **figure.query)
        if (figure.segment is None or each["segment"] == [figure.segment])
        and (figure.month is None or (each["start"] or "").startswith(figure.month))
    ]
    assert round(found * figure.scale, 4) == known(figure)


def test_truth_months_of_the_sla(asked: Truth) -> None:
    months = {
        each["start"][:7]: [each["denominator"], round(each["value"] * 100, 4)]
        for each in asked.ask("sla", grain="month")
        if each["state"] != "no_data"
    }
    assert months == KNOWN[LOG]["sla_met_pct_by_open_month"]


def test_truth_ten_largest_groups_and_categories(asked: Truth) -> None:
    volume = largest(asked.ask("volume", by=["assignment_group"]), 10)
    met = dict(largest(asked.ask("sla", by=["assignment_group"]), 1_000))
    groups = [[name, n, round(met[name] * 100, 4)] for name, n in volume]

    assert groups == KNOWN[LOG]["top10_assignment_group"]
    categories = largest(asked.ask("volume", by=["category"]), 10)
    assert categories == KNOWN[LOG]["top10_category"]


def test_truth_busiest_resources_and_duplicates(asked: Truth) -> None:
    busiest = largest(asked.ask("activities", by=["Resource"]), 5)
    ((rows,), (different,)) = (
        [each["value"] for each in asked.ask(kpi)] for kpi in ("activities", "different activities")
    )
    assert dict(busiest) == KNOWN[DESK]["top5_resource_events"]
    assert rows - different == KNOWN[DESK]["exact_duplicate_rows"]


def largest(figures: list[dict[str, Any]], n: int) -> list[list[Any]]:
    """The segments with the largest figures; where nothing is known the logs say “?”."""
    named = [[each["segment"][0] or "?", each["value"]] for each in figures]
    return sorted(named, key=lambda each: -each[1])[:n]


def test_truth_stays_as_reported(asked: Truth) -> None:
    """A refresh writes down the figures of the months, in full."""
    assert set(run_jobs()) == {"done"}
    written = Measurement.objects.filter(version__kpi__slug=asked.slugs["volume"])
    rows = written.exclude(state="no_data")

    months = {f"{row.period_start:%Y-%m}": row.value for row in rows}
    assert months == KNOWN[LOG]["opened_by_month"]
