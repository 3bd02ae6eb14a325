"""How is a secret request carried to people in Teams?"""

import structlog

from adapters.teams.direct import PersonalChats
from adapters.teams.people import People
from adapters.teams.render.request import ask, ask_ended, request_card
from core.receipt import Place
from core.secret_request import SecretRequest

log = structlog.get_logger(__name__)


class TeamsAskDelivery:
    """Messages from the app in personal chats: to the asked person a button, to the requester a card."""

    def __init__(self, chats: PersonalChats, people: People) -> None:
        self._chats = chats
        self._people = people

    async def ask(self, request: SecretRequest) -> Place:
        """The asked person's message, in their own language."""
        words, names = await self._people.words_of(request.asked), await self._names(request)
        return await self._chats.post(request.asked, ask(words, request, names))

    async def show_request(self, request: SecretRequest) -> Place:
        """The requester's card: edited where it lies, or posted anew where it can never be edited again."""
        words, names = await self._people.words_of(request.requester), await self._names(request)
        return await self._chats.show(request.requester, request.card, request_card(words, request, names))

    async def settle_ask(self, request: SecretRequest) -> None:
        """The asked person's message without its buttons."""
        if request.invitation is None:
            return
        words, names = await self._people.words_of(request.asked), await self._names(request)
        await self._chats.edit(request.asked.workspace, request.invitation, ask_ended(words, request, names))

    async def finish_step(self, request: SecretRequest) -> None:
        """Teams has no workflow that waits for us."""
        if request.step:
            log.warning("step_not_finished", code="no_workflows")

    async def _names(self, request: SecretRequest) -> dict[str, str]:
        return await self._people.names_of(request.requester, request.asked)
