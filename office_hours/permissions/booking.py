"""Who may do what with office hours and bookings, beyond seeing them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed, NotVisible
from office_hours.models import Booking, Host


def is_host(user: User, booking: Booking) -> bool:
    return user.is_active and booking.host.person_id == user.pk


def is_party(user: User, booking: Booking) -> bool:
    return is_host(user, booking) or (user.is_active and booking.person_id == user.pk)


def require_party(user: User, booking: Booking) -> None:
    """Nobody else can tell that it is there."""
    if not is_party(user, booking):
        raise NotVisible("")


def require_host(user: User, booking: Booking) -> None:
    require_party(user, booking)
    if not is_host(user, booking):
        raise NotAllowed(_("Only the host does that."))


def require_own(user: User, host: Host) -> None:
    if host.person_id != user.pk:
        raise NotVisible("")
