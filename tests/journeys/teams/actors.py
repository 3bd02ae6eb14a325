"""What do Jane and Omar do, step by step?"""

import json
import re
from dataclasses import dataclass

from playground.microsoft.client import Client
from playground.microsoft.outcome import Dialog, Outcome
from playground.microsoft.world import JANE, OMAR, PROJECT_CHAT, Message
from playground.office import Office

SECRET = "correct horse battery staple"
_LINK = re.compile(r"https?://[^\s\"<>|\\]+#1[op][A-Za-z0-9_.-]+")


def links_in(node: object) -> list[str]:
    """Every link with a key, wherever it stands."""
    return sorted(set(_LINK.findall(json.dumps(node))))


@dataclass
class Actors:
    """Jane sends, Omar receives; both have the app, and so has the project's chat, in which they are."""

    office: Office
    jane: Client
    omar: Client
    where: str = PROJECT_CHAT

    async def form(self, where: str = "") -> Dialog:
        """Jane opens the form."""
        return (await self.jane.opens("push", where)).dialog

    async def push(self, secret: str = SECRET, *, to: str = OMAR, where: str = "", **typed: str) -> Outcome:
        """Jane fills in the form and sends it; what came of it."""
        given = {"recipients": to} if to else {}
        return await self.jane.submits(await self.form(where), secret=secret, **given, **typed)

    async def invitation(self) -> Message:
        """The newest message in Omar's chat with the app that has a button."""
        return await self.office.microsoft.until(lambda: self.omar.latest("sent you a secret"))

    async def open_in_chat(self) -> str:
        """Omar presses Open; the address behind the button of the card that he alone gets."""
        seen = await self.omar.presses(await self.invitation(), "open")
        assert seen.ok, seen.problem
        (url,) = links_in(seen.card)
        return url

    async def card(self, saying: str) -> Message:
        """Jane's receipt card, once it says that."""
        return await self.office.microsoft.until(lambda: self.jane.latest(saying))

    def spent(self) -> int:
        """How many views were spent in this office."""
        return self.office.service.house.metrics.count_of("push.claimed")


async def settle_in(office: Office) -> None:
    """Everybody has opened the app once, so that it knows where they are, and was welcomed."""
    for person in map(office.microsoft.as_person, (JANE, OMAR)):
        await person.installs()
        await office.microsoft.until(person.latest)


def actors_in(office: Office) -> Actors:
    return Actors(office, office.microsoft.as_person(JANE), office.microsoft.as_person(OMAR))
