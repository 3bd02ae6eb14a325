"""Does this request come from our own page, and from which address?

A page of another site can make a browser send a POST here, but it can neither set X-Pushpw
without a preflight, which we never allow, nor forge Sec-Fetch-Site or Origin.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp.web import Request

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNKNOWN = "unknown"


def origin_of(base_url: str) -> str:
    """`scheme://host[:port]` as browsers write it in Origin (RFC 6454, section 6.2)."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def comes_from_our_page(request: Request, origin: str) -> bool:
    """Whether a script of our own origin sent this POST."""
    if request.content_type != "application/json" or request.headers.get("X-Pushpw") != "1":
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == origin


def is_prefetch(request: Request) -> bool:
    """Whether a browser asks ahead of a person (Sec-Purpose, or the older Purpose and X-Moz)."""
    said = (request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in purpose or "preview" in purpose for purpose in said)


def claimant_address(request: Request, trusted_proxies: int) -> str:
    """The address that a budget is kept for: IPv4 whole, IPv6 to its /64.

    Each trusted proxy appends the address it was called from to X-Forwarded-For, so the claimant's
    is the `trusted_proxies`th from the right; what stands further left was written by strangers.
    With fewer entries than proxies somebody came around them, and only the peer itself is known.
    """
    peer = request.remote or ""
    forwarded = [part.strip() for line in request.headers.getall("X-Forwarded-For", []) for part in line.split(",")]
    return _network(_hop(forwarded, trusted_proxies) or peer) or _network(peer) or _UNKNOWN


def _hop(forwarded: Sequence[str], trusted_proxies: int) -> str:
    return forwarded[-trusted_proxies] if 0 < trusted_proxies <= len(forwarded) else ""


def _network(spelled: str) -> str:
    address = _address(spelled)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            # A household has a whole /64: one budget for it, or 2^64 budgets for one guesser.
            return str(IPv6Network((int(address), 64), strict=False))
        address = address.ipv4_mapped
    return str(address) if address else ""


def _address(spelled: str) -> IPv4Address | IPv6Address | None:
    bare = spelled.strip('"')
    if bare.startswith("["):  # [2001:db8::1]:4711
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:  # 192.0.2.1:4711
        bare = bare.partition(":")[0]
    try:
        return ip_address(bare.partition("%")[0])
    except ValueError:
        return None
