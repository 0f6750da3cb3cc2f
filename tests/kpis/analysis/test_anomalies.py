"""Figures that season and trend do not explain: how well they are found, and where they show."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from kpis.analysis.seasons import Usual, explain
from kpis.models import KPIVersion, Measurement, Refresh
from kpis.services.looking import look_due
from kpis.services.refresh import request_refresh
from tests.fixtures.busy import ODD
from tests.fixtures.kpis import publish_kpi, run_jobs
from tests.fixtures.loads import new_dataset, write_rows
from tests.fixtures.world import World
from tests.kpis.analysis.series import KINDS, score, table
from tests.test_architecture import ROOT, imports, sources

Open = Callable[[User | None], Client]
DOCS = Path(ROOT) / "docs" / "anomalies.md"


@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda kind: kind[0])
def test_most_that_is_marked_is_odd_and_most_that_is_odd_is_marked(
    kind: tuple[str, int, int],
) -> None:
    found = score(*kind)

    assert found.odd > 15
    assert found.precision >= 0.85
    assert found.recall >= 0.8


def test_documentation_shows_what_comes_of_the_generated_series() -> None:
    assert table() in DOCS.read_text()


def test_series_without_oddity_has_no_mark_and_a_constant_one_has_a_narrow_band() -> None:
    wave = [100 + 10 * math.sin(n * 2 * math.pi / 7) for n in range(60)]
    usual = explain(wave, 7).usual
    same = explain([5.0] * 30 + [6.0] + [5.0] * 29, 7).usual

    assert all(u and u.low <= value <= u.high for u, value in zip(usual, wave, strict=True))
    assert same[30] is not None
    assert same[30].high < 6


def test_gaps_have_no_band_and_few_figures_none_at_all() -> None:
    values: list[float | None] = [float(n % 7) for n in range(40)]
    values[10] = None

    assert [n for n, u in enumerate(explain(values, 7).usual) if u is None] == [10]
    assert explain([1.0] * 11, 7).how == "short"
    assert explain([float(n % 5) for n in range(20)], 12).how == "trend"


def test_web_processes_never_load_the_library() -> None:
    loading = [
        file.name
        for file in sources()
        for name, _node in imports(file)
        if name.split(".")[0] == "augurs" or name.startswith("kpis.analysis.seasons")
    ]

    assert loading == ["seasons.py"]


def test_worker_marks_the_odd_day_once(owner: User, busy: KPIVersion) -> None:
    assert look_due() == 1
    assert run_jobs() == ["done"]
    rows = Measurement.objects.filter(version=busy)

    assert [row.period_start.date() for row in rows if row.is_unusual] == [ODD.date()]
    assert Refresh.objects.get(kpi=busy.kpi).looked == "season"
    assert look_due() == 0


def test_only_the_last_refresh_of_a_version_is_looked_at(owner: User, busy: KPIVersion) -> None:
    request_refresh(actor=owner, kpi=busy.kpi)
    run_jobs()
    look_due()
    run_jobs()

    looked = list(Refresh.objects.order_by("pk").values_list("looked", flat=True))
    assert looked == ["overtaken", "season"]


def test_page_marks_it_with_words_and_names_the_method(
    ace: User, busy: KPIVersion, client_of: Open
) -> None:
    look_due()
    run_jobs()
    page = client_of(ace).get(f"/kpis/{busy.kpi.slug}/")
    marked = [row for row in page.context["sheet"].rows if row.unusual]
    told = client_of(ace).get(f"/api/v1/kpis/{busy.kpi.slug}/measurements/").json()["results"]

    assert [(row.label, row.unusual.word) for row in marked] == [("20 Apr 2026", "unusually high")]
    assert [odd.label for odd in page.context["sheet"].curve.odd] == ["unusually high"]
    assert "MSTL with exponential smoothing, by augurs" in page.text
    assert [row["period_start"][:10] for row in told if row["unusual"]] == ["2026-04-20"]


def test_series_without_a_model_is_a_failure_and_not_too_short() -> None:
    found = explain([1e308, -1e308] * 20, 7)

    assert (found.how, set(found.usual)) == ("failed", {None})


def test_page_says_that_it_could_not_be_found_out(
    ace: User, busy: KPIVersion, client_of: Open
) -> None:
    Refresh.objects.filter(version=busy).update(looked="failed", looked_at=timezone.now())
    page = client_of(ace).get(f"/kpis/{busy.kpi.slug}/")

    assert "Whether a figure is unusual could not be found out." in page.text


def test_figure_beyond_all_measure_is_marked_and_bends_nothing() -> None:
    rates = [0.44, 0.5, 0.59, 0.66, 0.45, 0.49, 0.5, 0.53, 0.35, 0.41, 0.45, 0.49, 0.35, 0.52] * 2
    found = explain([36.5, *rates], 52)

    marked = [n for n, one in enumerate(found.usual) if n and one and not _holds(one, rates[n - 1])]
    assert found.usual[0] is not None
    assert found.usual[0].high < 36.5
    assert marked == []


def test_peak_of_each_season_is_no_figure_beyond_all_measure() -> None:
    years = [100 + 2 * math.sin(n) + (200 if n % 12 == 11 else 0) for n in range(60)]
    years[30] = 9_000
    found = explain(years, 12)

    marked = [n for n, one in enumerate(found.usual) if one and not _holds(one, years[n])]
    assert (found.how, marked) == ("season", [30])


def _holds(usual: Usual, value: float) -> bool:
    return usual.low <= value <= usual.high


def test_period_in_which_the_data_begins_is_not_looked_at(
    owner: User, world: World, loads_dir: Path
) -> None:
    """Thirty weeks of ten a day, from a Sunday on."""
    data = new_dataset(owner, "Days")
    begin = datetime(2026, 3, 1, 8)
    rows = [{"at": begin + timedelta(days=n)} for n in range(210) for _each in range(10)]
    write_rows(data, {"at": "timestamp"}, rows, as_of=datetime(2026, 9, 27, tzinfo=UTC))
    count = {"measure": {"agg": "count"}, "time_column": "at", "grain": "week"}
    version = publish_kpi(owner, world.question, data, count, name="Rows")
    run_jobs()
    look_due()
    run_jobs()

    assert Refresh.objects.get(version=version).looked == "trend"
    assert not [row for row in Measurement.objects.filter(version=version) if row.is_unusual]
