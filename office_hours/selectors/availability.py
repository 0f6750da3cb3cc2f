"""Who can be met, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard
from office_hours.models import Booking, Host, OtherDay, Rule
from office_hours.slots import Free, offered, with_room

NEAREST = 3
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def hosts_for(user: User) -> QuerySet[Host]:
    """Members of the ACE who take bookings; nobody books themselves."""
    hosts = Host.objects.filter(
        Exists(Rule.objects.filter(host=OuterRef("pk"))),
        is_open=True, person__is_active=True, person__is_ace=True,
    )  # fmt: skip
    return hosts.exclude(person=user).select_related("person").order_by("person__name", "pk")


def host_for(user: User, pk: int) -> Host:
    return first_or_404(hosts_for(user).filter(pk=pk))


def hours_of(user: User) -> Host | None:
    """The person's own row, if they have one."""
    return Host.objects.select_related("person").filter(person=user).first()


def rule_of(user: User, pk: int) -> Rule:
    rules = Rule.objects.select_related("host__person").filter(host__person=user)
    return first_or_404(rules.filter(pk=pk))


def other_day_of(user: User, pk: int) -> OtherDay:
    days = OtherDay.objects.select_related("host__person").filter(host__person=user)
    return first_or_404(days.filter(pk=pk))


# Free times --------------------------------------------------------------------------------------


def free_between(
    host: Host, begin: datetime, end: datetime, *, now: datetime, without: Booking | None = None
) -> list[Free]:
    """What can be booked from ``begin`` to before ``end``; ``without`` is as if it were not."""
    taken = taken_between([host], begin, end)
    if without is not None:
        taken = [booking for booking in taken if booking.pk != without.pk]
    rules, others = list(host.rules.all()), host.other_days.select_related("like")
    return free_of(host, rules, others, taken, begin, end, now)


def free_of(
    host: Host,
    rules: Sequence[Rule],
    others: Iterable[OtherDay],
    taken: Sequence[Booking],
    begin: datetime,
    end: datetime,
    now: datetime,
) -> list[Free]:
    """The same of rows that are there already: not too soon, not too far ahead, with room."""
    begin = max(begin, now + timedelta(minutes=host.notice_minutes))
    end = min(end, now + timedelta(days=host.horizon_days))
    if begin >= end:
        return []
    zone = ZoneInfo(host.time_zone)
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    slots = offered(rules, others, zone, first, last)
    wanted = [slot for slot in slots if begin <= slot.starts_at < end]
    return with_room(wanted, taken, zone, host.most_a_day)


def taken_between(hosts: Iterable[Host], begin: datetime, end: datetime) -> list[Booking]:
    """With the day before and the day after, which a host's limit for a day needs whole."""
    rows = Booking.objects.taking().filter(host__in=list(hosts))
    return list(rows.filter(starts_at__lt=end + DAY, busy_until__gt=begin - DAY))


def nearest(
    host: Host, wanted: datetime, *, now: datetime, without: Booking | None = None
) -> list[Free]:
    """The free times nearest to one that is not, in the order of the clock."""
    horizon = now + timedelta(days=host.horizon_days)
    for begin, end in ((wanted - WEEK, wanted + WEEK), (now, horizon)):
        found = free_between(host, max(begin, now), end, now=now, without=without)
        if len(found) >= NEAREST:
            break
    found.sort(key=lambda free: abs(free.slot.starts_at - wanted))
    return sorted(found[:NEAREST], key=lambda free: free.slot.starts_at)


def next_of(hosts: Sequence[Host], now: datetime) -> dict[int, Free]:
    """The next free time of each host that has one; as many queries for one as for thirty."""
    latest = max((now + timedelta(days=host.horizon_days) for host in hosts), default=now)
    rules = _by_host(Rule.objects.filter(host__in=hosts))
    others = _by_host(OtherDay.objects.filter(host__in=hosts).select_related("like"))
    taken = _by_host(taken_between(hosts, now, latest))
    found = {}
    for host in hosts:
        rows = (rules.get(host.pk, []), others.get(host.pk, []), taken.get(host.pk, []))
        begin = now
        while begin < now + timedelta(days=host.horizon_days) and host.pk not in found:
            free = free_of(host, *rows, begin, begin + WEEK, now)
            if free:
                found[host.pk] = free[0]
            begin += WEEK
    return found


def host_for_tile(user: User, dashboard: Dashboard, now: datetime) -> Host | None:
    """Whom to ask about a dashboard: its owner if they have time, else who has some first."""
    hosts = list(hosts_for(user)[:50])
    free = next_of(hosts, now)
    able = [host for host in hosts if host.pk in free] or hosts
    own = [host for host in able if host.person_id == dashboard.owner_id]
    soonest = sorted(able, key=lambda host: (host.pk not in free, start_of(free.get(host.pk), now)))
    return next(iter([*own, *soonest]), None)


def start_of(free: Free | None, otherwise: datetime) -> datetime:
    return free.slot.starts_at if free else otherwise


def by_day(found: Iterable[Free], zone: ZoneInfo) -> dict[date, list[Free]]:
    """Under the days of the reader's zone."""
    days: dict[date, list[Free]] = {}
    for free in found:
        days.setdefault(free.slot.starts_at.astimezone(zone).date(), []).append(free)
    return days


def _by_host(rows: Iterable[Rule] | Iterable[OtherDay] | Iterable[Booking]) -> dict[int, list]:  # type: ignore[type-arg]
    found: dict[int, list] = {}  # type: ignore[type-arg]
    for row in rows:
        found.setdefault(row.host_id, []).append(row)
    return found
