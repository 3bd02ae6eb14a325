"""What happens in a workspace that the app may want to hear of? Links, people, workflow steps, and the end of an installation."""

import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from playground.events import Events
from playground.house import Execution, House
from playground.manifest import Manifest
from playground.methods import person_facts
from playground.refusals import Json
from playground.robot import addresses
from playground.sender import Answer
from playground.tokens import Token, Tokens
from playground.unfurls import in_domains
from playground.workspace import APP_ID, Message, Person

Later = Callable[[Coroutine[Any, Any, Any]], None]


class Happenings:
    """Turns what happens into events. `later` sends what comes of somebody else's doing, without making them wait."""

    def __init__(self, houses: dict[str, House], events: Events, manifest: Manifest, tokens: Tokens, later: Later) -> None:
        self._houses = houses
        self._events = events
        self._manifest = manifest
        self._tokens = tokens
        self._later = later

    def watch(self, house: House) -> None:
        """From now on the app hears of links and people in this workspace, as far as it subscribed and may."""
        house.workspace.listeners.append(lambda what, message: self._saw_message(house, what, message))
        house.workspace.person_listeners.append(lambda person: self._saw_person(house, person))

    async def run_step(self, house: House, user: str, callback_id: str, inputs: Json) -> Execution:
        """As if a workflow that `user` started came to the app's step `callback_id` of the manifest's functions."""
        outputs = self._manifest.functions[callback_id].get("output_parameters", {})
        required = frozenset(name for name, facts in outputs.items() if facts.get("is_required"))
        number = f"Fx0{secrets.token_hex(4).upper()}"
        execution = Execution(number, callback_id, user, inputs, required, frozenset(outputs))
        house.executions[execution.id] = execution
        token = self._tokens.issue("", self._bot_scopes(house), {house.team.id}, kind="workflow")
        event = {
            "type": "function_executed",
            "function": {"id": f"Fn0{callback_id.upper()}", "callback_id": callback_id, "type": "app", "app_id": APP_ID},
            "inputs": inputs,
            "function_execution_id": execution.id,
            "workflow_execution_id": f"Wx0{secrets.token_hex(4).upper()}",
            "bot_access_token": token.value,
            "event_ts": house.workspace.next_ts(),
        }
        await self._events.happen(event, house.team)
        return execution

    async def uninstall(self, where: str, first: str = "app_uninstalled") -> list[Answer | None]:
        """Take the app away from a workspace, or (by its enterprise id) from an organisation. Both events are sent, `first` before the other.

        Taken from one workspace of an org-wide install, the token lives on for the others.
        """
        if where in self._houses and self._houses[where].team.org_wide:
            return [await self._leave(self._houses[where])]
        gone = self._tokens.of_team(where)
        for token in gone:
            self._tokens.revoke(token, "token_revoked" if token.kind == "user" else "account_inactive")
        reached = [h for h in self._houses.values() if where in (h.team.id, h.team.enterprise_id)]
        team = reached[0].team if where == reached[0].team.id else replace(reached[0].team, id="", org_wide=True)
        for house in reached:
            house.workspace.team = replace(house.team, org_wide=False)
        events = [self._revoked(reached[0], gone), {"type": "app_uninstalled", "event_ts": reached[0].workspace.next_ts()}]
        events.sort(key=lambda event: event["type"] != first)
        return [await self._events.happen(event, team, is_over=True) for event in events]

    async def _leave(self, house: House) -> Answer | None:
        for token in self._tokens.of_team(house.team.id):
            token.teams.discard(house.team.id)
        event = {"type": "team_access_revoked", "team_ids": [house.team.id], "event_ts": house.workspace.next_ts()}
        return await self._events.happen(event, replace(house.team, id=""), is_over=True)

    def revoke(self, token: Token, arguments: Json) -> Json:
        """auth.revoke: this one token ends, and the app hears of it."""
        if str(arguments.get("test", "")) in ("1", "true", "True"):
            return {"revoked": False}
        self._tokens.revoke(token)
        house = next(house for name, house in self._houses.items() if name in token.teams)
        self._later(self._events.happen(self._revoked(house, [token]), house.team))
        return {"revoked": True}

    def _revoked(self, house: House, tokens: list[Token]) -> Json:
        people = sorted({t.actor for t in tokens if t.kind == "user"})
        bots = [house.team.bot] if any(t.kind == "bot" for t in tokens) else []
        return {"type": "tokens_revoked", "tokens": {"oauth": people, "bot": bots}, "event_ts": house.workspace.next_ts()}

    def _bot_scopes(self, house: House) -> set[str]:
        return next((t.scopes for t in self._tokens.of_team(house.team.id) if t.kind == "bot"), set())

    def _saw_person(self, house: House, person: Person) -> None:
        if "user_change" in self._manifest.events and "users:read" in self._bot_scopes(house):
            told = person_facts(house, person, with_locale=True)
            event = {"type": "user_change", "user": told, "cache_ts": 0, "event_ts": house.workspace.next_ts()}
            self._later(self._events.happen(event, house.team))

    def _saw_message(self, house: House, what: str, message: Message) -> None:
        if what != "posted" or message.bot_id or message.only_for or "links:read" not in self._bot_scopes(house):
            return
        links = dict.fromkeys(url for url in addresses([message.text, message.blocks]) if in_domains(url, self._manifest.unfurl_domains))
        if links and "link_shared" in self._manifest.events:
            self._later(self._events.happen(self._shared(house, message, list(links)), house.team))

    def _shared(self, house: House, message: Message, links: list[str]) -> Json:
        unfurl_id = f"{message.channel}-{secrets.token_hex(8)}"
        house.unfurl_ids[unfurl_id] = (message.channel, message.ts)
        found = [{"url": url, "domain": next(d for d in self._manifest.unfurl_domains if in_domains(url, (d,)))} for url in links]
        return {
            "type": "link_shared",
            "channel": message.channel,
            "is_bot_user_member": house.team.bot in house.workspace.conversation(message.channel).members,
            "user": message.user,
            "message_ts": message.ts,
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
            "unfurl_id": unfurl_id,
            "source": "conversations_history",
            "links": found,
            "event_ts": house.workspace.next_ts(),
        }
