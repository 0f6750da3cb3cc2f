"""Rows that cannot be read: a sentence where they are asked for; nothing else goes with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from kpis.engine.query import Query
from kpis.figures import Ask, answers, values_of
from kpis.models import KPIVersion
from kpis.scopes import PORTAL
from kpis.selectors import published_of
from kpis.services.computing import compute
from tests.fixtures.kpis import VOLUME, MakeKPI
from tests.fixtures.loads import make_dataset

pytestmark = pytest.mark.django_db
MINUTES = """
SELECT TIMESTAMP '2022-01-01' + to_seconds(i * 60) AS opened, (i * 7919 % 1000) * 1.0 AS cost,
  'P' || (i % 3) AS priority
FROM range(200000) AS r(i)
"""
SECONDS = MINUTES.replace("i * 60", "i * 6").replace("200000", "2000000")
#: each day looks at all rows before it
MEDIAN = {"window": {"measure": {"agg": "quantile", "q": 0.5, "column": "cost"},
                     "kind": "cumulative", "since": "all"}}  # fmt: skip


def version_of(kpi: Any) -> KPIVersion:
    version = published_of(kpi)
    assert version is not None
    return version


def test_figure_that_needs_too_much_memory_takes_no_other_along(
    owner: User, make_kpi: MakeKPI, loads_dir: Path, settings: Any, client_of: Callable[..., Client]
) -> None:
    settings.QUERY_MEMORY_MB = 48
    data = make_dataset(owner, "Minutes", MINUTES)
    greedy = {"measure": MEDIAN, "time_column": "opened", "grain": "day"}
    kpis = [make_kpi("Median", dataset=data, definition=greedy, publish=True),
            make_kpi("Volume", dataset=data, definition=VOLUME, publish=True)]  # fmt: skip
    asks = [Ask(version_of(kpi), Query(grain="day")) for kpi in kpis]

    much, little = answers(asks, reader=PORTAL)

    assert much.error.startswith("This needs more memory than a figure may use.")
    assert little.result is not None
    assert sum(point.figure.rows for point in little.result) == 200_000
    where = f"/api/v1/kpis/{kpis[0].slug}/figures/"
    told = client_of(owner).post(where, {"grain": "day"}, content_type="application/json")
    assert (told.status_code, told.json()["detail"]) == (400, much.error)


def test_figure_that_takes_too_long_takes_no_other_along(
    owner: User, make_kpi: MakeKPI, loads_dir: Path, settings: Any, client_of: Callable[..., Client]
) -> None:
    settings.QUERY_SECONDS, settings.QUERY_MEMORY_MB = 0.5, 4096
    data = make_dataset(owner, "Seconds", SECONDS)
    slow = {"measure": MEDIAN, "time_column": "opened", "grain": "day"}
    kpis = [make_kpi("Median", dataset=data, definition=slow, publish=True),
            make_kpi("Volume", dataset=data, definition=VOLUME, publish=True)]  # fmt: skip
    asks = [Ask(version_of(kpi), Query(grain="day")) for kpi in kpis]

    long, short = answers(asks, reader=PORTAL)

    assert long.error.startswith("This takes longer than a figure may.")
    assert short.result is not None
    assert sum(point.figure.rows for point in short.result) == 2_000_000
    where = f"/api/v1/kpis/{kpis[0].slug}/figures/"
    told = client_of(owner).post(where, {"grain": "day"}, content_type="application/json")
    assert (told.status_code, told.json()["detail"]) == (400, long.error)


def test_refresh_has_a_time_of_its_own(
    owner: User, make_kpi: MakeKPI, loads_dir: Path, settings: Any
) -> None:
    settings.QUERY_SECONDS, settings.REFRESH_SECONDS = 0.01, 0.05
    settings.QUERY_MEMORY_MB = 4096
    data = make_dataset(owner, "Seconds", SECONDS)
    slow = {"measure": MEDIAN, "time_column": "opened", "grain": "day"}
    kpi = make_kpi("Median", dataset=data, definition=slow, publish=True)

    assert compute(kpi, last_try=True).error.startswith("This takes longer than a figure may.")
    settings.REFRESH_SECONDS = 60
    assert compute(kpi, last_try=True).points


def test_file_that_is_none_any_more_is_a_sentence(measured: Any) -> None:
    version = version_of(measured)
    load = version.dataset.live
    assert load is not None
    load.file.chmod(0o600)
    load.file.write_bytes(b"PAR1 and nothing else PAR1")

    (answer,) = answers([Ask(version, Query(grain="week"))], reader=PORTAL)

    assert answer.error == "The data could not be read."
    with pytest.raises(Invalid, match="could not be read"):
        values_of(load, "team", None, limit=7)
