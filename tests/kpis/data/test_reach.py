"""How far data goes: rows of days alone, and times that lie ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from ace_portal.accounts.models import User
from kpis.analysis.against import compared
from kpis.engine.query import Query
from kpis.figures import Ask, answers
from kpis.measured import periods_query
from kpis.models import Dataset, KPIVersion, Load
from kpis.reach import reach_of
from kpis.scopes import PORTAL
from tests.kpis.data.conftest import loaded, prepared

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., KPIVersion]
COUNT = {"measure": {"agg": "count"}, "time_column": "day", "time_zone": "Europe/Berlin"}
APRIL = Query(start=date(2026, 4, 1), end=date(2026, 5, 1))
END = datetime(2026, 4, 10, 21, 59, 59, 999999, tzinfo=UTC)  # of the tenth, in Berlin


def sales() -> str:
    """Ten a day in March, twelve a day in April up to the tenth."""
    days = [date(2026, 3, day) for day in range(1, 32) for _n in range(10)]
    days += [date(2026, 4, day) for day in range(1, 11) for _n in range(12)]
    return "day,team\n" + "".join(f"{day},A\n" for day in days)


@pytest.fixture
def days(owner: User) -> Dataset:
    return loaded(owner, sales(), name="Sales", time_zone="Europe/Berlin")


def test_days_reach_to_the_end_of_the_last(days: Dataset) -> None:
    assert days.live is not None
    assert (days.live.last_day, days.live.as_of) == (date(2026, 4, 10), END)
    of_a_query = prepared(days.owner, "Copy", "SELECT * FROM sales").live
    assert of_a_query is not None
    assert of_a_query.last_day == date(2026, 4, 10)


def test_days_of_a_cut_month_are_compared_like_for_like(days: Dataset, publish: Publish) -> None:
    found = compared(publish(days, COUNT, "Sold"), APRIL, reader=PORTAL)

    assert found.figure.value == 120
    previous = next(beside for beside in found.besides if beside.what == "previous")
    assert previous.figure.value == 100


def test_days_in_another_zone_end_with_its_own_day(days: Dataset, publish: Publish) -> None:
    version = publish(days, {**COUNT, "time_zone": "America/New_York", "grain": "day"}, "Sold")

    (answer,) = answers([Ask(version, periods_query(version))], reader=PORTAL)

    assert answer.result is not None
    last = answer.result.points[-1]
    assert last.period is not None
    assert (last.period.start.date(), last.period.partial) == (date(2026, 4, 10), True)
    assert last.figure.value == 12


def test_rate_of_days_counts_the_last_one_whole(days: Dataset, publish: Publish) -> None:
    rate = {"rate": {"measure": COUNT["measure"], "per": "day"}}
    version = publish(days, {**COUNT, "measure": rate}, "A day")

    (answer,) = answers([Ask(version, APRIL)], reader=PORTAL)

    assert answer.result is not None
    assert answer.result.total.value == pytest.approx(12, rel=1e-9)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Adak"])
def test_what_lies_ahead_does_not_say_how_far_the_data_goes(zone: str) -> None:
    before = timezone.now()
    at, none = reach_of("2999-12-31 00:00:00", zone)
    end, today = reach_of("2999-12-31", zone)

    assert at is not None
    assert end is not None
    assert before <= at <= timezone.now()
    assert none is None
    assert timedelta() <= end - at < timedelta(days=1, hours=1)
    assert today is not None
    assert abs((today - before.date()).days) <= 1


def test_times_without_rows_reach_nowhere(owner: User) -> None:
    assert reach_of(None, "UTC") == (None, None)
    live = loaded(owner, "name,n\na,1\nb,2\n", name="Names").live
    assert live is not None
    assert (live.as_of, live.last_day) == (None, None)


def test_loads_of_before_are_brought_up(days: Dataset) -> None:
    """What the migration does to loads that were made before days reached anywhere."""
    ahead = Load.objects.create(
        dataset=days, number=9, path="there.parquet", as_of=timezone.now() + timedelta(days=90)
    )
    asked = Load.objects.create(dataset=days, number=10, as_of=timezone.now() + timedelta(hours=1))
    Load.objects.filter(pk=days.live_id).update(as_of=None, last_day=None)
    module: Any = import_module("kpis.migrations.0013_how_far_days_reach")

    module.note_days(apps, None)

    old = Load.objects.get(pk=days.live_id)
    assert (old.last_day, old.as_of) == (date(2026, 4, 10), END)
    then, kept = asked.as_of, asked
    ahead.refresh_from_db()
    kept.refresh_from_db()
    assert ahead.as_of == ahead.created_at
    assert kept.as_of == then
