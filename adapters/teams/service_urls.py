"""Which addresses may be Microsoft's connector?

An activity says itself where its answers go, and our token goes along. So a serviceUrl is good only on
hosts that are Microsoft's alone. All of trafficmanager.net is not: every customer of Azure gets names there.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

HOSTS = frozenset({"smba.trafficmanager.net", "smba.onyx.prod.teams.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"})
"""Where the connector of Teams lives in the public cloud and in GCC; each host by its whole name."""
DOMAIN = ".botframework.com"
_PLAIN = re.compile(r"[!-\[\]-~]+")
"""Nothing that two programs might read in two ways: no blank, no control sign, no backslash."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Whether the address is on this very machine."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ServiceUrls:
    """The allow-list. With `doubles` it is this machine alone, and the world is shut out: never both."""

    doubles: bool = False

    def allow(self, url: object) -> bool:
        """Whether a call with our token may go there."""
        return isinstance(url, str) and _may_be(url, self.doubles)


@lru_cache(maxsize=64)
def _may_be(url: str, doubles: bool) -> bool:
    """Looked at once: it depends on nothing else, and Microsoft has a handful of such addresses."""
    if not _PLAIN.fullmatch(url):
        return False
    try:
        found = urlsplit(url)
        host, port = found.hostname or "", found.port
    except ValueError:
        return False
    if found.username is not None or found.password is not None or found.query or found.fragment or "%" in found.netloc:
        return False
    if doubles:
        return found.scheme in ("http", "https") and host in LOOPBACK
    return found.scheme == "https" and port in (None, 443) and (host in HOSTS or host.endswith(DOMAIN))
