"""The names of time zones that this machine knows."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

#: files beside the zones: what they say is another thing on each machine, or nothing
NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})


@cache
def zone_names() -> frozenset[str]:
    """Looked up on the disk once in a process."""
    return frozenset(available_timezones()) - NO_PLACES
