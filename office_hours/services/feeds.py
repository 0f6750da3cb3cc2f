"""The secret under which a person's sessions are read as a calendar."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, NotVisible
from office_hours.models import FeedToken
from office_hours.selectors.booking import digest_of, feeds_of

SECRET_BYTES = 32
MOST = 10


def make_feed(*, actor: User) -> tuple[FeedToken, str]:
    """A feed and its secret of 256 bits, which is shown once and kept only as a hash."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        if feeds_of(actor).count() >= MOST:
            raise Conflict(_("You have %(n)d already; revoke one first.") % {"n": MOST})
        feed = FeedToken.objects.create(person=actor, digest=digest_of(secret), hint=secret[:6])
        record(actor=actor, action="feed.make", target=actor, feed=feed.pk)
    return feed, secret


def revoke_feed(*, actor: User, pk: int) -> None:
    """Whoever reads it gets nothing from the next time on."""
    with transaction.atomic():
        gone, _rows = feeds_of(actor).filter(pk=pk).delete()
        if not gone:
            raise NotVisible("")
        record(actor=actor, action="feed.revoke", target=actor, feed=pk)
