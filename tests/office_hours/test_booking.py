"""A booking from its first moment to what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible, PortalError
from ace_portal.notifications.models import Delivery, Mail
from ace_portal.notifications.selectors import new_count
from dashboards.content.models import Dashboard
from dashboards.content.services import drafts
from dashboards.lifecycle.services.launches import end_launch
from office_hours.models import Booking, Host, Rule
from office_hours.selectors.availability import free_between, host_for_tile, hosts_for
from office_hours.selectors.booking import bookings_for, may_see_tile
from office_hours.services import availability, reminders
from office_hours.services import booking as services
from tests.office_hours.conftest import HALF_PAST, NINE, NOW, make_rule

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_booking_takes_the_time_from_others(
    host: Host, booking: Booking, colleague: User, member: User
) -> None:
    with pytest.raises(Conflict) as refused:
        services.book(actor=colleague, host=host, starts_at=NINE, topic="Me too")

    assert refused.value.message == (
        "That time is not free any more. The nearest that are: "
        "Tue 3 Nov 2026, 09:30 to 10:00, Europe/Berlin; "
        "Tue 3 Nov 2026, 10:00 to 10:30, Europe/Berlin; "
        "Tue 3 Nov 2026, 10:30 to 11:00, Europe/Berlin."
    )
    assert Booking.objects.count() == 1
    assert (booking.state, booking.sequence, booking.seat) == ("confirmed", 0, 1)
    assert list(AuditEntry.objects.filter(action="booking.book")) != []


@pytest.mark.parametrize(
    "at", [NOW + HOUR, NINE + timedelta(minutes=5), NINE + timedelta(days=35), NINE - 2 * HOUR]
)
def test_time_that_is_not_offered_is_refused(host: Host, member: User, at: Any) -> None:
    with pytest.raises(Conflict, match="not free any more"):
        services.book(actor=member, host=host, starts_at=at, topic="Now")

    assert Booking.objects.count() == 0


def test_one_person_takes_one_seat_and_not_all_the_time(host: Host, member: User) -> None:
    Rule.objects.update(seats=3)
    services.book(actor=member, host=host, starts_at=NINE, topic="One")
    with pytest.raises(Conflict, match="You have this time already"):
        services.book(actor=member, host=host, starts_at=NINE, topic="Two")
    for n in range(1, 5):
        services.book(actor=member, host=host, starts_at=NINE + n * HOUR / 2, topic="More")

    with pytest.raises(Conflict, match="You have 5 sessions with Owner ahead"):
        services.book(actor=member, host=host, starts_at=NINE + 5 * HOUR / 2, topic="Six")


def test_host_who_left_the_team_or_closed_is_not_there(
    host: Host, owner: User, member: User, booking: Booking
) -> None:
    assert list(hosts_for(owner)) == []  # nobody books themselves
    availability.change_hours(actor=owner, is_open=False)
    with pytest.raises(NotVisible):
        services.book(actor=member, host=host, starts_at=HALF_PAST, topic="Me")
    with pytest.raises(Conflict, match="takes no bookings now"):
        services.reschedule(actor=member, booking=booking, starts_at=HALF_PAST)


def test_moved_booking_keeps_its_uid_and_frees_its_time(
    host: Host, booking: Booking, member: User, owner: User
) -> None:
    moved = services.reschedule(actor=member, booking=booking, starts_at=HALF_PAST)

    assert (moved.uid, moved.sequence, moved.state) == (booking.uid, 1, "confirmed")
    assert (moved.starts_at, moved.moved_from) == (HALF_PAST, NINE)
    free = free_between(host, NINE, NINE + HOUR, now=NOW)
    assert [found.slot.starts_at for found in free] == [NINE]
    again = services.reschedule(actor=owner, booking=moved, starts_at=NINE)
    assert again.sequence == 2


def test_cancelled_booking_frees_its_time_and_stays_so(
    booking: Booking, host: Host, owner: User, member: User, colleague: User
) -> None:
    cancelled = services.cancel(actor=owner, booking=booking, reason="Ill")

    assert (cancelled.state, cancelled.sequence, cancelled.reason) == ("cancelled", 1, "Ill")
    assert services.book(actor=colleague, host=host, starts_at=NINE, topic="Mine").seat == 1
    for act in (
        lambda: services.cancel(actor=member, booking=cancelled),
        lambda: services.reschedule(actor=member, booking=cancelled, starts_at=HALF_PAST),
        lambda: services.record_outcome(actor=owner, booking=cancelled, outcome="attended"),
        lambda: services.write_notes(actor=owner, booking=cancelled, notes="x"),
    ):
        with pytest.raises(Conflict):
            act()


def test_outcome_is_said_once_after_the_beginning_by_the_host(
    clock: Any, booking: Booking, owner: User, member: User
) -> None:
    with pytest.raises(Conflict, match="not begun"):
        services.record_outcome(actor=owner, booking=booking, outcome="attended")
    clock.move_to(NINE + HOUR / 2)
    with pytest.raises(NotAllowed):
        services.record_outcome(actor=member, booking=booking, outcome="attended")
    with pytest.raises(Invalid, match="known of why"):
        services.record_outcome(actor=owner, booking=booking, outcome="no_show")
    with pytest.raises(Conflict, match="It has begun"):
        services.cancel(actor=member, booking=booking)

    missed = services.record_outcome(
        actor=owner, booking=booking, outcome="no_show", reason="Ill", notes="Try again"
    )

    assert (missed.state, missed.reason, missed.notes) == ("no_show", "Ill", "Try again")
    with pytest.raises(Conflict, match="did not come"):
        services.record_outcome(actor=owner, booking=booking, outcome="attended")
    assert services.write_notes(actor=owner, booking=booking, notes="Later").notes == "Later"


def test_others_see_nothing_of_a_booking(
    booking: Booking, ace: User, owner: User, member: User, outsider: User, admin: User
) -> None:
    seen = {one.name: bookings_for(one).count() for one in (ace, owner, member, outsider, admin)}

    assert seen == {"Ace": 0, "Owner": 1, "Member": 1, "Outsider": 0, "Admin": 0}
    for one in (ace, outsider, admin):
        with pytest.raises(NotVisible):
            services.cancel(actor=one, booking=booking)
        with pytest.raises(NotVisible):
            services.write_notes(actor=one, booking=booking, notes="x")


def test_tile_of_a_version_that_is_tried_can_be_talked_about(
    clock: Any, host: Host, live: Dashboard, owner: User, ace: User, outsider: User,
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    draft = drafts.start_version(actor=owner, dashboard=live)
    key = draft.document["tiles"][0]["key"]
    where = reverse("office_hours:tile-book", args=[live.slug, key])
    query = f"version={draft.number}"

    made = services.book(
        actor=ace, host=host, starts_at=NINE, topic="?", dashboard=live, tile_key=key,
        filters=query,
    )  # fmt: skip

    assert (made.version, made.tile_key) == (draft, key)
    asked = ((ace, f"?{query}"), (ace, "?version=99"), (outsider, f"?{query}"))
    statuses = [client_of(one).get(where + end).status_code for one, end in asked]
    assert statuses == [302, 404, 404]


def test_tile_stays_as_it_was_seen_and_becomes_a_thread(
    clock: Any, host: Host, live: Dashboard, member: User, owner: User, outsider: User
) -> None:
    key = live.versions.get(state="released").document["tiles"][0]["key"]
    with pytest.raises(NotVisible):
        services.book(actor=outsider, host=host, starts_at=NINE, topic="x", dashboard=live,
                      tile_key=key)  # fmt: skip
    made = services.book(
        actor=member, host=host, starts_at=NINE, topic="Why?", dashboard=live, tile_key=key,
        filters="period=last_12",
    )  # fmt: skip
    clock.move_to(NINE + HOUR)
    services.record_outcome(actor=owner, booking=made, outcome="attended")
    thread = services.open_outcome_thread(actor=owner, booking=made, kind="idea", text="Split it.")

    assert made.seen is not None
    assert (made.version, made.dashboard) == (live.versions.get(state="released"), live)
    assert (thread.author, thread.tile_key, thread.seen["title"]) == (
        owner, key, made.seen["title"]
    )  # fmt: skip
    with pytest.raises(Conflict, match="a thread already"):
        services.open_outcome_thread(actor=owner, booking=made, kind="idea", text="Again.")
    assert may_see_tile(member, made)
    end_launch(actor=owner, launch=live.launches.get())
    assert not may_see_tile(member, made)
    assert host_for_tile(member, live, NOW) == host


def test_booking_shows_the_thread_of_its_dashboard_while_that_is_open(
    host: Host, live: Dashboard, member: User, owner: User, client_of: Callable[..., Client]
) -> None:
    key = live.versions.get(state="released").document["tiles"][0]["key"]
    made = services.book(
        actor=member, host=host, starts_at=NINE, topic="Why?", dashboard=live, tile_key=key
    )
    client = client_of(member)

    before = client.get(made.get_absolute_url()).content.decode()
    end_launch(actor=owner, launch=live.launches.get())
    after = client.get(made.get_absolute_url()).content.decode()

    assert ['class="thread"' in page for page in (before, after)] == [True, False]


# The host's hours --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"minutes": 5}, "minutes"), ({"minutes": 241, "ends": time(17)}, "minutes"),
        ({"buffer": 121}, "buffer"),
        ({"seats": 0}, "seats"), ({"ends": time(8)}, "ends"), ({"ends": time(9, 20)}, "ends"),
        ({"valid_from": date(2026, 5, 2), "valid_until": date(2026, 5, 1)}, "valid_until"),
        ({"way": "place", "place": " "}, "place"), ({"place": "javascript:alert(1)"}, "place"),
        ({"topic": "a\r\nb"}, "topic"), ({"weekday": 7}, "weekday"),
    ],
)  # fmt: skip
def test_rule_that_makes_no_sense_is_refused_beside_its_field(
    clock: Any, owner: User, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make_rule(owner, **fields)

    assert list(refused.value.message_dict) == [wrong]
    assert Host.objects.count() == 0


def test_hours_are_the_hosts_alone(host: Host, owner: User, ace: User, member: User) -> None:
    rule = host.rules.all()[0]
    with pytest.raises(NotAllowed):
        make_rule(member)
    with pytest.raises(NotVisible):
        availability.change_rule(actor=ace, rule=rule, seats=2)
    with pytest.raises(NotVisible):
        availability.remove_rule(actor=ace, rule=rule)
    make_rule(ace)
    with pytest.raises(Invalid, match="one of your own"):
        availability.set_other_day(
            actor=ace, day=NINE.date(), starts=time(9), ends=time(10), like=rule
        )


def test_day_off_closes_the_day_and_keeps_what_is_booked(
    booking: Booking, host: Host, owner: User
) -> None:
    availability.set_other_day(actor=owner, day=NINE.date())
    off = free_between(host, NINE, NINE + 4 * HOUR, now=NOW)
    other = availability.set_other_day(
        actor=owner, day=NINE.date(), starts=time(14), ends=time(15), like=host.rules.all()[0]
    )
    later = free_between(host, NINE, NINE + 12 * HOUR, now=NOW)

    assert off == []
    assert [found.slot.starts_at for found in later] == [NINE + 5 * HOUR, NINE + 5.5 * HOUR]
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    availability.remove_other_day(actor=owner, other=other)
    assert len(free_between(host, NINE, NINE + 4 * HOUR, now=NOW)) == 5


# Reminders ---------------------------------------------------------------------------------------


def test_reminder_is_sent_once_a_day_before(
    clock: Any, host: Host, member: User, colleague: User, owner: User
) -> None:
    Rule.objects.update(seats=3)
    at = NINE + timedelta(days=1)
    first = services.book(actor=member, host=host, starts_at=at, topic="One")
    services.book(actor=colleague, host=host, starts_at=at, topic="Two")
    too_early = reminders.remind_due(now=NOW)
    clock.move_to(at - timedelta(hours=23))

    counted = [reminders.remind_due(now=at - timedelta(hours=23)) for _ in range(2)]

    assert (too_early, counted) == (0, [2, 0])
    told = Delivery.objects.filter(channel="inbox").values_list("person__name", flat=True)
    assert sorted(told) == ["Colleague", "Member", "Owner"]
    services.cancel(actor=member, booking=first)
    assert (new_count(member), new_count(colleague), new_count(owner)) == (0, 1, 1)


def test_moved_booking_is_reminded_of_anew_and_a_late_one_never(
    clock: Any, host: Host, booking: Booking, member: User
) -> None:
    late = booking.remind_at  # booked for tomorrow at nine, an hour more than a day ahead
    moved = services.reschedule(actor=member, booking=booking, starts_at=NINE + timedelta(days=2))
    soon = services.reschedule(actor=member, booking=moved, starts_at=NOW + 2 * HOUR)

    assert (late, moved.remind_at) == (NINE - 24 * HOUR, NINE + timedelta(days=1))
    assert soon.remind_at is None


def test_refused_booking_leaves_no_mail(host: Host, booking: Booking, outsider: User) -> None:
    before = Mail.objects.count()
    for topic in ("x\r\nBcc: a@example.org", "", "x" * 201):
        with pytest.raises((ValidationError, PortalError)):
            services.book(actor=outsider, host=host, starts_at=HALF_PAST, topic=topic)

    assert (Mail.objects.count(), Booking.objects.count()) == (before, 1)
