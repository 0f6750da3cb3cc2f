"""What calendars get: one event, one UID, a sequence that rises; and nothing that people inject."""

from __future__ import annotations

import logging
from datetime import UTC
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from ace_portal.accounts.models import User
from ace_portal.accounts.services import change_person
from ace_portal.audit.models import AuditEntry
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.logs import WithoutSecrets
from ace_portal.notifications.models import Mail
from office_hours.invitations import invitation
from office_hours.models import Booking, FeedToken, Host
from office_hours.services import booking as services
from office_hours.services import feeds
from tests.fixtures.mailbox import Sink
from tests.fixtures.people import browser_of
from tests.office_hours.conftest import HALF_PAST, NINE

pytestmark = pytest.mark.django_db

HOSTILE = [
    "a\r\nBEGIN:VEVENT\r\nUID:x", "a\nATTENDEE:mailto:x@example.org", "END:VEVENT", "BEGIN:VEVENT",
    "a;b,c:d\\n\\", 'q"uo^te;CN=x:mailto:y', "\u2028BEGIN:VEVENT\u2029", "x" * 200, "\x0b\x0cEND",
    "📈" * 60, "\u202ereversed\u202c", "שלום עולם", "\x85BEGIN:VALARM", "%0d%0aBEGIN:VEVENT",
]  # fmt: skip


def only_event(content: bytes) -> Any:
    calendar = Calendar.from_ical(content)
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    return calendar.walk("VEVENT")[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_one_event(booking: Booking, text: str) -> None:
    """Past every check, as if the database had been filled by hand."""
    booking.topic = booking.place = text
    booking.person.name = booking.host.person.name = text

    event = only_event(invitation(booking, method="REQUEST"))

    assert event["UID"] == booking.uid
    assert str(event["SUMMARY"]) == " ".join(text.replace("\u2028", " ").split()) or "\x0b" in text
    assert (str(event["ATTENDEE"]), str(event["ORGANIZER"])) == (
        "mailto:member@example.org", "mailto:owner@example.org"
    )  # fmt: skip


def test_event_is_in_utc(booking: Booking) -> None:
    content = invitation(booking, method="REQUEST")
    event = only_event(content)

    assert (event.start, event.end) == (NINE, HALF_PAST)
    assert event.start.tzinfo in {UTC} or event.start.utcoffset().total_seconds() == 0
    assert b"DTSTART:20261103T080000Z" in content
    assert (b"VTIMEZONE" in content, b"RRULE" in content) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_both_get_invitation_change_and_cancel(
    sink: Sink, host: Host, booking: Booking, member: User, owner: User
) -> None:
    services.reschedule(actor=member, booking=booking, starts_at=HALF_PAST)
    services.cancel(actor=owner, booking=booking, reason="Ill")
    for job in Job.objects.order_by("pk"):
        jobs.run(job.pk)

    told = []
    for arrived in sink.taken:
        [part] = [p for p in arrived.walk() if p.get_content_type() == "text/calendar"]
        content = part.get_payload(decode=True)
        event = only_event(content)  # type: ignore[arg-type]
        told.append(
            (arrived["To"], part.get_param("method"), int(event["SEQUENCE"]), event["STATUS"])
        )
        assert event["UID"] == booking.uid
        assert part.get_content_charset() == "utf-8"
        assert Calendar.from_ical(content)["METHOD"] == part.get_param("method")  # type: ignore[arg-type]
    assert told == [
        ("member@example.org", "REQUEST", 0, "CONFIRMED"),
        ("owner@example.org", "REQUEST", 0, "CONFIRMED"),
        ("member@example.org", "REQUEST", 1, "CONFIRMED"),
        ("owner@example.org", "REQUEST", 1, "CONFIRMED"),
        ("member@example.org", "CANCEL", 2, "CANCELLED"),
        ("owner@example.org", "CANCEL", 2, "CANCELLED"),
    ]
    assert "Why: Ill" in Mail.objects.filter(person=member).latest("pk").text


# The feed ----------------------------------------------------------------------------------------


def test_feed_is_read_by_its_secret_alone(
    booking: Booking, member: User, owner: User, client: Client
) -> None:
    feed, secret = feeds.make_feed(actor=member)
    _other, empty = feeds.make_feed(actor=owner)
    path = f"/sessions/feed/{secret}.ics"

    answer = client.get(path)

    assert only_event(answer.content)["UID"] == booking.uid
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"] == "text/calendar"
    assert (len(answer.cookies), client.post(path).status_code) == (0, 405)
    assert secret not in str(FeedToken.objects.filter(pk=feed.pk).values())
    assert len(secret) >= 43  # 256 bits
    assert client.get(f"/sessions/feed/{empty}.ics").status_code == 200
    services.cancel(actor=member, booking=booking)
    assert b"VEVENT" not in client.get(path).content


def test_revoked_feed_and_that_of_a_closed_account_are_gone(
    booking: Booking, member: User, colleague: User, admin: User, client: Client
) -> None:
    (first, secret), (_second, other) = (feeds.make_feed(actor=member) for _ in range(2))
    with pytest.raises(NotVisible):
        feeds.revoke_feed(actor=colleague, pk=first.pk)
    feeds.revoke_feed(actor=member, pk=first.pk)
    gone = client.get(f"/sessions/feed/{secret}.ics").status_code
    change_person(actor=admin, person=member, is_active=False)

    assert (gone, client.get(f"/sessions/feed/{other}.ics").status_code) == (404, 404)


def test_secret_of_a_feed_stands_in_no_log(member: User, caplog: pytest.LogCaptureFixture) -> None:
    secret = "s" * 43
    caplog.handler.addFilter(WithoutSecrets())
    browser = browser_of(member)
    with caplog.at_level(logging.DEBUG):
        browser.get(f"/sessions/feed/{secret}.ics")
        browser.post(f"/sessions/feed/{secret}.ics")

    assert "/sessions/feed/…" in caplog.text
    assert secret not in caplog.text
    assert secret not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.filter(details__path="/sessions/feed/….ics").count() == 1
