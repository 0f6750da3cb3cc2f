"""Schedules by the clock of a zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ace_portal.lib.errors import Invalid
from ace_portal.lib.schedule import check, next_runs

BERLIN = "Europe/Berlin"


def told(text: str, after: datetime, count: int = 3) -> list[str]:
    return [run.isoformat() for run in next_runs(text, BERLIN, after, count)]


def test_cron_line_follows_the_local_clock() -> None:
    assert told("30 7 * * 1-5", datetime(2025, 3, 28, 12, tzinfo=UTC)) == [
        "2025-03-31T07:30:00+02:00", "2025-04-01T07:30:00+02:00", "2025-04-02T07:30:00+02:00",
    ]  # fmt: skip


def test_time_that_is_not_there_moves_and_one_that_is_there_twice_happens_once() -> None:
    assert told("30 2 * * *", datetime(2025, 3, 29, 12, tzinfo=UTC), 2) == [
        "2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00",
    ]  # fmt: skip
    assert told("30 2 * * *", datetime(2025, 10, 25, 12, tzinfo=UTC), 2) == [
        "2025-10-26T02:30:00+02:00", "2025-10-27T02:30:00+01:00",
    ]  # fmt: skip


def test_every_so_often_is_even_through_a_change_of_the_clocks() -> None:
    assert told("every 6 hours", datetime(2025, 3, 29, 22, tzinfo=UTC)) == [
        "2025-03-30T01:00:00+01:00", "2025-03-30T08:00:00+02:00", "2025-03-30T14:00:00+02:00",
    ]  # fmt: skip
    assert told("every day", datetime(2025, 1, 1, 5, tzinfo=UTC), 1) == [
        "2025-01-02T01:00:00+01:00"
    ]


@pytest.mark.parametrize(
    "text", ["", "every", "every 0 hours", "every 90000 weeks", "61 * * * *", "0 0 31 2 *",
             "* * * *", "every second", "@reboot", "* * * * * *; rm", "* * * * * *",
             "0 0 */31 * MON#2"],
)  # fmt: skip
def test_what_never_comes_or_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(text)
    assert refused.value.field == "schedule"
