"""How often one person may have what costs a lot to make."""

from __future__ import annotations

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.lib.errors import TooOften

MINUTE = 60


def keep_pace(what: str, person: int, *, most: int) -> None:
    """Count one more; raises ``TooOften`` beyond ``most`` a minute."""
    key = f"pace:{what}:{person}:{int(timezone.now().timestamp()) // MINUTE}"
    if cache.add(key, 1, 2 * MINUTE):
        return
    try:
        count = cache.incr(key)
    except ValueError:  # it was dropped in between: the count begins again
        return
    if count > most:
        raise TooOften(
            _("That is more than %(n)d in a minute. Wait a moment, then try again.") % {"n": most}
        )
