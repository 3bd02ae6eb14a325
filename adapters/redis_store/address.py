"""What does the store's address say?

    redis://, rediss://  [user:password@]host[:6379][/db][?options]
    unix://              [user:password@]/path/of/the/socket[?db=0&options]
    redis+sentinel://    [user:password@]host[:26379],host,...  /service[/db][?options]
    redis+cluster://     [user:password@]host[:6379],host,...  [?options]

rediss+sentinel:// and rediss+cluster:// are the same by TLS. The options of TLS are spelled as redis-py does for rediss://.
No fault's text repeats any part of the address, because it may hold a password.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection, parse_url
from redis.exceptions import RedisError

_SHAPE = re.compile(r"(?P<scheme>[a-z+]+)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(\?(?P<query>[^#]*))?")
_SCHEME = re.compile(r"redis(?P<tls>s?)(\+(?P<kind>sentinel|cluster))?|(?P<unix>unix)")
_HOST = re.compile(r"(\[(?P<six>[0-9A-Fa-f:.]+(%\w+)?)\]|(?P<name>[^\[\]:\s]+))(:(?P<port>\d{1,5}))?")
_SERVICE = re.compile(r"/(?P<service>[^/]+)(/(?P<db>\d{0,5}))?")
_DATABASE = re.compile(r"/?(\d{0,5})")
_PLAIN_OPTIONS = {
    "client_name",
    "health_check_interval",
    "max_connections",
    "password",
    "protocol",
    "socket_connect_timeout",
    "socket_keepalive",
    "socket_timeout",
    "timeout",
    "username",
}
_TLS_OPTIONS = {
    "ssl_ca_certs",
    "ssl_ca_data",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_ciphers",
    "ssl_exclude_verify_flags",
    "ssl_include_verify_flags",
    "ssl_keyfile",
    "ssl_min_version",
}
_MORE_TLS_OPTIONS = {"ssl_ca_path", "ssl_password"}
"""The client for clusters takes none of these."""
_SENTINELS_OWN = {"sentinel_username": "username", "sentinel_password": "password"}
_OF_THE_POOL = {"max_connections", "timeout"}

Kind = Literal["server", "socket", "sentinel", "cluster"]
_KINDS: dict[str | None, Kind] = {None: "server", "sentinel": "sentinel", "cluster": "cluster"}


@dataclass(frozen=True, slots=True)
class Address:
    """What an operator said, taken apart. `options` go to each connection, user and password and database among them."""

    kind: Kind
    tls: bool
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    service: str = ""
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    pool: dict[str, Any] = field(default_factory=dict)
    sentinels_own: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def tls_options(self) -> dict[str, Any]:
        """Those of `options` that speak of TLS."""
        return {name: value for name, value in self.options.items() if name.startswith("ssl_")}


def read_address(url: str) -> Address:
    """Take `url` apart. Raises ValueError with what to do. Asks nobody, not even the disk."""
    shape = _SHAPE.fullmatch(url)
    scheme = _SCHEME.fullmatch(shape["scheme"]) if shape else _SCHEME.fullmatch(url.partition("://")[0])
    if scheme is None:
        raise ValueError("the store's address starts with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
    if shape is None:
        raise ValueError("the store's address is malformed: write %23 for #, and %2F for / in a password")
    userinfo, _, hosts = shape["authority"].rpartition("@")
    kind: Kind = "socket" if scheme["unix"] else _KINDS[scheme["kind"]]
    tls = bool(scheme["tls"])
    options = _options(shape["query"] or "", kind, tls=tls)
    user, _, password = (unquote(part) for part in userinfo.partition(":"))
    options |= {name: said for name, said in (("username", user), ("password", password)) if said}
    return Address(
        kind=kind,
        tls=tls,
        hosts=_hosts(hosts, kind),
        sentinels_own={spelled: options.pop(name) for name, spelled in _SENTINELS_OWN.items() if name in options},
        pool={name: options.pop(name) for name in _OF_THE_POOL if name in options},
        **_path(shape["path"], kind, options),
    )


def check_address(url: str) -> None:
    """Raise ValueError, without the address in it, for what a connection would choke on. Asks nobody, but reads TLS files."""
    address = read_address(url)
    if not address.tls:
        return
    try:
        connection = SSLConnection(**address.options)
    except (RedisError, TypeError, ValueError):
        raise ValueError("an option of TLS in the store's address has a value that is not known") from None
    try:
        connection.ssl_context.get()
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise ValueError("a certificate or key that the store's address names cannot be read, or they do not fit together") from None


def connection_class(address: Address) -> type[Connection | UnixDomainSocketConnection]:
    """How one server of this address is spoken to."""
    if address.kind == "socket":
        return UnixDomainSocketConnection
    return SSLConnection if address.tls else Connection


def _hosts(said: str, kind: Kind) -> tuple[tuple[str, int], ...]:
    if kind == "socket":
        if said:
            raise ValueError("unix:// needs the path of the store's socket, with three slashes: unix:///run/valkey/s")
        return ()
    hosts = said.split(",")
    if kind == "server" and len(hosts) > 1:
        raise ValueError("several hosts need redis+sentinel:// or redis+cluster://; redis:// and rediss:// take one")
    return tuple(_host(host, 26379 if kind == "sentinel" else 6379) for host in hosts)


def _host(said: str, usual_port: int) -> tuple[str, int]:
    found = _HOST.fullmatch(said)
    if found is None:
        raise ValueError("a host in the store's address is empty or malformed: write name, name:port or [IPv6]:port")
    port = int(found["port"] or usual_port)
    if not 1 <= port <= 65535:
        raise ValueError("a port in the store's address is not between 1 and 65535")
    return unquote(found["six"] or found["name"]), port


def _path(said: str, kind: Kind, options: dict[str, Any]) -> dict[str, Any]:
    """`path` or `service` where the kind has one, and `options` with the database."""
    if kind == "socket":
        if said in ("", "/"):
            raise ValueError("unix:// needs the path of the store's socket, with three slashes: unix:///run/valkey/s")
        return {"path": unquote(said), "options": options}
    if kind == "cluster":
        if said not in ("", "/") or "db" in options:
            raise ValueError("a cluster has no numbered databases: leave out what follows its hosts")
        return {"options": options}
    if kind == "server":
        found, service = _DATABASE.fullmatch(said), {}
        if found is None:
            raise ValueError("what follows the store's host is the number of a database, such as /0")
        number = found[1]
    else:
        found = _SERVICE.fullmatch(said)
        if found is None:
            raise ValueError("after the sentinels comes the name of the service that they watch, such as /mymaster or /mymaster/0")
        number, service = found["db"], {"service": unquote(found["service"])}
    return service | {"options": ({"db": int(number)} if number else {}) | options}


def _options(query: str, kind: Kind, *, tls: bool) -> dict[str, Any]:
    try:
        told: dict[str, Any] = {**parse_url(f"unix://?{query}")}
    except ValueError:
        raise ValueError("an option in the store's address has a value that cannot be used") from None
    told.pop("connection_class", None)
    known = _PLAIN_OPTIONS | {"db"}
    if kind == "sentinel":
        known |= _SENTINELS_OWN.keys()
    if tls:
        known |= _TLS_OPTIONS if kind == "cluster" else _TLS_OPTIONS | _MORE_TLS_OPTIONS
    elif any(name.startswith("ssl_") for name in told):
        raise ValueError("options of TLS need an address that starts with rediss")
    if told.keys() - known:
        raise ValueError("the store's address has an option that is not known")
    if not (told.get("timeout", 1) > 0 and told.get("max_connections", 1) > 0):
        raise ValueError("an option in the store's address has a value that cannot be used")
    return told
