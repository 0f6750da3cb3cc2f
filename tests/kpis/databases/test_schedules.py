"""Datasets that are loaded again by the clock: once for each time, caught up once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from kpis.models import Dataset, DataSource
from kpis.services.schedules import load_due, set_schedule

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def dataset(owner: User) -> Dataset:
    source = DataSource.objects.create(
        slug="desk", name="Desk", kind="sqlite", file="desk.sqlite", owner=owner
    )
    return Dataset.objects.create(
        slug="orders", name="Orders", kind=Dataset.Kind.SOURCE, owner=owner, source=source,
        asked={"schema": "main", "table": "orders"},
    )  # fmt: skip


def test_each_time_stages_one_load(dataset: Dataset, owner: User) -> None:
    set_schedule(actor=owner, dataset=dataset, schedule="every 6 hours")
    Dataset.objects.update(next_due=NOON)
    assert [load_due(now=NOON), load_due(now=NOON)] == [1, 0]
    dataset.refresh_from_db()
    assert dataset.loads.get().by is None
    assert dataset.next_due == NOON + timedelta(hours=6)


def test_what_was_missed_is_caught_up_once(dataset: Dataset, owner: User) -> None:
    set_schedule(actor=owner, dataset=dataset, schedule="every hour")
    Dataset.objects.update(next_due=NOON - timedelta(days=3))
    assert load_due(now=NOON) == 1
    dataset.refresh_from_db()
    assert dataset.next_due == NOON + timedelta(hours=1)


def test_turn_waits_while_a_load_is_on_its_way(dataset: Dataset, owner: User) -> None:
    set_schedule(actor=owner, dataset=dataset, schedule="every hour")
    Dataset.objects.update(next_due=NOON)
    load_due(now=NOON)
    Dataset.objects.update(next_due=NOON)
    assert load_due(now=NOON) == 0
    dataset.refresh_from_db()
    assert dataset.next_due == NOON


def test_schedule_can_be_taken_away_and_nonsense_changes_nothing(
    dataset: Dataset, owner: User
) -> None:
    set_schedule(actor=owner, dataset=dataset, schedule="30 7 * * *", schedule_zone="Asia/Tokyo")
    with pytest.raises(Invalid):
        set_schedule(actor=owner, dataset=dataset, schedule="now and then")
    dataset.refresh_from_db()
    assert (dataset.schedule, dataset.next_due.hour) == ("30 7 * * *", 22)
    set_schedule(actor=owner, dataset=dataset)
    assert dataset.next_due is None


def test_file_has_no_schedule(dataset: Dataset, owner: User) -> None:
    dataset.kind = Dataset.Kind.FILE
    with pytest.raises(Conflict):
        set_schedule(actor=owner, dataset=dataset, schedule="every hour")
