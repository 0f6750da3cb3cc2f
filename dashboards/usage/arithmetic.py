"""Adoption and the verdict that follows from it: sums over sets, without Django and a clock.

Reach is viewers ÷ members; returning is viewers on at least two days ÷ viewers; active is the
cadence periods with a view ÷ those that each member was there for. Shares are fractions of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from statistics import median

#: below so many people no figure is shown, and none from which theirs could be worked out
FEWEST = 5
#: with more small overlaps of groups than this, what would tell is not looked for: it is masked
MOST_CELLS = 16

Day = date
Period = tuple[int, int]


@dataclass(frozen=True)
class Spell:
    """One person in one group while the dashboard was open to it, within the window.

    ``began`` is when they could first open it, ``first`` and ``last`` are their first and last
    view that counts in that time.
    """

    group: int
    person: int
    began: datetime
    since: Day
    until: Day
    first: datetime | None = None
    first_day: Day | None = None
    last_day: Day | None = None


@dataclass
class Person:
    """All spells of a person, in a group or over all of them."""

    spells: list[Spell]

    @property
    def viewed(self) -> bool:
        return any(spell.first is not None for spell in self.spells)

    @property
    def returned(self) -> bool:
        firsts = [spell.first_day for spell in self.spells if spell.first_day is not None]
        lasts = [spell.last_day for spell in self.spells if spell.last_day is not None]
        return bool(firsts) and min(firsts) < max(lasts)

    @property
    def wait(self) -> timedelta | None:
        """From when they could first open it to their first view."""
        firsts = [spell.first for spell in self.spells if spell.first is not None]
        if not firsts:
            return None
        return max(min(firsts) - min(spell.began for spell in self.spells), timedelta())

    def days(self) -> set[Day]:
        """The days on which they were a member and could look."""
        return {
            spell.since + timedelta(days=n)
            for spell in self.spells
            for n in range((spell.until - spell.since).days + 1)
        }


@dataclass(frozen=True)
class Counts:
    """The figures of a group, or of all together; ``masked`` ones say nothing but that."""

    masked: bool = False
    members: int = 0
    viewers: int = 0
    returning: int = 0
    periods: int | None = None
    expected: int | None = None
    wait: timedelta | None = None

    @property
    def never(self) -> int:
        return self.members - self.viewers

    @property
    def reach(self) -> float | None:
        return self.viewers / self.members if self.members else None

    @property
    def returned(self) -> float | None:
        return self.returning / self.viewers if self.viewers else None

    @property
    def active(self) -> float | None:
        return self.periods / self.expected if self.expected and self.periods is not None else None


MASKED = Counts(masked=True)


@dataclass(frozen=True)
class Summary:
    """By group, and over everybody once."""

    groups: dict[int, Counts] = field(default_factory=dict)
    total: Counts = field(default_factory=Counts)


def summarise(
    spells: Iterable[Spell],
    viewed_days: Mapping[int, Collection[Day]] | None = None,
    period_of: Callable[[Day], Period] | None = None,
) -> Summary:
    """Counts by group and in total, masked where they would tell of fewer than five people.

    ``viewed_days`` are each person's days with a view that counts; with ``period_of`` they become
    active periods, without it none are counted.
    """
    by_group: dict[int, dict[int, list[Spell]]] = {}
    everybody: dict[int, list[Spell]] = {}
    for spell in spells:
        by_group.setdefault(spell.group, {}).setdefault(spell.person, []).append(spell)
        everybody.setdefault(spell.person, []).append(spell)
    shown = shown_groups({group: set(people) for group, people in by_group.items()})
    counted = {
        group: counts_of(people, viewed_days, period_of) if group in shown else MASKED
        for group, people in by_group.items()
    }
    open_sets = [set(by_group[group]) for group in shown]
    telling = not total_is_safe(set(everybody), open_sets)
    total = MASKED if telling else counts_of(everybody, viewed_days, period_of)
    return Summary(counted, total)


def counts_of(
    people: Mapping[int, list[Spell]],
    viewed_days: Mapping[int, Collection[Day]] | None = None,
    period_of: Callable[[Day], Period] | None = None,
) -> Counts:
    """The figures of these people, each counted once."""
    all_of = {key: Person(spells) for key, spells in people.items()}
    waits = [wait for person in all_of.values() if (wait := person.wait) is not None]
    periods, expected = None, None
    if viewed_days is not None and period_of is not None:
        periods = expected = 0
        for key, person in all_of.items():
            days = person.days()
            expected += len({period_of(day) for day in days})
            periods += len({period_of(day) for day in viewed_days.get(key, ()) if day in days})
    return Counts(
        members=len(all_of),
        viewers=len(waits),
        returning=sum(person.returned for person in all_of.values()),
        periods=periods,
        expected=expected,
        wait=median_of(waits) if len(waits) >= FEWEST else None,
    )


def median_of(spans: Iterable[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def shown_groups(groups: Mapping[int, set[int]]) -> set[int]:
    """The groups whose figures are written, the largest first: none tells of a few together with
    those before it."""
    shown: dict[int, set[int]] = {}
    for key in sorted(groups, key=lambda key: (-len(groups[key]), key)):
        if len(groups[key]) >= FEWEST and tells_of_no_few([*shown.values(), groups[key]]):
            shown[key] = groups[key]
    return set(shown)


def total_is_safe(everybody: set[int], shown: list[set[int]]) -> bool:
    """Whether nobody learns of fewer than five people from the total and what is shown beside."""
    return len(everybody) >= FEWEST and tells_of_no_few([*shown, everybody])


def tells_of_no_few(sets: Sequence[set[int]]) -> bool:
    """No sum or difference of the counts of these sets is about fewer than five people.

    People are cut into cells by the sets that they are in. The counts tell of some cells alone when
    leaving those cells out makes the equations say less (a lower rank).
    """
    cells = Counter(tuple(key in one for one in sets) for key in set().union(*sets))
    small = [cell for cell, people in cells.items() if people < FEWEST]
    if len(small) > MOST_CELLS:
        return False
    full = rank_of(list(cells))
    return not any(
        sum(cells[cell] for cell in few) < FEWEST
        and rank_of([cell for cell in cells if cell not in few]) < full
        for size in range(1, FEWEST)
        for few in combinations(small, size)
    )


def rank_of(columns: Sequence[Sequence[bool]]) -> int:
    """The rank of a matrix of noughts and ones, exactly."""
    rows = [[Fraction(value) for value in column] for column in columns]
    rank = 0
    for place in range(len(rows[0]) if rows else 0):
        pivot = next((n for n in range(rank, len(rows)) if rows[n][place]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for n in range(rank + 1, len(rows)):
            factor = rows[n][place] / rows[rank][place]
            rows[n] = [a - factor * b for a, b in zip(rows[n], rows[rank], strict=True)]
        rank += 1
    return rank


def period_by(cadence: str) -> Callable[[Day], Period]:
    """Which working day, week (from Monday), month or quarter a day is in; else the week.

    A look at the weekend counts for its Friday: nobody is expected on both.
    """
    periods: dict[str, Callable[[Day], Period]] = {
        "daily": lambda day: (0, min(day.weekday(), 4) - day.weekday() + day.toordinal()),
        "monthly": lambda day: (day.year, day.month),
        "quarterly": lambda day: (day.year, (day.month - 1) // 3),
    }
    return periods.get(cadence, lambda day: day.isocalendar()[:2])


@dataclass(frozen=True)
class Thresholds:
    """From which share on something holds, as fractions of one."""

    reach: float = 0.5
    returning: float = 0.4
    stop: float = 0.2


@dataclass(frozen=True)
class Stretch:
    """What a review looks at; None is a share that cannot be said."""

    reach: float | None
    returning: float | None
    decisions: int
    masked: bool = False


@dataclass(frozen=True)
class Proposal:
    """The verdict that follows, with each condition and whether it holds."""

    verdict: str
    reach: bool
    returning: bool
    decided: bool
    low: bool
    low_before: bool
    enough: bool


def propose(now: Stretch, before: Stretch | None, limits: Thresholds) -> Proposal:
    """Persevere, pivot or stop; too few people to say is pivot."""
    enough = not now.masked and now.reach is not None
    reach = enough and (now.reach or 0) >= limits.reach
    returning = enough and (now.returning or 0) >= limits.returning
    decided = now.decisions > 0
    low = enough and _low(now, limits)
    low_before = before is not None and _low(before, limits)
    if reach and returning and decided:
        verdict = "persevere"
    elif low and low_before:
        verdict = "stop"
    else:
        verdict = "pivot"
    return Proposal(verdict, reach, returning, decided, low, low_before, enough)


def _low(stretch: Stretch, limits: Thresholds) -> bool:
    """Hardly anybody looked, and nothing came of it."""
    if stretch.masked or stretch.reach is None:
        return False
    return stretch.reach < limits.stop and stretch.decisions == 0


def next_review(launched_on: Day | None, held_on: Day) -> Day:
    """30, 60 and 90 days after the launch, each at least a week away; then every 90 days."""
    if launched_on is None:
        return held_on + timedelta(days=30)
    due = [launched_on + timedelta(days=n) for n in (30, 60, 90)]
    week = held_on + timedelta(days=7)
    return next((day for day in due if day >= week), held_on + timedelta(days=90))
