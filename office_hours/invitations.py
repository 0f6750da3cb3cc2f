"""A booking as calendars take it: one VEVENT in UTC, told to both by mail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from ace_portal.accounts.models import User
from ace_portal.lib.models import one_line
from ace_portal.notifications.mail import Part, queue_mail
from office_hours.models import Booking

KIND = "office_hours.booking"
PRODUCT = "-//ACE Portal//Sessions//EN"
_QUOTE = re.compile(r'["^]')


def invitation(booking: Booking, *, method: str) -> bytes:
    """REQUEST for a new or a moved one, CANCEL when it is off."""
    return bytes(calendar([booking], method=method).to_ical())


def calendar(bookings: Iterable[Booking], *, method: str) -> Calendar:
    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", method)
    for booking in bookings:
        found.add_component(event_of(booking))
    return found


def event_of(booking: Booking) -> Event:
    """Whatever people have typed into it stays one line of one event."""
    host, person = booking.host.person, booking.person
    cancelled = booking.state == Booking.State.CANCELLED
    event = Event()
    event.add("uid", booking.uid)
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.updated_at.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", one_line(booking.topic))
    words = _("%(person)s meets %(host)s.") % {"person": person.name, "host": host.name}
    event.add("description", f"{one_line(words)}\n{address_of(booking)}")
    if booking.place:
        event.add("location", one_line(booking.place))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _party(host))
    event.add("attendee", _party(person, PARTSTAT="ACCEPTED", ROLE="REQ-PARTICIPANT"))
    return event


def _party(person: User, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    address.params["CN"] = vText(_QUOTE.sub("'", one_line(person.name)))
    for name, value in parameters.items():
        address.params[name] = vText(value)
    return address


def address_of(booking: Booking) -> str:
    return f"{settings.BASE_URL}{booking.get_absolute_url()}"


# By mail -----------------------------------------------------------------------------------------


def tell_both(booking: Booking, *, what: str) -> None:
    """Invite, move or cancel in both calendars; ``what`` is booked, moved or cancelled."""
    method = "CANCEL" if what == "cancelled" else "REQUEST"
    part = Part.of(
        "", f"text/calendar; method={method}", invitation(booking, method=method), alternative=True
    )
    for reader in (booking.person, booking.host.person):
        subject = subject_of(booking, what, reader)
        context = {
            "booking": booking, "subject": subject, "what": what, "person": reader,
            "other": booking.host.person if reader == booking.person else booking.person,
            "when": in_words(booking.starts_at, booking.ends_at, reader.time_zone),
            "url": address_of(booking),
        }  # fmt: skip
        queue_mail(
            person=reader, subject=subject, parts=[part], kind=KIND, about={"booking": booking.pk},
            text=render_to_string("office_hours/mail.txt", context),
            html=render_to_string("office_hours/mail.html", context),
        )  # fmt: skip


def subject_of(booking: Booking, what: str, reader: User) -> str:
    other = booking.host.person if reader == booking.person else booking.person
    subjects = {
        "booked": _("Session with %(name)s: %(topic)s"),
        "moved": _("New time with %(name)s: %(topic)s"),
        "cancelled": _("Cancelled, with %(name)s: %(topic)s"),
    }
    return subjects[what] % {"name": other.name, "topic": booking.topic}


def in_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """``Thu 19 Nov 2026, 13:00 to 13:30, Asia/Kolkata``."""
    with timezone.override(ZoneInfo(zone)):
        starts, ends = timezone.localtime(starts_at), timezone.localtime(ends_at)
        return _("%(day)s, %(from)s to %(to)s, %(zone)s") % {
            "day": formats.date_format(starts, "D j M Y"), "from": f"{starts:%H:%M}",
            "to": f"{ends:%H:%M}", "zone": zone.replace("_", " "),
        }  # fmt: skip
