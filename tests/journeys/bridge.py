"""Who stands on both sides of the bridge? Alice and Bob in Slack, Jane and Omar in Teams, one service between them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from adapters.slack.manifest import Extras
from adapters.teams.http import PATH
from core.identity import Member, Workspace
from core.policy import PolicyChoice
from playground.microsoft.client import Client
from playground.microsoft.double import PretendMicrosoft
from playground.microsoft.outcome import Dialog, Outcome
from playground.microsoft.world import JANE, OMAR, TENANT
from playground.microsoft.world import Message as TeamsMessage
from playground.office import pretend_microsoft
from playground.start import Town, open_town
from playground.views import View
from playground.workspace import ALICE, BOB, TEAM_ID, Message
from tests.journeys import actors as in_slack
from tests.journeys.conftest import IN_TESTS
from tests.journeys.teams.actors import links_in
from tests.journeys.test_slack_form import words_of

DOMAIN = "contoso.example"
ALICES, BOBS = f"alice@{DOMAIN}", f"bob@{DOMAIN}"
JANES, OMARS = f"jane.miller@{DOMAIN}", f"omar.haddad@{DOMAIN}"
SECRET = in_slack.SECRET


@dataclass
class Sides:
    """Both chats, and who acts in them."""

    town: Town
    microsoft: PretendMicrosoft
    slack: in_slack.Actors
    jane: Client
    omar: Client

    # In Slack

    async def alices_form(self) -> View:
        """The form, unfolded."""
        view = await self.slack.form()
        await self.slack.alice.click(view, "more_options")
        return await self.town.slack.until(lambda: seen if "label" in blocks_of(seen := self.slack.alice.view) else None)

    async def alice_pushes(self, to: str, **fields: Any) -> View:
        """The form is sent; it, with its errors, or what stands in its place."""
        view = await self.alices_form()
        for name, value in {"secret": SECRET, "email": to, **fields}.items():
            self.slack.alice.fill(view, name, value)
        assert (await self.slack.alice.submit(view)).ok
        return self.slack.alice.view

    async def alices_card(self, saying: str) -> Message:
        return await self.slack.card(saying)

    async def bob_opens(self) -> str:
        return await self.slack.open_in_chat()

    # In Teams

    async def janes_form(self) -> Dialog:
        """The dialog, unfolded."""
        form = (await self.jane.opens("push")).dialog
        await self.jane.presses(form, "More options")
        return form

    async def jane_pushes(self, to: str, **typed: str) -> Outcome:
        return await self.jane.submits(await self.janes_form(), secret=SECRET, email=to, **typed)

    async def invited(self, who: Client, saying: str = "sent you a secret") -> TeamsMessage:
        return await self.microsoft.until(lambda: who.latest(saying), within=10)

    async def opens(self, who: Client) -> str:
        seen = await who.presses(await self.invited(who), "Open")
        assert seen.ok, seen.problem
        (url,) = links_in(seen.card)
        return url

    async def known(self, *people: str) -> None:
        """Each opens the app for themselves, and it has noted by which address they are found."""
        for key in people:
            await self.microsoft.as_person(key).installs()
        await self.town.service.house.later.drain()

    def created(self) -> int:
        return self.town.service.house.metrics.count_of("push.created")


def blocks_of(view: View) -> set[str]:
    return {block.get("block_id", "") for block in view.blocks}


def has_field(view: View) -> bool:
    return "email" in blocks_of(view)


def said_under(view: View) -> str:
    """What stands under the field for addresses."""
    return view.errors.get("email", "")


def words_in(view: View) -> str:
    return words_of(view)


async def allow(town: Town, *, allowed: bool = True, team: str = TEAM_ID, admin: str = ALICE) -> None:
    """The workspace's admin lets people of the other chat be named, and name people here."""
    member = Member(Workspace("slack", team), admin)
    await town.service.house.policies.choose(PolicyChoice(bridge_allowed=allowed), member)


@asynccontextmanager
async def open_both(store_url: str, prefix: str, *, many: bool = False, **settings: str) -> AsyncIterator[tuple[Town, PretendMicrosoft]]:
    """Both chats at one service. `settings` on top of what both need."""
    async with AsyncExitStack() as closing:
        microsoft, told = await closing.enter_async_context(pretend_microsoft())
        told = {**told, "PUSHPW_TEAMS_TENANTS": TENANT, **settings}
        town = await closing.enter_async_context(
            open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=Extras(bridge=True, many=many), **told)
        )
        microsoft.wire.bot_url = town.service_url + PATH
        town.slack.sender.patience = 20.0
        yield town, microsoft


@asynccontextmanager
async def both_sides(store_url: str, prefix: str, *, on: bool = True, many: bool = False, **settings: str) -> AsyncIterator[Sides]:
    """Everybody has the app, an address, and the leave to use it; `on`: the operator has listed their domain.

    Where there are many workspaces, each has still to install it.
    """
    settings |= {"PUSHPW_BRIDGE_DOMAINS": DOMAIN} if on else {}
    async with open_both(store_url, prefix, many=many or "PUSHPW_BRIDGE_WORKSPACES" in settings, **settings) as (town, microsoft):
        for user, address in ((ALICE, ALICES), (BOB, BOBS)):
            town.slack.workspace.change_person(user, email=address)
        await allow(town)
        actors = in_slack.Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        sides = Sides(town, microsoft, actors, microsoft.as_person(JANE), microsoft.as_person(OMAR))
        await sides.known(JANE, OMAR)
        yield sides
