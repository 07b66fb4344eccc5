"""Where connections to customers' systems may go: the public network, and what the operator allows beside it."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embedded_app.errors import SourceRefused, SourceUnavailable
from embedded_app.outbound.names import LOOPBACK, is_this_machine

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str], Sequence[str]]
"""From a host name to its addresses; raises OSError when there are none."""

_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_CARRIERS = tuple(  # IPv6 ranges whose last 32 bits are the IPv4 address that is really reached
    ipaddress.IPv6Network(text) for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
)
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")  # all that is given out (RFC 4291, section 2.4)
_NOT_PUBLIC = tuple(  # numbers that look public, and that clouds answer with metadata and tokens on
    ipaddress.IPv4Network(text) for text in ("192.0.0.0/24", "168.63.129.16/32")
)


def _look_up(host: str) -> Sequence[str]:
    if is_this_machine(host):
        return (LOOPBACK, "::1")
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Network:
    """Turns a host name into the one address to connect to, or refuses.

    The caller connects to the address returned, not to the name: a second look-up could answer differently.
    `allowed` are networks of the operator's own that sources may reach.
    """

    allowed: tuple[IPNetwork, ...] = ()
    look_up: Lookup = _look_up

    def resolve(self, host: str) -> str:
        """The address for `host`, which is a name or an address.

        Raises:
            SourceRefused: when it is no host, or only has addresses that are not allowed.
            SourceUnavailable: when the name has no address.
        """
        literal = _literal(host)
        if literal is not None:
            addresses = [literal]
        elif not is_host(host):
            raise SourceRefused("The host is not a host name. Enter it as sql.example.com.")
        else:
            try:
                addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in self.look_up(host)]
            except (OSError, UnicodeError) as error:
                raise SourceUnavailable(f"No address is known for {host}. Check the host.") from error
        for address in addresses:
            if self.may_reach(address):
                return str(address)
        raise SourceRefused(
            f"{host} is an address of a private network, which this app may not reach. "
            "Whoever runs the app can allow it with SOURCE_NETWORKS."
        )

    def may_reach(self, address: IPAddress) -> bool:
        """Whether `address` is public or allowed; an IPv4 address inside IPv6 is judged as what it is."""
        address = _reached(address)
        if any(address.version == network.version and address in network for network in self.allowed):
            return True
        if isinstance(address, ipaddress.IPv6Address):
            return address in _PUBLIC_IPV6 and address.is_global
        return address.is_global and not address.is_multicast and not any(address in n for n in _NOT_PUBLIC)


def is_host(text: str) -> bool:
    """Whether `text` can be the name or address of one host, and is no path, list or URL."""
    return _literal(text) is not None or _HOST.fullmatch(text) is not None


def _literal(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _reached(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in carrier for carrier in _CARRIERS) and int(address) > 1:  # ::1 is its own
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
