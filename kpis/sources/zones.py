"""Local times to UTC: a time that does not exist moves forward, one that occurs twice is the first.

Offsets come from the time zone database of Python, so every engine and test agrees on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _

MOST_YEARS = 400
LEAD = timedelta(days=3)  # before the year, since clocks also change at its turn


@dataclass(frozen=True, slots=True)
class Step:
    """From this local time on the clock was ahead of UTC by ``offset``.

    ``odd_from`` to ``odd_to`` are the local times that this change skipped or repeated.
    """

    local: datetime
    offset: timedelta
    odd_from: datetime
    odd_to: datetime
    skipped: bool


def zone_named(key: str) -> ZoneInfo:
    """The zone, or a sentence."""
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(
            _("“%(name)s” is not a time zone. Use a name such as Europe/Berlin or UTC.", name=key),
            field="time_zone",
        ) from error


def steps(zone: ZoneInfo, years: Iterable[int]) -> list[Step]:
    """What the clock did in those years, ascending; each year has a first step of its own.

    A step's local time is where the earlier offset ends to hold: after the repeated hour, or after
    the skipped one, so that the earlier offset moves a skipped time forward by the gap.
    """
    wanted = sorted(set(years))
    if len(wanted) > MOST_YEARS:
        raise Invalid(
            _(
                "The dates span %(n)s different years, from %(first)s to %(last)s: "
                "this cannot be right. Check the date columns.",
                n=len(wanted),
                first=wanted[0],
                last=wanted[-1],
            ),
            field="types",
        )
    found = []
    for year in wanted:
        begin = datetime(year, 1, 1) - LEAD if year > 1 else datetime.min
        found.append(Step(begin, _offset(zone, begin), begin, begin, skipped=False))
        found += _changes(zone, begin, days=366 + 2 * LEAD.days)
    return sorted(found, key=lambda step: step.local)


def _offset(zone: ZoneInfo, utc: datetime) -> timedelta:
    return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta(0)


def _changes(zone: ZoneInfo, begin: datetime, *, days: int) -> list[Step]:
    changes = []
    day = timedelta(days=1)
    at, before = begin, _offset(zone, begin)
    for _day in range(days):
        if at > datetime.max - 3 * day:
            break
        after = _offset(zone, at + day)
        if after != before:
            moment = _moment(zone, at, at + day, before)
            low, high = sorted((before, after))
            changes.append(
                Step(
                    local=moment + high,
                    offset=after,
                    odd_from=moment + low,
                    odd_to=moment + high,
                    skipped=after > before,
                )
            )
        at, before = at + day, after
    return changes


def _moment(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The second at which the offset stops being ``before``."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def to_utc_sql(local: str, known: list[Step]) -> str:
    """The expression that turns the local timestamp ``local`` into UTC."""
    if not any(step.offset for step in known):
        return local
    whens = []
    for step in reversed(known):
        seconds = int(step.offset.total_seconds())
        whens.append(f"WHEN {local} >= {_stamp(step.local)} THEN {-seconds}")
    return f"({local} + to_seconds(CASE {' '.join(whens)} END))"


def odd_sql(local: str, known: list[Step], *, skipped: bool) -> str:
    """The condition that ``local`` was skipped, or repeated, by a change of the clocks."""
    spans = {
        f"({local} >= {_stamp(step.odd_from)} AND {local} < {_stamp(step.odd_to)})"
        for step in known
        if step.odd_from < step.odd_to and step.skipped is skipped
    }
    return "(" + " OR ".join(sorted(spans)) + ")" if spans else "false"


def _stamp(value: datetime) -> str:
    return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
