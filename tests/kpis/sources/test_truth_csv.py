"""The real logs give the figures that were computed outside of this project."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kpis.sources.base import LoadReport
from kpis.sources.csv import Profile, load, profile
from tests.kpis.sources.conftest import rows_of

pytestmark = pytest.mark.xdist_group("real incidents")

DATA = Path(__file__).parents[3] / "../shared/data"
LAST = "(SELECT * FROM load QUALIFY row_number() OVER (PARTITION BY number ORDER BY _row DESC) = 1)"
HOURS = "date_diff('second', opened_at, resolved_at) / 3600"

Loaded = tuple[Profile, LoadReport, Path]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "truth.json").read_text())
    return found


def loaded(archive: str, member: str, folder: Path) -> Loaded:
    with zipfile.ZipFile(DATA / archive) as file:
        file.extract(member, folder)
    found = profile(folder / member)
    report = load(folder / member, found.options, folder / "load.parquet")
    return found, report, folder / "load.parquet"


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("incidents")
    return loaded("uci498_incident_event_log.zip", "incident_event_log.csv", folder)


@pytest.fixture(scope="module")
def help_desk(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded("helpdesk_italian.zip", "helpdesk.csv", tmp_path_factory.mktemp("helpdesk"))


def test_truth_incidents_rows_and_cases(incidents: Loaded, truth: dict[str, Any]) -> None:
    known, (found, report, path) = truth["uci498_incidents"], incidents
    assert (found.needs, found.options.date_order) == ((), "day_first")
    assert (report.rows, report.source_sha256) == (known["rows"], known["sha256_csv"])
    assert rows_of(
        path, f"SELECT count(*), min(opened_at)::text, max(opened_at)::text FROM {LAST}"
    ) == [(known["incidents"], known["opened_min"], known["opened_max"])]


def test_truth_incidents_rows_are_in_file_order(incidents: Loaded) -> None:
    path = incidents[2]
    assert rows_of(
        path,
        f"SELECT count(*) FROM read_parquet('{path}', file_row_number = true) "
        "WHERE file_row_number + 1 <> _row",
    ) == [(0,)]


def test_truth_incidents_figures(incidents: Loaded, truth: dict[str, Any]) -> None:
    known, path = truth["uci498_incidents"], incidents[2]
    sql = (
        "SELECT count_if(made_sla), count_if(reopen_count > 0), count_if(reassignment_count > 0), "
        f"count({HOURS}), round(avg({HOURS}), 4), round(quantile_cont({HOURS}, 0.5), 4), "
        f"round(quantile_cont({HOURS}, 0.9), 4) FROM {LAST}"
    )
    hours = known["resolve_hours_opened_to_resolved"]
    assert rows_of(path, sql) == [
        (
            known["sla_met_n"],
            known["reopened_n"],
            known["reassigned_n"],
            hours["n"],
            hours["mean_h"],
            hours["median_h"],
            hours["p90_h"],
        )
    ]


@pytest.mark.parametrize("column", ["opened", "resolved", "closed"])
def test_truth_incidents_months(incidents: Loaded, truth: dict[str, Any], column: str) -> None:
    sql = (
        f"SELECT strftime({column}_at, '%Y-%m') AS m, count(*) FROM {LAST} "
        "WHERE m IS NOT NULL GROUP BY m"
    )
    assert dict(rows_of(incidents[2], sql)) == truth["uci498_incidents"][f"{column}_by_month"]


def test_truth_incidents_nulls(incidents: Loaded, truth: dict[str, Any]) -> None:
    known = truth["uci498_incidents"]["nulls_last_row"]
    counts = ", ".join(f"count(*) - count({column})" for column in known)
    assert rows_of(incidents[2], f"SELECT {counts} FROM {LAST}") == [tuple(known.values())]


def test_truth_help_desk(help_desk: Loaded, truth: dict[str, Any]) -> None:
    known, (_, report, path) = truth["helpdesk_italian"], help_desk
    assert (report.rows, report.source_sha256) == (known["rows"], known["sha256"])
    sql = (
        'SELECT count(DISTINCT "case:concept:name"), min("time:timestamp")::text, '
        'max("time:timestamp")::text, count(DISTINCT "Resource") FROM load'
    )
    assert rows_of(path, sql) == [
        (
            known["cases"],
            known["t_min"].removesuffix("+00:00"),
            known["t_max"].removesuffix("+00:00"),
            known["resources"],
        )
    ]
