"""Who leaves keeps nobody waiting: what is booked or announced with them is off."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from office_hours.models import AMASession, Booking
from office_hours.services.ama import cancel_announced
from office_hours.services.booking import cancel_held
from office_hours.services.holding import locked


def person_changed(actor: User, person: User) -> None:
    """Listener of accounts: cancels, in the same transaction, and tells whoever is left.

    A host without an account or out of the ACE hosts nothing; a visitor without an account does
    not come.
    """
    reason = _("%(name)s is not there any more.") % {"name": person.name}
    off = Q()
    if not (person.is_active and person.is_ace):
        _cancel_announced(actor, person, reason)
        off |= Q(host__person=person)
    if not person.is_active:
        off |= Q(person=person)
    if not off:
        return
    ahead = Booking.objects.ahead(timezone.now()).filter(off, starts_at__gt=timezone.now())
    for booking in ahead.select_related("host").order_by("host", "pk"):
        cancel_held(actor, booking, reason)


def _cancel_announced(actor: User, person: User, reason: str) -> None:
    announced = AMASession.State.PUBLISHED
    for session in AMASession.objects.filter(host=person, state=announced).order_by("pk"):
        row = locked(session)
        if row.state == announced:
            cancel_announced(actor, row, reason)
