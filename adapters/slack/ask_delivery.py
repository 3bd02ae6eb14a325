"""How is a secret request carried to people, and to a workflow, in Slack?"""

import structlog

from adapters.slack.direct import DirectMessages
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
        self._direct = DirectMessages(switchboard)
        self._people = people

    async def ask(self, request: SecretRequest) -> Place:
        """The asked person's message, in their own language."""
        home = _home_of(request)
        words = await self._people.words_of(request.asked, home)
        return await self._direct.post(home, request.asked.id, ask(words, request))

    async def show_request(self, request: SecretRequest) -> Place:
        """The requester's card: edited where it lies, or posted anew where Slack refuses the edit."""
        card = request_card(await self._people.words_of(request.requester), request)
        return await self._direct.show(request.requester.workspace, request.requester.id, request.card, card)

    async def settle_ask(self, request: SecretRequest) -> None:
        """The asked person's message without its buttons."""
        if request.invitation is None:
            return
        home = _home_of(request)
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


def _home_of(request: SecretRequest) -> Workspace:
    """Whose app writes to the asked person: the requester's workspace's; their own where the request comes from another chat."""
    asker = request.requester.workspace
    return asker if asker.platform == "slack" else request.asked.workspace
