"""Sixty at once: one slot has one winner, ten seats ten, two rules never overlap (rule 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from itertools import combinations
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from office_hours.models import Booking, Host
from office_hours.selectors.availability import free_between
from office_hours.services.availability import add_rule, change_hours
from office_hours.services.booking import book
from tests.fixtures.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 60
AT_ONCE = 20


@pytest.fixture
def people(db: None) -> list[User]:
    return [make_person(f"visitor{number}") for number in range(CLIENTS)]


@pytest.fixture
def host(owner: User) -> Host:
    """Every day, so that there is a next day whenever this runs."""
    return change_hours(actor=owner, time_zone="UTC")


def offer(host: Host, **fields: object) -> datetime:
    """Hours of an hour on each weekday; answers the first start of the day after tomorrow."""
    for weekday in range(7):
        add_rule(actor=host.person, weekday=weekday, **fields)  # type: ignore[arg-type]
    day = timezone.now().date() + timedelta(days=2)
    starts = fields["starts"]
    assert isinstance(starts, time)
    return datetime.combine(day, starts, tzinfo=timezone.now().tzinfo)


def at_once(calls: list[Callable[[], object]]) -> tuple[int, list[Conflict]]:
    """Run them all in threads of their own; how many were done, and the refusals."""
    refusals: list[Conflict] = []

    def run(call: Callable[[], object]) -> bool:
        try:
            call()
        except Conflict as refused:
            refusals.append(refused)
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(run, calls)), refusals


def overlaps() -> int:
    rows = list(Booking.objects.taking())
    return sum(
        one.starts_at < two.busy_until and two.starts_at < one.busy_until
        for one, two in combinations(rows, 2)
    )


def test_sixty_on_one_slot_leave_one_winner(host: Host, people: list[User]) -> None:
    at = offer(host, starts=time(9), ends=time(12), minutes=30)

    done, refusals = at_once(
        [lambda p=p: book(actor=p, host=host, starts_at=at, topic="Me") for p in people]
    )

    assert (done, len(refusals), Booking.objects.count()) == (1, CLIENTS - 1, 1)
    alternatives = refusals[-1].details["alternatives"]
    assert [row["starts_at"] for row in alternatives] == [
        (at + timedelta(minutes=30 * n)).isoformat() for n in (1, 2, 3)
    ]


def test_sixty_on_ten_seats_leave_ten(host: Host, people: list[User]) -> None:
    at = offer(host, starts=time(9), ends=time(12), minutes=30, seats=10)

    done, _refusals = at_once(
        [lambda p=p: book(actor=p, host=host, starts_at=at, topic="Me") for p in people]
    )

    assert done == 10
    assert sorted(Booking.objects.values_list("seat", flat=True)) == list(range(1, 11))


def test_sixty_on_overlapping_slots_of_two_rules_leave_no_overlap(
    host: Host, people: list[User]
) -> None:
    one = offer(host, starts=time(9), ends=time(13), minutes=30, buffer=10)
    two = offer(host, starts=time(9, 15), ends=time(13, 15), minutes=45)
    wanted = [one + timedelta(minutes=40 * n) for n in range(6)]
    wanted += [two + timedelta(minutes=45 * n) for n in range(5)]

    done, _refusals = at_once(
        [
            lambda p=p, n=n: book(actor=p, host=host, starts_at=wanted[n % 11], topic="Me")
            for n, p in enumerate(people)
        ]
    )

    assert done == Booking.objects.count() > 2
    assert overlaps() == 0


def test_fifty_on_twenty_slots_leave_exactly_twenty(host: Host, people: list[User]) -> None:
    at = offer(host, starts=time(9), ends=time(19), minutes=30)
    wanted = [at + timedelta(minutes=30 * n) for n in range(20)]

    done, _refusals = at_once(
        [
            lambda p=p, n=n: book(actor=p, host=host, starts_at=wanted[n % 20], topic="Me")
            for n, p in enumerate(people[:50])
        ]
    )

    assert done == Booking.objects.count() == 20
    assert overlaps() == 0


@pytest.fixture
def without_constraints() -> Iterator[None]:
    """The table without its second guards; they come back afterwards."""
    drop = "ALTER TABLE office_hours_booking DROP CONSTRAINT booking_no_overlap"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
                       ["booking_no_overlap"])  # fmt: skip
        [definition] = cursor.fetchone()
        cursor.execute(drop)
    yield
    Booking.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE office_hours_booking ADD CONSTRAINT booking_no_overlap {definition}"
        )


def row_of(host: Host, person: User, at: datetime, number: int) -> Booking:
    end = at + timedelta(minutes=30)
    return Booking(
        host=host, person=person, starts_at=at, ends_at=end, busy_until=end, topic="Past the lock",
        uid=f"{number}@test",
    )  # fmt: skip


@pytest.mark.postgresql
def test_control_without_the_lock_shows_the_race(
    host: Host, people: list[User], without_constraints: None
) -> None:
    """Look first, write afterwards: everybody finds the time free. So the tests above can fail."""
    at = offer(host, starts=time(9), ends=time(12), minutes=30)
    looked = Barrier(AT_ONCE)

    def grab(number: int) -> None:
        begin = at + timedelta(minutes=number)  # no two the same: no unique key is in the way
        free = free_between(host, at, at + timedelta(seconds=1), now=timezone.now())
        looked.wait(timeout=30)
        if free:
            row_of(host, people[number], begin, number).save()

    done, _refusals = at_once([lambda n=n: grab(n) for n in range(AT_ONCE)])

    assert done == AT_ONCE
    assert overlaps() > 0


@pytest.mark.postgresql
def test_constraint_refuses_what_comes_past_the_lock(host: Host, people: list[User]) -> None:
    at = offer(host, starts=time(9), ends=time(12), minutes=30)
    book(actor=people[0], host=host, starts_at=at, topic="First")

    with pytest.raises(IntegrityError, match="booking_no_overlap"), transaction.atomic():
        row_of(host, people[1], at + timedelta(minutes=10), 1).save()
    row_of(host, people[1], at + timedelta(minutes=30), 2).save()

    assert Booking.objects.count() == 2
