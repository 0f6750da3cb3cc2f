"""What stands on the page of all sessions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.pages import page_of
from office_hours.selectors import availability
from office_hours.selectors import booking as selectors

HOSTS, AHEAD, PAST = 24, 50, 10


def sessions_frame(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """Hosts with their next free time, what is ahead, what is over."""
    user = person_of(request)
    hosts = page_of(request, availability.hosts_for(user), size=HOSTS)
    rows = list(hosts.object_list)
    free = availability.next_of(rows, timezone.now())
    return {
        "hosts": [
            {"host": host, "next": free[host.pk].slot.starts_at if host.pk in free else None}
            for host in rows
        ],
        "hosts_page": hosts,
        "waiting": selectors.waiting_for(user)[:AHEAD],
        "ahead": selectors.ahead_of(user)[:AHEAD],
        "past": selectors.past_of(user)[:PAST],
        "feeds": selectors.feeds_of(user),
        **context,
    }
