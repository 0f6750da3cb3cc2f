"""Connections to other machines, only where the operator lets them go.

A name is looked up once; the address that was judged is the one that is connected to, so that a
name which answers differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid, Temporary

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: an IPv6 address may carry an IPv4 one, to which its packets go in the end
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
#: what of IPv6 is given out to the world; beside it lie relics that some networks still route
WORLD = ipaddress.ip_network("2000::/3")


def address_of(host: str, port: int, *, field: str = "host") -> str:
    """The address behind a name, if a connection may go there.

    Raises ``Invalid`` for a place that the operator has not opened, ``Temporary`` where the name
    cannot be looked up.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Temporary(
            _("The name “%(host)s” cannot be found.") % {"host": host}, field=field
        ) from error
    addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    for address in addresses:
        if not is_open(address) or _is_broker(address, port):
            raise Invalid(
                _(
                    "“%(host)s” lies in a network that this portal does not connect to. "
                    "An operator opens it with ACE_OPEN_NETWORKS."
                )
                % {"host": host},
                field=field,
            )
    return str(addresses[0])


def is_open(address: Address) -> bool:
    """Whether connections may go to an address: to public ones, and where the operator says so."""
    return all(
        _is_public(one) or any(one in network for network in _networks() if _same(one, network))
        for one in _meant(address)
    )


def _meant(address: Address) -> Iterator[Address]:
    """The address and those that it carries within."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo or ()
        yield from (one for one in (address.ipv4_mapped, address.sixtofour, *teredo) if one)
        if address in TRANSLATED:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address in TRANSLATED:
            return True  # judged as what it carries
        if address not in WORLD:
            return False
    return address.is_global and not address.is_multicast


def _networks() -> list[Network]:
    return [ipaddress.ip_network(text, strict=False) for text in settings.OPEN_NETWORKS]


def _same(address: Address, network: Network) -> bool:
    return address.version == network.version


def _is_broker(address: Address, port: int) -> bool:
    """The portal's own Redis has no business with what people bring, wherever it stands."""
    own = urlsplit(settings.REDIS_URL)
    if not own.hostname or port != (own.port or 6379):
        return False
    return address in _looked_up(own.hostname)


def is_own_database(address: str, port: int, name: str) -> bool:
    """Whether this is where the portal keeps its own rows."""
    own = connection.settings_dict
    if not own["ENGINE"].endswith("postgresql") or name != own["NAME"]:
        return False
    if port != int(own.get("PORT") or 5432):
        return False
    # No host, or a folder, is a socket of this machine.
    host = own.get("HOST") or "localhost"
    hosts = _looked_up("localhost" if host.startswith("/") else host)
    return ipaddress.ip_address(address) in hosts


def _looked_up(host: str) -> set[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found}
