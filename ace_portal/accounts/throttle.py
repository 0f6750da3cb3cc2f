"""How often somebody may try to sign in: per account and address, per account, per address.

It counts in the database, so it holds while Redis is down.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

#: what is counted together → failures within the cool-off after which it has to wait. An office may
#: share an address, and nobody shall be locked out by a stranger's few attempts from elsewhere.
LIMITS: dict[tuple[str, ...], int] = {
    ("username", "ip_address"): settings.AXES_FAILURE_LIMIT,
    ("username",): 30,
    ("ip_address",): 60,
}


class Throttle(AxesDatabaseHandler):
    """The fullest of the three counts decides."""

    def get_failures(
        self, request: HttpRequest, credentials: Mapping[str, Any] | None = None
    ) -> int:
        """The limit's worth of failures as soon as one count has reached its own limit."""
        return max(
            _failures(attempts) * settings.AXES_FAILURE_LIMIT // limit
            for attempts, limit in zip(
                self.get_user_attempts(request, credentials), LIMITS.values(), strict=True
            )
        )

    def reset_user_attempts(
        self, request: HttpRequest, credentials: Mapping[str, Any] | None = None
    ) -> int:
        """Who gets in is forgiven here and for this account alone.

        Else an own account would wash the address of what was tried on others, and a person's
        sign-in would let a stranger begin again.
        """
        count: int = self.filter_user_attempts(request, credentials)[0].delete()[0]
        return count


def _failures(attempts: QuerySet[Any]) -> int:
    total = attempts.aggregate(total=Sum("failures_since_start"))["total"]
    return int(total or 0)


def counted(*args: Any) -> list[list[str]]:
    """What Axes counts together."""
    return [list(names) for names in LIMITS]


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; of IPv6 the network, which one person has as a whole.

    Behind a proxy it is what the proxy has added at the end; what stands before it anybody can say.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, 64), strict=False).network_address)
