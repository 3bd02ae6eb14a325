"""How is a secret request carried to people, and to a workflow, in Slack?"""

import structlog

from adapters.slack.calls import Message
from adapters.slack.delivery import CANNOT_EDIT
from adapters.slack.people import People
from adapters.slack.render.request import ask, ask_ended, request_card
from adapters.slack.switchboard import Switchboard
from core.errors import Undeliverable
from core.identity import Workspace
from core.receipt import Place
from core.secret_request import SecretRequest

log = structlog.get_logger(__name__)


class SlackAskDelivery:
    """Direct messages from the bot: to the asked person a button, to the requester a card."""

    def __init__(self, switchboard: Switchboard, people: People) -> None:
        self._switchboard = switchboard
        self._people = people

    async def ask(self, request: SecretRequest) -> Place:
        """The asked person's message, in their own language."""
        home = request.requester.workspace
        words = await self._people.words_of(request.asked, home)
        return await self._post_to(home, request.asked.id, ask(words, request))

    async def show_request(self, request: SecretRequest) -> Place:
        """The requester's card: edited where it lies, or posted anew where Slack refuses the edit."""
        home = request.requester.workspace
        card = request_card(await self._people.words_of(request.requester), request)
        if request.card is not None:
            try:
                await (await self._switchboard.to(home)).edit(request.card, card)
            except Undeliverable as problem:
                if problem.reason not in CANNOT_EDIT:
                    raise
            else:
                return request.card
        return await self._post_to(home, request.requester.id, card)

    async def settle_ask(self, request: SecretRequest) -> None:
        """The asked person's message without its buttons."""
        if request.invitation is None:
            return
        home = request.requester.workspace
        words = await self._people.words_of(request.asked, home)
        await (await self._switchboard.to(home)).edit(request.invitation, ask_ended(words, request))

    async def finish_step(self, request: SecretRequest) -> None:
        """A workflow's step: done with a link to the asked person's message, where the form opens; or failed, and why."""
        if not request.step:
            return
        try:
            calls = await self._switchboard.to(request.requester.workspace)
            if request.invitation is None:
                await calls.fail_step(request.step, "The person could not be asked: Slack did not let this app write to them.")
            else:
                await calls.complete_step(request.step, {"link": await calls.permalink(request.invitation)})
        except Undeliverable as problem:
            log.warning("step_not_finished", code=problem.reason)

    async def _post_to(self, home: Workspace, user_id: str, message: Message) -> Place:
        calls = await self._switchboard.to(home)
        return await calls.post(await calls.conversation_with(user_id), message)
