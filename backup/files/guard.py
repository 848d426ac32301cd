"""Where a download may connect to: the public internet, and what the user has allowed by name.

A page can name any URL, and the machine that runs this stands inside somebody's network. The
address is judged after the name has been looked up and by the connection itself, so that a name
cannot mean something else a moment later (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPResponse
from typing import TypeAlias

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from backup.errors import FileError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# The IANA special-purpose registries and what clouds add. Python's own table differs from version to
# version, and lacks the newest.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")  # all that is given out so far
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this machine
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a provider's customers; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's metadata and wire server: a public address in name only
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation, as the two below
        "198.51.100.0/24",
        "203.0.113.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation, as 3fff::/20
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_MOST_ADDRESSES = 4  # of one name that are tried: each may take its ten seconds
_DEFAULT_PORTS: tuple[int, ...] = (80, 443)
_ENTRY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::(\d{1,5}))?")  # 'nas', 'nas:8080', '[::1]:8080'


def is_public(address: str) -> bool:
    """Whether `address` (an IPv4 or IPv6 literal) belongs to the public internet.

    Not: what is listed above, and every IPv6 address that is not given out or hides an IPv4 one. Of
    these NAT64 is judged by the address inside, because networks without IPv4 reach everything by it.
    """
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GLOBAL_6:
        return False
    return not any(ip in network for network in _REFUSED)


class Guard:
    """Judges hosts. `allowed` are host names or address literals that may be connected to wherever
    they lead: with ':port' on that port, else on those of http and https."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(one for host in allowed for one in _doors(host))

    def allows(self, host: str, port: int) -> bool:
        """Whether the user has allowed `port` of `host` by name."""
        return (_bare(host), port) in self._allowed

    def addresses(self, host: str, port: int) -> list[str]:
        """What `host` means right now: the addresses one may connect to, in the resolver's order.

        Raises FileError when one of them is not public, socket.gaierror when there are none.
        """
        found = socket.getaddrinfo(_bare(host), port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.allows(host, port) and not all(map(is_public, addresses)):
            raise FileError(
                "its server is not on the public internet",
                hint=f"To allow it, add {door(_bare(host), port)} to ALLOWED_PRIVATE_HOSTS.",
            )
        return addresses

    def foresee(self, host: str, port: int) -> None:
        """Refuse what can be seen to be private before a proxy takes over; raises FileError."""
        try:
            self.addresses(host, port)
        except socket.gaierror:  # behind many proxies no name can be looked up
            pass


def pools(guard: Guard, answers: type[HTTPResponse]) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme, for urllib3's PoolManager, whose connections ask `guard` and give
    their answers as `answers`.

    They raise FileError when it refuses.
    """

    class Plain(HTTPConnection):
        response_class = answers

        def _new_conn(self) -> socket.socket:
            return _connect(self, guard, super()._new_conn)

    class Secure(HTTPSConnection):
        response_class = answers

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
    for address in addresses[:_MOST_ADDRESSES]:
        connection.host = address
        try:
            return connect()
        except (NewConnectionError, ConnectTimeoutError) as error:
            failed = error
        finally:
            connection.host = name
    raise failed


def door(host: str, port: int) -> str:
    """A host and its port as `Guard` takes them; the port only where it is not the usual one."""
    name = f"[{host}]" if ":" in host else host
    return name if port in _DEFAULT_PORTS else f"{name}:{port}"


def _doors(allowed: str) -> Iterator[tuple[str, int]]:
    """The host and ports that an entry of the settings opens; none for one that makes no sense."""
    found = _ENTRY.fullmatch(allowed.strip())
    if not found:
        ports, host = _DEFAULT_PORTS, allowed  # an IPv6 address without brackets
    else:
        host = found[1]
        ports = (int(found[2]),) if found[2] else _DEFAULT_PORTS
    for port in ports:
        yield _bare(host), port


def _bare(host: str) -> str:
    """A host as hosts are compared: lower-case, without brackets and without the root's dot."""
    return host.strip().lower().strip("[]").rstrip(".")
