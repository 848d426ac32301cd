"""Where a download may connect to: the public internet, and what the user has allowed by name.

A page can name any URL, and the machine that runs this stands inside somebody's network. The
address is judged after the name has been looked up and by the connection itself, so that a name
cannot mean something else a moment later (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import TypeAlias

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from backup.errors import FileError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments: Python's versions disagree about them
        "168.63.129.16/32",  # Azure's metadata and wire server: a public address in name only
        "::/96",  # loopback, unspecified and the old IPv4-compatible form
        "::ffff:0:0/96",  # IPv4-mapped: no name server has a reason to say it
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local
    )
)


def is_public(address: str) -> bool:
    """Whether `address` (an IPv4 or IPv6 literal) belongs to the public internet.

    Not: loopback, link-local (where clouds keep their metadata), private, shared (100.64.0.0/10),
    multicast, reserved, documentation, and the forms of IPv6 that hide an IPv4 address. Of these
    NAT64 is judged by the address inside, because networks without IPv4 reach everything by it.
    """
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip in network for network in _REFUSED):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Guard:
    """Judges hosts. `allowed` are host names or address literals, with ':port' for one port only,
    that may be connected to wherever they lead."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(_bare(host) for host in allowed)

    def allows(self, host: str, port: int) -> bool:
        """Whether the user has allowed `host` by name."""
        return bool({_bare(host), f"{_bare(host)}:{port}"} & self._allowed)

    def addresses(self, host: str, port: int) -> list[str]:
        """What `host` means right now: the addresses one may connect to, in the resolver's order.

        Raises FileError when one of them is not public, socket.gaierror when there are none.
        """
        found = socket.getaddrinfo(_bare(host), port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.allows(host, port) and not all(map(is_public, addresses)):
            raise FileError(
                "its server is not on the public internet",
                hint=f"To allow it, add {_bare(host)} to ALLOWED_PRIVATE_HOSTS.",
            )
        return addresses

    def foresee(self, host: str, port: int) -> None:
        """Refuse what can be seen to be private before a proxy takes over; raises FileError."""
        try:
            self.addresses(host, port)
        except socket.gaierror:  # behind many proxies no name can be looked up
            pass


def pools(guard: Guard) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme, for urllib3's PoolManager, whose connections ask `guard`.

    They raise FileError when it refuses.
    """

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, guard, super()._new_conn)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, guard, super()._new_conn)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connect(
    connection: HTTPConnection, guard: Guard, connect: Callable[[], socket.socket]
) -> socket.socket:
    """Connect to an address that has been judged: it stands in for the name, and is not looked up
    again. TLS and the Host header see the name, which is put back."""
    name = connection.host
    try:
        addresses = guard.addresses(name, connection.port)
    except socket.gaierror as error:
        raise NameResolutionError(name, connection, error) from error
    failed: Exception = FileError("its server has no address")
    for address in addresses:
        connection.host = address
        try:
            return connect()
        except (NewConnectionError, ConnectTimeoutError) as error:
            failed = error
        finally:
            connection.host = name
    raise failed


def _bare(host: str) -> str:
    """A host as hosts are compared: lower-case, without brackets and without the root's dot."""
    return host.strip().lower().strip("[]").rstrip(".")
