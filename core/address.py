"""How is an e-mail address spelled, so that two spellings are compared letter by letter?

Only what a company's directory really holds is taken: no quotes, no comments, and no letters but ASCII. A domain in
another script is written as DNS has it (xn--...), since the many ways to turn such letters into those differ in which
domains they make one (IDNA 2003 makes straße.de and strasse.de the same, RFC 5891 does not).
"""

import re

ADDRESS_MOST = 100
"""Characters of an address: as many as a card has room for beside a name."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")
_LOCAL = re.compile(r"[a-z0-9]+(?:(?:[.+']|_{1,3}|-{1,3})[a-z0-9]+)*")
"""No two different signs stand beside each other, and none at an end: in no chat is part of it a mark."""
_LOCAL_MOST = 64


def domain_in(said: str) -> str:
    """The domain that `said` spells, in lower case; empty when it is none, or no more than a name or number of one host."""
    domain = _lower(said)
    return domain if len(domain) <= ADDRESS_MOST and _DOMAIN.fullmatch(domain) else ""


def address_in(said: str) -> str:
    """The address that `said` spells, in lower case; empty when it is none."""
    address = _lower(said)
    local, _, domain = address.rpartition("@")
    fits = len(local) <= _LOCAL_MOST and len(address) <= ADDRESS_MOST
    return address if fits and _LOCAL.fullmatch(local) and domain_in(domain) == domain != "" else ""


def domain_of(address: str) -> str:
    """What stands behind the @ of an address that `address_in` gave."""
    return address.rpartition("@")[2]


def _lower(said: str) -> str:
    """ASCII alone is lowered: other letters stay, and match nothing. (The Kelvin sign, lowered by str, would be a k.)"""
    stripped = said.strip()
    return stripped.lower() if stripped.isascii() else stripped
