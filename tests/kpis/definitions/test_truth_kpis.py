"""KPIs over the real incident log give the figures that were computed outside of this project."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from ace_portal.accounts.models import User
from kpis.engine.parsing import parse_where
from kpis.engine.query import Query
from kpis.figures import Ask, answers
from kpis.models import Dataset, KPIVersion, Measurement
from kpis.scopes import PORTAL
from kpis.selectors import published_of
from kpis.services import kpis as services
from tests.fixtures.kpis import run_jobs
from tests.fixtures.loads import register_load
from tests.fixtures.truth import Built, build_incidents
from tests.fixtures.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("real incidents")]

HOURS = {"from": "opened_at", "to": "resolved_at", "unit": "h"}


def met(column: str, op: str = "=", value: Any = True) -> dict[str, Any]:
    return {"share": {"of": {"column": column, "op": op, "value": value}}}


MEASURES: dict[str, dict[str, Any]] = {
    "volume": {"agg": "count"},
    "sla": met("made_sla"),
    "reopened": met("reopen_count", ">", 0),
    "reassigned": met("reassignment_count", ">", 0),
    "knowledge": met("knowledge"),
    "handoffs": {"agg": "avg", "column": "reassignment_count"},
    "median": {"agg": "quantile", "q": 0.5, "column": HOURS},
    "mean": {"agg": "avg", "column": HOURS},
    "p90": {"agg": "quantile", "q": 0.9, "column": HOURS},
    "p95": {"agg": "quantile", "q": 0.95, "column": HOURS},
    "closing": {"agg": "quantile", "q": 0.5, "column": {**HOURS, "to": "closed_at"}},
    "no handoff": {
        "share": {
            "of": {
                "all": [
                    {"column": "reassignment_count", "op": "=", "value": 0},
                    {"column": "reopen_count", "op": "=", "value": 0},
                ]
            }
        }
    },
    "not closed": {"stock": {"opened": "opened_at", "closed": "closed_at"}},
}


@pytest.fixture(scope="session")
def real_incidents(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_incidents(shared_data, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def truth(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / "truth.json").read_text())
    return found["uci498_incidents"]


@pytest.fixture
def real_dataset(owner: User, loads_dir: Path, settings: Any, real_incidents: Built) -> Dataset:
    settings.LOADS_DIR = real_incidents.path.parent
    assert real_incidents.path.parent == django_settings.LOADS_DIR
    dataset = Dataset.objects.create(slug="real", name="Real", kind="prepared", owner=owner)
    path, columns, rows, as_of = real_incidents
    register_load(dataset, path, columns, rows=rows, as_of=as_of)
    return dataset


@pytest.fixture
def version_of(owner: User, world: World, real_dataset: Dataset) -> Any:
    """A published KPI of one of ``MEASURES``, measured."""

    def publish(name: str) -> KPIVersion:
        definition = {
            "measure": MEASURES[name], "time_column": "opened_at",
            "dimensions": ["priority", "assignment_group", "contact_type"],
        }  # fmt: skip
        kpi = services.create_kpi(
            actor=owner, name=name, question=world.question, dataset=real_dataset,
            definition=definition, category="quality",
        )  # fmt: skip
        services.publish_version(actor=owner, kpi=kpi)
        assert run_jobs() == ["done"]
        version = published_of(kpi)
        assert version is not None
        return version

    return publish


def figure(version: KPIVersion, query: Query | None = None) -> float:
    (answer,) = answers([Ask(version, query or Query())], reader=PORTAL)
    assert answer.error == ""
    return answer.result.total.value


def found_in(truth: dict[str, Any], path: str) -> float:
    node: Any = truth
    for part in path.split("/"):
        node = node[part]
    return node


WHOLE = [
    ("volume", "incidents", 1),
    ("sla", "sla_met_pct", 100),
    ("reopened", "reopen_rate_pct", 100),
    ("reassigned", "reassigned_pct", 100),
    ("knowledge", "knowledge_used_pct", 100),
    ("handoffs", "mean_reassignments", 1),
    ("no handoff", "no_handoff_no_reopen_pct (FCR proxy)", 100),
    ("median", "resolve_hours_opened_to_resolved/median_h", 1),
    ("mean", "resolve_hours_opened_to_resolved/mean_h", 1),
    ("p90", "resolve_hours_opened_to_resolved/p90_h", 1),
    ("p95", "resolve_hours_opened_to_resolved/p95_h", 1),
    ("closing", "close_hours_opened_to_closed/median_h", 1),
]


@pytest.mark.parametrize(("name", "path", "scale"), WHOLE, ids=lambda v: str(v))
def test_truth_of_all_incidents(
    version_of: Any, truth: dict[str, Any], name: str, path: str, scale: int
) -> None:
    assert round(figure(version_of(name)) * scale, 4) == found_in(truth, path)


PRIORITIES = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"]
BY_PRIORITY = [
    (name, key, scale, priority)
    for name, key, scale in [
        ("volume", "incidents", 1), ("sla", "sla_met_pct", 100), ("median", "median_resolve_h", 1),
        ("reopened", "reopen_pct", 100),
    ]
    for priority in PRIORITIES
]  # fmt: skip


@pytest.mark.parametrize(("name", "key", "scale", "priority"), BY_PRIORITY)
def test_truth_by_priority(
    version_of: Any, truth: dict[str, Any], name: str, key: str, scale: int, priority: str
) -> None:
    (answer,) = answers([Ask(version_of(name), Query(by=("priority",)))], reader=PORTAL)

    (value,) = [p.figure.value for p in answer.result if p.segment == (priority,)]
    assert round(value * scale, 4) == truth["by_priority"][priority][key]


CRITICAL_BY_PHONE = parse_where(
    {
        "all": [
            {"column": "priority", "op": "=", "value": "1 - Critical"},
            {"column": "contact_type", "op": "=", "value": "Phone"},
        ]
    }
)
GROUP_70 = parse_where({"column": "assignment_group", "op": "=", "value": "Group 70"})
FILTERED = [
    ("volume", "filter_P1_phone/incidents", 1, Query(where=CRITICAL_BY_PHONE)),
    ("sla", "filter_P1_phone/sla_met_pct", 100, Query(where=CRITICAL_BY_PHONE)),
    ("median", "filter_P1_phone/median_resolve_h", 1, Query(where=CRITICAL_BY_PHONE)),
] + [
    (name, f"filter_group70_2016_04/{key}", scale,
     Query(where=GROUP_70, start=date(2016, 4, 1), end=date(2016, 5, 1)))
    for name, key, scale in [
        ("volume", "incidents", 1), ("sla", "sla_met_pct", 100), ("median", "median_resolve_h", 1),
        ("reassigned", "reassigned_pct", 100),
    ]
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "scale", "query"), FILTERED, ids=lambda v: str(v)[:40])
def test_truth_under_filters(
    version_of: Any, truth: dict[str, Any], name: str, path: str, scale: int, query: Query
) -> None:
    assert round(figure(version_of(name), query) * scale, 4) == found_in(truth, path)


def measured(version: KPIVersion) -> dict[str, Any]:
    rows = Measurement.objects.filter(version=version).exclude(state="no_data")
    return {f"{row.period_start:%Y-%m}": row for row in rows}


def test_truth_months_of_a_refresh(version_of: Any, truth: dict[str, Any]) -> None:
    rows = measured(version_of("volume"))

    assert {month: row.value for month, row in rows.items()} == truth["opened_by_month"]


def test_truth_months_of_the_sla(version_of: Any, truth: dict[str, Any]) -> None:
    rows = measured(version_of("sla"))

    assert {
        month: [row.denominator, round(row.value * 100, 4)] for month, row in rows.items()
    } == truth["sla_met_pct_by_open_month"]


@pytest.mark.parametrize("month", ["2016-03", "2016-04", "2016-05", "2016-06"])
def test_truth_backlog_at_the_end_of_a_month(
    version_of: Any, truth: dict[str, Any], month: str
) -> None:
    known = {day[:7]: n for day, n in truth["backlog_not_closed_at"].items()}

    assert measured(version_of("not closed"))[month].value == known[month]
