"""Adoption worked out by hand, and what is masked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboards.usage.arithmetic import (
    MASKED,
    Counts,
    Spell,
    Stretch,
    Thresholds,
    next_review,
    period_by,
    propose,
    summarise,
)

MONDAY = date(2026, 6, 1)
LIMITS = Thresholds(reach=0.5, returning=0.4, stop=0.2)


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def moment(n: int) -> datetime:
    return datetime(2026, 6, 1, 9, tzinfo=UTC) + timedelta(days=n)


def spell(
    person: int, *views: int, group: int = 1, since: int = 0, until: int = 27, began: int = 0
) -> Spell:
    """Four weeks from a Monday unless said otherwise; ``views`` are the days of first and last."""
    return Spell(
        group=group, person=person, began=moment(began), since=day(since), until=day(until),
        first=moment(min(views)) if views else None,
        first_day=day(min(views)) if views else None,
        last_day=day(max(views)) if views else None,
    )  # fmt: skip


def test_group_is_counted_as_by_hand() -> None:
    """Six people: four looked, after 0, 1, 3 and 10 days; two of them came back."""
    spells = [spell(1, 0, 8), spell(2, 1), spell(3, 3, 4), spell(4, 10), spell(5), spell(6)]

    found = summarise(spells).groups[1]

    assert found == Counts(members=6, viewers=4, returning=2)
    assert (found.reach, found.returned, found.never) == (4 / 6, 0.5, 2)


def test_median_time_needs_five_viewers() -> None:
    five = [spell(n, n) for n in range(1, 6)]

    assert summarise(five).total.wait == timedelta(days=3)
    assert summarise([*five[:4], spell(9)]).total.wait is None


def test_time_to_the_first_view_begins_when_somebody_could_look() -> None:
    late = [spell(n, 12, began=10) for n in range(5)]

    assert summarise(late).total.wait == timedelta(days=2)


def test_periods_are_expected_of_each_for_as_long_as_they_were_there() -> None:
    """Four weeks for four people, two for who joined in the third: 18 expected, 5 with a view."""
    spells = [*(spell(n, 0) for n in range(4)), spell(4, 20, since=14)]
    looked = {0: [day(0), day(1), day(7)], 1: [day(27)], 4: [day(3), day(20)], 2: [day(13)]}

    found = summarise(spells, looked, period_by("weekly")).total

    assert (found.periods, found.expected) == (5, 18)
    assert found.active == 5 / 18


@pytest.mark.parametrize(
    ("cadence", "expected"), [("daily", 20), ("weekly", 4), ("monthly", 1), ("quarterly", 1)]
)
def test_cadence_says_how_many_periods_there_are(cadence: str, expected: int) -> None:
    period_of = period_by(cadence)

    assert len({period_of(day(n)) for n in range(28)}) == expected


def test_weekend_belongs_to_its_friday() -> None:
    period_of = period_by("daily")

    assert period_of(day(4)) == period_of(day(5)) == period_of(day(6)) != period_of(day(7))


def test_person_with_two_spells_is_one() -> None:
    """Left and came back: once a day in each is two days."""
    spells = [spell(1, 0, until=5), spell(1, 20, since=15), *(spell(n) for n in range(2, 6))]

    found = summarise(spells).groups[1]

    assert (found.members, found.viewers, found.returning) == (5, 1, 1)


def test_person_who_moved_counts_in_both_groups_and_is_not_told_apart() -> None:
    ones = [spell(n, group=1) for n in range(1, 6)]
    twos = [spell(n, group=2) for n in range(11, 16)]
    moved = [spell(20, 0, group=1, until=9), spell(20, 15, group=2, since=10)]

    found = summarise([*ones, *twos, *moved])

    assert [found.groups[n].members for n in (1, 2)] == [6, 6]
    assert [found.groups[n].returning for n in (1, 2)] == [0, 0]
    assert found.total == MASKED  # with the two groups it would tell of the one who moved


def test_four_people_are_masked() -> None:
    found = summarise([spell(n, 0) for n in range(4)])

    assert found.groups == {1: MASKED}
    assert found.total == MASKED


def test_nobody_at_all_is_masked() -> None:
    assert summarise([]).total == MASKED


def group_of(number: int, *people: int) -> list[Spell]:
    return [spell(person, 0, group=number) for person in people]


def test_total_is_masked_where_it_would_tell_of_the_small_group() -> None:
    found = summarise([*group_of(1, *range(10)), *group_of(2, 20, 21, 22)])

    assert found.groups[2] == MASKED
    assert found.groups[1].members == 10
    assert found.total == MASKED


def test_total_of_two_small_groups_tells_of_neither() -> None:
    found = summarise([*group_of(1, 1, 2, 3), *group_of(2, 4, 5, 6)])

    assert found.groups == {1: MASKED, 2: MASKED}
    assert found.total.members == 6


def test_total_is_shown_where_the_small_group_is_within_the_large_one() -> None:
    found = summarise([*group_of(1, *range(10)), *group_of(2, 1, 2, 3)])

    assert found.groups[2] == MASKED
    assert found.total.members == 10


def test_group_within_another_is_masked_where_few_are_between() -> None:
    found = summarise([*group_of(1, *range(8)), *group_of(2, *range(6))])

    assert found.groups[2] == MASKED
    assert found.groups[1].members == 8


def test_total_is_masked_where_one_group_leaves_few_of_it() -> None:
    """Six of the first and two more in the second, which has four of the first, too."""
    found = summarise([*group_of(1, *range(6)), *group_of(2, 2, 3, 4, 5, 6, 7)])

    assert (found.groups[1].members, found.groups[2]) == (6, MASKED)
    assert found.total == MASKED


def test_two_groups_that_differ_by_one_person_each_are_not_both_shown() -> None:
    """Nine the same and one more in each: the two counts would tell the two apart."""
    found = summarise([*group_of(1, *range(9), 20), *group_of(2, *range(9), 21)])

    assert sorted(counts == MASKED for counts in found.groups.values()) == [False, True]


def test_group_of_two_others_and_one_more_is_not_shown_beside_them() -> None:
    first, second = range(5), range(10, 15)
    found = summarise(
        [*group_of(1, *first), *group_of(2, *second), *group_of(3, *first, *second, 30)]
    )

    assert [found.groups[n] == MASKED for n in (1, 2, 3)].count(False) < 3


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (Stretch(0.5, 0.4, 1), None, "persevere"),
        (Stretch(0.49, 0.4, 1), None, "pivot"),
        (Stretch(0.5, 0.39, 1), None, "pivot"),
        (Stretch(0.5, 0.4, 0), None, "pivot"),
        (Stretch(0.19, 0.9, 0), None, "pivot"),
        (Stretch(0.19, None, 0), Stretch(0.19, 0.5, 0), "stop"),
        (Stretch(0.0, None, 0), Stretch(0.0, None, 0), "stop"),
        (Stretch(0.2, 0.9, 0), Stretch(0.1, 0.9, 0), "pivot"),
        (Stretch(0.1, 0.9, 0), Stretch(0.2, 0.9, 0), "pivot"),
        (Stretch(0.1, 0.9, 1), Stretch(0.1, 0.9, 0), "pivot"),
        (Stretch(0.1, 0.9, 0), Stretch(0.1, 0.9, 1), "pivot"),
        (Stretch(0.9, 0.9, 3), Stretch(0.1, 0.9, 0), "persevere"),
        (Stretch(None, None, 3, masked=True), Stretch(0.1, 0.9, 0), "pivot"),
        (Stretch(0.1, 0.9, 0), Stretch(None, None, 0, masked=True), "pivot"),
        (Stretch(None, None, 3), None, "pivot"),
    ],
)
def test_verdict_follows_from_the_table(now: Stretch, before: Stretch | None, verdict: str) -> None:
    assert propose(now, before, LIMITS).verdict == verdict


def test_limits_are_settings() -> None:
    now = Stretch(0.3, 0.2, 1)

    assert propose(now, None, Thresholds(0.3, 0.2, 0.1)).verdict == "persevere"


@pytest.mark.parametrize(
    ("held", "due"), [(0, 30), (10, 30), (23, 30), (24, 60), (30, 60), (55, 90), (90, 180)]
)
def test_next_review_is_after_30_60_90_days_and_then_every_quarter(held: int, due: int) -> None:
    assert next_review(day(0), day(held)) == day(due)


def test_next_review_of_what_is_not_launched_is_in_thirty_days() -> None:
    assert next_review(None, day(3)) == day(33)
