"""Whom may a member reach in the other chat, by e-mail address?

Nobody, unless all agree: the operator lists domains, and both workspaces allow it by their policy. Then both the sender's own address and
the recipient's must be ones for which their platform vouches, of a listed domain. An address that nobody has, and one whose
owner may not be reached, get one answer: a form is no way to find out who works where.
"""

import asyncio
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.address import address_in, domain_of
from core.creation import Recipient
from core.errors import BadInput, Undeliverable
from core.identity import Member, Platform
from core.policy import Standing
from core.ports import Directory, Limiter, Policies

FIELD = "email"
"""Of `BadInput`. Reasons: off, malformed, too_many, domain, own, nobody, unanswered."""
ADDRESSES_MOST = 10
"""In one form: a platform that is asked for more at once begins to refuse."""
NAME_MOST = 40
_BETWEEN = re.compile(r"[\s,;]+")
_OTHER: Mapping[Platform, Platform] = {"slack": "teams", "teams": "slack"}
_LIKE_AN_ADDRESS = re.compile(r"[()<>\[\]@]")


@dataclass(frozen=True, slots=True)
class Crossing:
    """Who was found: `sender` with the name and address by which the recipients know them."""

    sender: Member
    recipients: tuple[Recipient, ...]


def addresses_in(typed: str) -> list[str]:
    """What was typed into a field for addresses, each once. Raises BadInput: malformed, or too_many."""
    found = [address_in(each) for each in _BETWEEN.split(typed) if each]
    if not all(found):
        raise BadInput(FIELD, "malformed")
    addresses = list(dict.fromkeys(found))
    if len(addresses) > ADDRESSES_MOST:
        raise BadInput(FIELD, "too_many")
    return addresses


class Bridge:
    """Leads from one chat into the other. With no domains it leads nowhere."""

    def __init__(self, domains: Collection[str], directories: Mapping[Platform, Directory], policies: Policies, limiter: Limiter) -> None:
        self._domains = domains
        self._directories = directories
        self._policies = policies
        self._limiter = limiter

    async def leads_to(self, sender: Member) -> Platform | None:
        """The chat whose people this member may name by address, as far as that shows without asking who they are. Raises StoreUnavailable."""
        home = sender.workspace
        other, own = _OTHER.get(home.platform), self._directories.get(home.platform)
        if not self._domains or own is None or not own.is_named(home) or other not in self._directories:
            return None
        return other if (await self._policies.of(home)).bridge_allowed else None

    async def cross(self, sender: Member, addresses: Sequence[str]) -> Crossing:
        """Who has these addresses in the other chat, all of them or none. `addresses` as `addresses_in` gives them.

        Raises BadInput of FIELD, TooMany, or StoreUnavailable.
        """
        other = await self.leads_to(sender)
        if other is None:
            raise BadInput(FIELD, "off")
        if not all(domain_of(address) in self._domains for address in addresses):
            raise BadInput(FIELD, "domain")
        for _ in addresses:
            await self._limiter.spend("bridge", sender.spelled())
        try:
            known = await self._directories[sender.workspace.platform].vouched(sender)
            if known is None or not self._is_listed(known):
                raise BadInput(FIELD, "own")
            found = await asyncio.gather(*(self._reachable(address, self._directories[other]) for address in addresses))
        except Undeliverable:
            raise BadInput(FIELD, "unanswered") from None
        people = [each for each in found if each is not None]
        if len(people) < len(found):
            raise BadInput(FIELD, "nobody")
        return Crossing(_in_letters(known), tuple(Recipient(_in_letters(each), Standing.ACROSS) for each in people))

    async def _reachable(self, address: str, directory: Directory) -> Member | None:
        found = await directory.find(address)
        if found is None or found.address != address or not self._is_listed(found):
            return None
        return found if (await self._policies.of(found.workspace)).bridge_allowed else None

    def _is_listed(self, member: Member) -> bool:
        """What a directory calls an address is looked at once more: a roster may hold a mere user name."""
        return address_in(member.address) == member.address != "" and domain_of(member.address) in self._domains


def _in_letters(member: Member) -> Member:
    """With a name that cannot pass for an address, nor turn the one behind it around: people choose their names."""
    shown = "".join(" " if unicodedata.category(each).startswith("C") else each for each in member.name)
    return replace(member, name=" ".join(_LIKE_AN_ADDRESS.sub(" ", shown).split())[:NAME_MOST].rstrip())
