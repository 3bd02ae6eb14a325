"""What do Alice and Bob do, step by step?"""

import json
import re
from dataclasses import dataclass
from typing import Any

from playground.hands import Hands
from playground.start import Town
from playground.views import View
from playground.workspace import GENERAL, Message

SECRET = "correct horse battery staple"
_LINK = re.compile(r"https?://[^\s\"<>|]+#1[op][A-Za-z0-9_.-]+")


def links_in(node: Any) -> list[str]:
    """Every link with a key in a message or view, wherever it stands."""
    return sorted(set(_LINK.findall(json.dumps(node))))


@dataclass
class Actors:
    """Alice sends, Bob receives."""

    town: Town
    alice: Hands
    bob: Hands
    channel: str = GENERAL

    async def form(self, text: str = "") -> View:
        """Alice types the command; the form in front of her."""
        if self.alice.views:
            await self.alice.close(self.alice.view, all_of_them=True)
        answer = await self.alice.command("/pushpw", text, self.channel)
        assert (answer.status, answer.text) == (200, "")
        return await self.town.slack.until(lambda: self.alice.view)

    async def push(self, text: str = "", secret: str = SECRET, **fields: str) -> View:
        """Alice fills in the form and sends it; the modal that says what happened."""
        view = await self.form(text)
        self.alice.fill(view, "secret", secret)
        if fields:
            await self.alice.click(view, "more_options")
            view = await self.town.slack.until(lambda: self._with_field(next(iter(fields))))
            for name, value in fields.items():
                self.alice.fill(view, name, value)
        answer = await self.alice.submit(self.alice.view)
        assert answer.ok, answer
        return self.alice.view

    def _with_field(self, name: str) -> View | None:
        return self.alice.view if any(block["block_id"] == name for block in self.alice.view.blocks) else None

    async def invitation(self) -> Message:
        """The newest message in Bob's conversation with the app, once there is one with a button."""
        return await self.town.slack.until(
            lambda: next((m for m in reversed(self.bob.dm_with_bot()) if "open_push" in json.dumps(m.blocks)), None)
        )

    async def open_in_chat(self) -> str:
        """Bob presses Open; the address on the button of the modal that he gets."""
        if self.bob.views:
            await self.bob.close(self.bob.view, all_of_them=True)
        await self.bob.click(await self.invitation(), "Open")
        view = await self.town.slack.until(lambda: self.bob.view)
        return next(element["url"] for block in view.blocks for element in block.get("elements", []) if "url" in element)

    async def dm(self, saying: str) -> Message:
        """Bob's message from the app, once it says that."""
        return await self.town.slack.until(lambda: next((m for m in self.bob.dm_with_bot() if saying in json.dumps(m.blocks)), None))

    async def card(self, saying: str) -> Message:
        """Alice's receipt card, once it says that."""
        return await self.town.slack.until(lambda: next((m for m in reversed(self.alice.dm_with_bot()) if saying in m.text), None))

    def spent(self) -> int:
        """How many views were spent in this town."""
        return self.town.service.house.metrics.count_of("push.claimed")
