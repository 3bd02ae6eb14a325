"""What does a typed message do?"""

import structlog

from adapters import commands
from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.gestures import ANYTHING_ELSE, Answer, Gestures, Payload
from adapters.teams.handlers.card import CardHandlers
from adapters.teams.handlers.listing import ListingHandlers
from adapters.teams.handlers.push_form import PushFormHandlers
from adapters.teams.handlers.requests import RequestHandlers
from adapters.teams.render.blocks import Card, told
from adapters.teams.render.help import help_card, nobody_named_here, typed_by_mistake
from adapters.wording.catalog import Words
from core.errors import StoreUnavailable, TooMany

TYPED = "typed"
"""The budget for messages."""

log = structlog.get_logger(__name__)


class CommandHandlers:
    """What is asked for is done before the message is acknowledged; the answer to it is a message of its own."""

    def __init__(
        self, desk: Desk, push_form: PushFormHandlers, card: CardHandlers, listing: ListingHandlers, requests: RequestHandlers
    ) -> None:
        self._desk = desk
        self._push_form = push_form
        self._card = card
        self._listing = listing
        self._requests = requests

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(commands={ANYTHING_ELSE: self.message})

    async def message(self, payload: Payload) -> Answer:
        """Somebody wrote to the app."""
        words = await self._desk.words_for(payload)
        self._desk.later(self._replied(payload, await self._carried_out(payload, words)))
        return None

    async def _replied(self, payload: Payload, card: Card) -> None:
        """Whoever writes faster than people do is not answered each time: a chat must not fill up with our answers."""
        try:
            await self._desk.limiter.spend(TYPED, parse.member(payload).spelled())
        except TooMany:
            log.info("reply_left_out")
            return
        except StoreUnavailable:  # what was asked for is acknowledged: why it was not done must still be said
            log.warning("store_unavailable", during="reply")
        await self._desk.reply(payload, card)

    async def _carried_out(self, payload: Payload, words: Words) -> Card:
        match wish := parse.command(payload):
            case commands.Push():
                return await self._push_form.spoken(payload, words, wish)
            case commands.Burn(reference):
                return told(words, await self._card.burn_spoken(payload, words, reference))
            case commands.Ask():
                return await self._requests.spoken(payload, words, wish)
            case commands.ListMine():
                return await self._listing.spoken(payload, words)
            case commands.Help() | commands.ChangeSettings():
                return help_card(words, shared=parse.conversation(payload).shared)
            case commands.Mistake() if parse.names_somebody_plainly(payload) and not parse.conversation(payload).shared:
                return nobody_named_here(words)
            case commands.Mistake():
                return typed_by_mistake(words)
