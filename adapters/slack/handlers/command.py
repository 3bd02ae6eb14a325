"""What does `/pushpw ...` do?"""

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.form import Form
from adapters.slack.gestures import Answer, Payload
from adapters.slack.handlers.card import CardHandlers
from adapters.slack.handlers.listing import ListingHandlers
from adapters.slack.handlers.push_form import PushFormHandlers
from adapters.slack.handlers.requests import RequestHandlers
from adapters.slack.handlers.settings import SettingsHandlers
from adapters.slack.render.answers import help_text, note
from adapters.wording.catalog import Words


class CommandHandler:
    """The command: answered empty at once, then the form opens or a line appears."""

    def __init__(
        self,
        desk: Desk,
        push_form: PushFormHandlers,
        card: CardHandlers,
        requests: RequestHandlers,
        listing: ListingHandlers,
        settings: SettingsHandlers,
    ) -> None:
        self._desk = desk
        self._push_form = push_form
        self._card = card
        self._requests = requests
        self._listing = listing
        self._settings = settings

    async def command(self, payload: Payload) -> Answer:
        """`/pushpw ...`, whatever follows."""
        self._desk.later(self._carry_out(payload, parse.command(payload.get("text") or "")))
        return None

    async def _carry_out(self, payload: Payload, wish: parse.Command) -> None:
        words = await self._desk.words_for(payload)
        match wish:
            case parse.Push():
                await self._push_form.open_wished(payload, words, wish)
            case parse.Mistake():
                await self._push_form.open_with(payload, words, wish.text, Form("", notice="mistake"))
            case parse.Burn():
                await self._desk.say(payload, note(await self._card.burn_spoken(payload, words, wish.reference)))
            case parse.Ask():
                await self._requests.ask_spoken(payload, words, wish)
            case parse.Help():
                await self._desk.say(payload, help_text(words))
            case parse.ListMine():
                await self._listing.say_list(payload, words)
            case parse.ChangeSettings():
                await self._settings.open_settings(payload)
            case parse.Coming():
                await self._desk.say(payload, note(_coming(words, wish.what)))


def _coming(words: Words, what: str) -> str:
    match what:
        case _:
            return words.say("Your own settings are coming. Until then, choose the terms in the form under “More options”.")
