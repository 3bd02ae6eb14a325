"""What can a person do in the workspace? The programming surface of tests, and of the page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground import composer, forms, hooks, payloads
from playground.block_kit import faults_of_options
from playground.events import Events
from playground.house import House
from playground.manifest import Manifest
from playground.refusals import Json, Refused
from playground.sender import Answer, Sender
from playground.teams import Team
from playground.tokens import Tokens
from playground.views import View
from playground.workspace import GENERAL, Conversation, Message, Person

SYSTEM = "USLACKBOT"
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Stage:
    """All that gestures act on; `changed` is called when something is new to see; `did` says what was done."""

    house: House
    sender: Sender
    events: Events
    manifest: Manifest
    tokens: Tokens
    changed: Callable[[], None]
    did: Callable[[str, str], None]
    suggested: list[Json] = field(default_factory=list)

    @property
    def is_installed(self) -> bool:
        """Whether the app is in this workspace: it has a bot token there."""
        return any(token.kind == "bot" for token in self.tokens.of_team(self.house.team.id))


class Hands:
    """One person's keyboard and mouse. Each gesture gives back what the service answered."""

    def __init__(self, stage: Stage, user: str) -> None:
        self._stage = stage
        self._house = stage.house
        self._workspace = stage.house.workspace
        self.user = user
        self._suggested = stage.suggested
        self._workspace.person(user)

    @property
    def _team(self) -> Team:
        return self._house.team

    @property
    def person(self) -> Person:
        return self._workspace.person(self.user)

    # What the person sees

    @property
    def views(self) -> list[View]:
        """Their open modals, the top one last."""
        return self._house.views.of(self.user)

    @property
    def view(self) -> View:
        """The modal in front. Raises LookupError when there is none."""
        if not self.views:
            raise LookupError(f"no modal is open in front of {self.user}")
        return self.views[-1]

    @property
    def home(self) -> View | None:
        return self._house.views.homes.get(self.user)

    def messages(self, channel: str) -> list[Message]:
        """What they see in a conversation, ephemeral messages included, oldest first."""
        return self._workspace.seen_by(self.user, channel)

    def ephemerals(self) -> list[Message]:
        """What only they see."""
        return [m for m in self._workspace.messages if m.only_for == self.user]

    def dm_with_bot(self) -> list[Message]:
        return self.messages(self.bot_dm)

    @property
    def bot_dm(self) -> str:
        """The id of their direct message with the app."""
        return self._workspace.dm(self.user, self._team.bot).id

    # What the person does

    def say(self, channel: str, text: str) -> Message:
        """Post a message as the composer does: rich text, marks turned into styles."""
        self._member_of(channel)
        blocks = composer.rich_text(self._workspace, text)
        return self._workspace.post(channel, self.user, composer.message_text(self._workspace, text), blocks)

    def reply(self, message: Message, text: str, *, broadcast: bool = False) -> Message:
        """Answer in the message's thread, and with `broadcast` in the conversation too."""
        self._member_of(message.channel)
        blocks, words = composer.rich_text(self._workspace, text), composer.message_text(self._workspace, text)
        return self._workspace.post(message.channel, self.user, words, blocks, thread_ts=message.ts, is_broadcast=broadcast)

    def delete(self, message: Message) -> None:
        """Delete a message of their own, or dismiss one that only they see."""
        if self.user not in (message.user, message.only_for):
            raise Refused("cant_delete_message")
        self._workspace.delete(message)

    async def command(self, name: str, text: str = "", channel: str = GENERAL) -> Answer:
        """Type a slash command."""
        where = self._member_of(channel)
        known = self._stage.manifest.command(name)
        if known is None or not self._stage.is_installed or self._workspace.is_stranger(self.person):
            self._workspace.post(channel, SYSTEM, f"{name} is not a valid command.", only_for=self.user)
            return Answer(problem="not_a_command")
        spelled = composer.for_command(self._workspace, text) if known.escapes else text
        typed = f"{name} {text}".strip()
        fields = payloads.command(
            name,
            spelled,
            self.person,
            where,
            trigger_id=self._house.passes.trigger(self.user, channel),
            response_url=self._house.passes.response_url("commands", self.user, channel, command=typed),
            team=self._team,
        )
        self._stage.did(self.user, "command")
        answer = await self._stage.sender.command(fields)
        self._hear_command(name, channel, fields["response_url"], answer)
        return answer

    async def shortcut(self, callback_id: str) -> Answer:
        """Choose a global shortcut."""
        trigger = self._house.passes.trigger(self.user)
        body = payloads.shortcut(callback_id, self.person, trigger_id=trigger, action_ts=self._workspace.next_ts(), team=self._team)
        return await self._send(body, "shortcut", GENERAL)

    async def message_shortcut(self, callback_id: str, channel: str, ts: str) -> Answer:
        """Choose a shortcut in a message's menu."""
        where = self._member_of(channel)
        message = self._workspace.find(channel, ts)
        body = payloads.message_action(
            callback_id,
            self.person,
            where,
            message,
            trigger_id=self._house.passes.trigger(self.user, channel),
            response_url=self._house.passes.response_url("app", self.user, channel, ts),
            action_ts=self._workspace.next_ts(),
            team=self._team,
        )
        return await self._send(body, "message_shortcut", channel)

    async def click(self, where: Message | View, wanted: str, option: str | None = None, block_id: str | None = None) -> Answer:
        """Press a button, or pick `option` (value or label) of an overflow menu. `wanted` is an action id or the words on it."""
        block, element = forms.find(where.blocks, wanted, block_id)
        chosen = next((o for o in forms.options_of(element) if option in (o["value"], o["text"]["text"])), None)
        self._stage.did(self.user, "opened_url" if "url" in element else "click")
        return await self._act(where, block, element, payloads.selected(element, chosen))

    async def choose(self, where: Message | View, wanted: str, value: Any, block_id: str | None = None) -> Answer:
        """Pick in a select, picker or input. The app is told at once, unless it is an input block without dispatch_action."""
        block, element = forms.find(where.blocks, wanted, block_id)
        held = forms.entry(element, value, self._suggested)
        if isinstance(where, View):
            where.values[block["block_id"]][element["action_id"]] = held
        if block["type"] == "input" and not block.get("dispatch_action"):
            self._stage.changed()
            return Answer(problem="not_dispatched")
        return await self._act(where, block, element, held)

    def fill(self, view: View, wanted: str, value: Any) -> None:
        """Type or choose in a form. `wanted` is a block id, an action id or a label; None clears."""
        block, element = forms.find(view.blocks, wanted)
        view.values[block["block_id"]][element["action_id"]] = forms.entry(element, value, self._suggested)
        view.errors.pop(block["block_id"], None)
        self._stage.changed()

    def fill_in(self, view: View, values: dict[str, dict[str, Any]]) -> None:
        """Everything that a person typed, by block id and action id; what is not in the view is left out."""
        for block, element in forms.elements(view.blocks):
            typed = values.get(block["block_id"], {})
            if element["action_id"] in typed and forms.kept_as(element):
                view.values[block["block_id"]][element["action_id"]] = forms.entry(element, typed[element["action_id"]], self._suggested)

    async def suggest(self, where: Message | View, wanted: str, typed: str) -> list[Json]:
        """The options, groups flattened, that the app offers in an external select for what is `typed`; see `offered`."""
        return forms.options_of(await self.offered(where, wanted, typed))

    async def offered(self, where: Message | View, wanted: str, typed: str, block_id: str | None = None) -> Json:
        """What the app answers when `typed` stands in an external select: `options` or `option_groups`, or nothing.

        Nothing is asked for fewer characters than min_query_length (3 unless said), and nothing shown that Slack refuses.
        """
        block, element = forms.find(where.blocks, wanted, block_id)
        if len(typed) < element.get("min_query_length", 3):
            return {}
        place = payloads.in_view(where) if isinstance(where, View) else payloads.in_message(where, self._member_of(where.channel), "", {})
        answer = await self._stage.sender.interaction(payloads.block_suggestion(self.person, place, block, element, typed, self._team))
        offered = self._hear_options(answer)
        self._suggested += forms.options_of(offered)
        return offered

    async def submit(self, view: View) -> Answer:
        """Press the form's main button. The client's own complaints come first; then nothing is sent."""
        view.problem, view.errors = "", forms.complaints(view.blocks, view.values)
        if view.errors:
            self._stage.changed()
            return Answer(problem="incomplete")
        body = payloads.view_submission(
            self.person, view, self._response_urls(view), self._house.passes.trigger(self.user, view_id=view.id)
        )
        answer = await self._stage.sender.interaction(body)
        try:
            if not answer.ok:
                raise Refused(answer.problem)
            self._hear_submission(view, answer.json())
        except (Refused, ValueError, KeyError, TypeError, AttributeError) as wrong:
            view.problem = TROUBLE
            answer = Answer(answer.status, answer.text, answer.problem or getattr(wrong, "code", "invalid_response"))
        if answer.ok and not view.errors:
            self._stage.did(self.user, "submitted")
        self._stage.changed()
        return answer

    async def close(self, view: View, *, all_of_them: bool = False) -> Answer | None:
        """Press Close (this view) or the cross (`all_of_them`). The app hears of it where it asked to (notify_on_close)."""
        everything = all_of_them or view.body.get("clear_on_close", False)
        closed = list(reversed(self.views)) if everything else [view]
        self._house.views.clear(self.user) if everything else self._house.views.close(view)
        self._stage.changed()
        answer = None
        for each in closed:
            if each.body.get("notify_on_close"):
                answer = await self._stage.sender.interaction(payloads.view_closed(self.person, each, is_cleared=everything))
        return answer

    async def open_home(self, tab: str = "home") -> Answer | None:
        """Look at the app's Home tab, or its Messages tab (`messages`), where it is installed."""
        if not self._stage.is_installed:
            return None
        event: Json = {"type": "app_home_opened", "user": self.user, "channel": self.bot_dm, "tab": tab}
        event["event_ts"] = self._workspace.next_ts()
        if tab == "home" and self.home is not None:
            event["view"] = self.home.as_json()
        return await self._stage.events.happen(event, self._team)

    # How it goes on

    def _member_of(self, channel: str) -> Conversation:
        where = self._workspace.conversation(channel)
        if self.user not in where.members:
            raise Refused("not_in_channel")
        return where

    async def _send(self, body: Json, gesture: str, channel: str) -> Answer:
        self._stage.did(self.user, gesture)
        answer = await self._stage.sender.interaction(body)
        if not answer.ok:
            self._workspace.post(channel, SYSTEM, f'The app did not respond ("{answer.problem}").', only_for=self.user)
        return answer

    async def _act(self, where: Message | View, block: Json, element: Json, held: Json) -> Answer:
        view_id = where.id if isinstance(where, View) else ""
        channel = where.channel if isinstance(where, Message) else where.current_conversation
        trigger = self._house.passes.trigger(self.user, channel, view_id)
        actions = [payloads.action(block, element, held, self._workspace.next_ts())]
        answer = await self._stage.sender.interaction(
            payloads.block_actions(
                self.person, actions, trigger_id=trigger, where=self._place(where, block, element, held), team=self._team
            )
        )
        if isinstance(where, View):
            where.problem = "" if answer.ok else TROUBLE
        elif not answer.ok:
            self._workspace.post(where.channel, SYSTEM, f'The app did not respond ("{answer.problem}").', only_for=self.user)
        self._stage.changed()
        return answer

    def _place(self, where: Message | View, block: Json, element: Json, held: Json) -> Json:
        if isinstance(where, View):
            return payloads.in_view(where)
        channel = self._member_of(where.channel)
        url = self._house.passes.response_url("actions", self.user, channel.id, where.ts, ephemeral=bool(where.only_for))
        values = forms.first_state(where.blocks, channel.id)
        if forms.kept_as(element):
            values.setdefault(block["block_id"], {})[element["action_id"]] = held
        return payloads.in_message(where, channel, url, values)

    def _hear_command(self, name: str, channel: str, response_url: str, answer: Answer) -> None:
        said = f'{name} failed with the error "{answer.problem}"'
        if answer.ok and not answer.text.strip():
            return
        if answer.ok:
            try:
                body = answer.json() if answer.text.lstrip().startswith("{") else {"text": answer.text}
                url = self._house.passes.peek_response_url(response_url)
                hooks.respond(self._house, url, body)
                return
            except (ValueError, Refused):
                said = f'{name} failed with the error "invalid_command_response"'
        self._workspace.post(channel, SYSTEM, said, only_for=self.user)

    def _hear_options(self, answer: Answer) -> Json:
        try:
            body: Json = (answer.json() if answer.ok else None) or {}
        except ValueError:
            return {}
        return {} if faults_of_options(body) else body

    def _hear_submission(self, view: View, body: Json | None) -> None:
        if not body:
            self._house.views.close(view)
            return
        match body["response_action"]:
            case "clear":
                self._house.views.clear(self.user)
            case "update":
                self._house.views.renew(view, body["view"])
            case "push":
                self._house.views.push_for(self.user, body["view"])
            case "errors":
                inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
                if not body["errors"] or not inputs.issuperset(body["errors"]):
                    raise Refused("invalid_errors")
                view.errors = dict(body["errors"])
            case _:
                raise Refused("invalid_response")

    def _response_urls(self, view: View) -> list[Json]:
        """One for each conversations_select with response_url_enabled that holds a conversation."""
        made = []
        for block, element in forms.elements(view.blocks):
            held = view.values.get(block["block_id"], {}).get(element["action_id"], {})
            channel = held.get("selected_conversation") or held.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                url = self._house.passes.response_url("app", self.user, channel)
                made.append({"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel, "response_url": url})
        return made
