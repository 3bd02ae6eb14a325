"""What can a person do in Teams? The programming surface of tests."""

import asyncio
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from playground.microsoft import forms
from playground.microsoft.activities import Activities, compose_value, message_payload
from playground.microsoft.answers import Understood, understand
from playground.microsoft.outcome import Dialog, Outcome
from playground.microsoft.refusals import Broken, Json
from playground.microsoft.wire import Answer, Wire
from playground.microsoft.world import Conversation, Message, Person, World

Repeat = Literal["same", "anew", "at_once"]
"""How a client sends a gesture more than once: the same activity again, a new one, or the same at the same time."""


@dataclass(slots=True)
class Stage:
    """All that gestures act on."""

    world: World
    wire: Wire
    activities: Activities
    check: Callable[[], None]
    """Raises Broken when the bot sent something wrong so far."""
    changed: Callable[[], None]
    retries: int = 0
    """How often a client sends an invoke again that was not answered well."""
    sends_empty: bool = False
    """Whether a form's empty fields are sent, as some clients do, or left out."""


@dataclass(frozen=True, slots=True)
class Invoke:
    """What waits for an answer. `asked` says where, and what a dialog in the answer belongs to."""

    name: str
    asked: Dialog
    value: Json = field(repr=False)


class Client:
    """One person's Teams. Each gesture gives back what came of it; `where` is a conversation's id, "" their chat with the bot."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self._stage = stage
        self._world = stage.world
        self.person = person
        self.dialog: Dialog | None = None
        """The dialog in front."""
        self.draft: Json | None = None
        """The card in what they are writing."""
        self.preview: tuple[Dialog, Json] | None = None
        """A message that the bot would post, and the form that it came of."""
        self.notices: list[str] = []
        """Every sentence that popped up."""

    # What the person sees

    @property
    def chat(self) -> Conversation:
        """Their chat with the bot."""
        return self._world.personal(self.person.entra_id, self.person.tenant)

    def messages(self, where: str = "") -> list[Message]:
        """What they see in a conversation, oldest first."""
        return self._world.seen_by(self.person.entra_id, self._place(where).id)

    def card(self, message: Message) -> Json:
        """A message's card as they see it. Raises LookupError."""
        return message.card_for(self.person.entra_id)

    def reads(self, message: Message) -> str:
        """All that a message says to them."""
        said = [message.text] if message.text else []
        return "\n".join([*said, forms.words(self.card(message))] if message.card else said)

    def links(self, message: Message) -> list[str]:
        return forms.links(self.card(message))

    def latest(self, saying: str = "", where: str = "") -> Message:
        """The newest message of the bot that says this. Raises LookupError."""
        for message in reversed(self.messages(where)):
            if not message.sender and saying in self.reads(message):
                return message
        raise LookupError(f"nothing says {saying!r} to {self.person.name}")

    # What the person does

    async def installs(self, where: str = "") -> list[Answer]:
        """Add the app: for themselves, or to a group chat or team."""
        return await self._comes_or_goes(where, is_there=True)

    async def uninstalls(self, where: str = "") -> list[Answer]:
        return await self._comes_or_goes(where, is_there=False)

    async def upgrades(self, where: str = "") -> Answer | None:
        """Get a newer version of the app."""
        place = self._place(where)
        return await self._told(place, self._stage.activities.installation(self.person, place, "add-upgrade"))

    async def says(
        self,
        text: str,
        where: str = "",
        *,
        html: str = "",
        mention: bool = True,
        targeted: bool = False,
        thread: str = "",
        times: int = 1,
        naming: Sequence[str] = (),
    ) -> Message:
        """Write a message. In a group the bot hears it when it is mentioned, or when it is `targeted` at the bot alone.

        `naming`: Entra ids of those whom it mentions, as @ and their whole name in the text. Who is not in the conversation cannot be.
        """
        place = self._place(where)
        if targeted and place.kind == "personal":
            raise LookupError("a message to the bot alone is written in a group")
        id = self._world.next_id()
        said = Message(id, place.id, self.person.entra_id, text, html, thread=thread, only_for=self.person.entra_id if targeted else "")
        self._world.post(said)
        in_group = place.kind != "personal"
        if place.has_bot and (not in_group or mention or targeted):
            activity = self._stage.activities.message(
                self.person,
                place,
                id,
                text,
                mentions_bot=in_group and mention and not targeted,
                is_targeted=targeted,
                naming=[self._world.person(each) for each in naming if self._world.person(each).entra_id in place.members],
            )
            if thread:
                activity["conversation"]["id"] = f"{place.id};messageid={thread}"
            for _ in range(times):
                await self._stage.wire.send(activity)
        self._done()
        return said

    async def edits(self, message: Message, text: str) -> Answer | None:
        """Change a message of their own; the bot hears of it in their chat."""
        message.text, message.html = text, ""
        message.edits += 1
        place = self._world.conversation(message.conversation)
        if place.kind != "personal" or not place.has_bot:
            return None
        activity = self._stage.activities.message(self.person, place, message.id, text, mentions_bot=False, is_targeted=False)
        activity["channelData"]["eventType"] = "editMessage"
        answer = await self._stage.wire.send(activity | {"type": "messageUpdate"})
        self._done()
        return answer

    async def opens(
        self, command: str, where: str = "", *, on: Message | None = None, by: str = "compose", times: int = 1, repeat: Repeat = "same"
    ) -> Outcome:
        """Choose a command of the message extension: from "+" or "/" (`by` compose), the command box, or `on` a message's menu."""
        place = self._world.conversation(on.conversation) if on is not None else self._place(where)
        payload = None
        if on is not None:
            at = datetime.fromtimestamp(int(on.id) / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            payload = message_payload(on, self._world.people.get(on.sender), at)
        asked = Dialog("", {}, place, command, "message" if on is not None else by, payload)
        return await self._invoke(Invoke("composeExtension/fetchTask", asked, _composed(asked)), times, repeat)

    async def submits(self, dialog: Dialog, button: str = "", *, times: int = 1, repeat: Repeat = "same", **typed: str) -> Outcome:
        """Fill in a dialog and press its leading button, or `button`. The client's own complaints come first; then nothing is sent."""
        pressed = forms.find_button(dialog.card, button or _leading(dialog))
        values, dialog.complaints = forms.gather(pressed, typed, sends_empty=self._stage.sends_empty)
        if dialog.complaints:
            return Outcome(complaints=dialog.complaints, problem="incomplete", shown=dialog)
        data = pressed.data | values
        if dialog.command:
            said = Invoke("composeExtension/submitAction", dialog, _composed(dialog, data=data))
        else:
            said = Invoke("task/submit", dialog, {"data": data, "context": {"theme": "default"}})
        return await self._invoke(said, times, repeat)

    async def presses(self, where: Message | Dialog, wanted: str, *, times: int = 1, repeat: Repeat = "same", **typed: str) -> Outcome:
        """Press a button: by its words, id, verb or dialog. What is typed stands in the card's own fields."""
        card = where.card if isinstance(where, Dialog) else self.card(where)
        button = forms.find_button(card, wanted)
        match button.kind:
            case "Action.OpenUrl":
                return Outcome(url=str(button.action["url"]))
            case "Action.ToggleVisibility":
                return self._unfolds(where, button)
            case "Action.ShowCard":
                return Outcome()
        if isinstance(where, Dialog):
            return await self.submits(where, wanted, times=times, repeat=repeat, **typed)
        if not self._world.conversation(where.conversation).has_bot:
            return Outcome(problem="the app is not here")
        values, complaints = forms.gather(button, typed, sends_empty=self._stage.sends_empty)
        if complaints:
            return Outcome(complaints=complaints, problem="incomplete")
        if button.kind == "Action.Execute":
            named = {key: button.action[key] for key in ("type", "id", "title", "verb") if key in button.action}
            value = {"action": named | {"data": button.data | values}, "trigger": "manual"}
            return await self._executes(where, value, times, repeat)
        return await self._sends(where, button.data | values, times, repeat)

    async def looks(self, message: Message) -> Outcome:
        """See a message whose card wants to be made anew for some people; nothing happens for the others."""
        wish = self.card(message).get("refresh", {})
        if self.person.id not in wish.get("userIds", []):
            return Outcome()
        named = {key: wish["action"][key] for key in ("type", "verb", "data") if key in wish["action"]}
        return await self._executes(message, {"action": named, "trigger": "automatic"}, 1, "same")

    async def sends_preview(self, action: Literal["send", "edit"] = "send") -> Outcome:
        """Let the bot post what it showed as a preview, or go back to its form."""
        if self.preview is None:
            raise LookupError("no message of the bot is shown as a preview")
        (dialog, activity), self.preview = self.preview, None
        value = _composed(dialog, botMessagePreviewAction=action, botActivityPreview=[activity])
        return await self._invoke(Invoke("composeExtension/submitAction", dialog, value), 1, "same")

    def sends_draft(self, where: str = "") -> Message:
        """Send what they are writing, with the card that the app put there. The message is theirs: the bot cannot change it."""
        if self.draft is None:
            raise LookupError("no card stands in what is being written")
        message = Message(self._world.next_id(), self._place(where).id, self.person.entra_id, card=self.draft)
        self.draft = None
        self._done()
        return self._world.post(message)

    async def adds(self, key: str, where: str) -> Answer | None:
        """Bring somebody into a group; the bot is told where it is there."""
        return await self._moves(key, where, came=True)

    async def removes(self, key: str, where: str) -> Answer | None:
        return await self._moves(key, where, came=False)

    async def renames(self, where: str, name: str) -> Answer | None:
        """Give a group another name."""
        place = self._place(where)
        place.name = name
        return await self._told(place, self._stage.activities.renamed(self.person, place, name))

    # How it goes on

    async def _moves(self, key: str, where: str, *, came: bool) -> Answer | None:
        place, who = self._place(where), self._world.person(key)
        place.members = [*(m for m in place.members if m != who.entra_id), *([who.entra_id] if came else [])]
        return await self._told(place, self._stage.activities.members(self.person, place, [who.account()], came=came))

    async def _told(self, place: Conversation, activity: Json) -> Answer | None:
        answer = await self._stage.wire.send(activity) if place.has_bot else None
        self._done()
        return answer

    def _place(self, where: str) -> Conversation:
        place = self._world.conversation(where) if where else self.chat
        if self.person.entra_id not in place.members:
            raise LookupError(f"{self.person.name} is not in that conversation")
        return place

    async def _comes_or_goes(self, where: str, *, is_there: bool) -> list[Answer]:
        place = self._place(where)
        place.has_bot = is_there
        told = self._stage.activities.installed(self.person, place, is_there=is_there)
        answers = [await self._stage.wire.send(activity) for activity in told]
        self._done()
        return answers

    def _unfolds(self, where: Message | Dialog, button: forms.Button) -> Outcome:
        card = where.card if isinstance(where, Dialog) else deepcopy(self.card(where))
        forms.toggle(card, button.action)
        if isinstance(where, Message):
            where.answered[self.person.entra_id] = card
        return Outcome()

    async def _executes(self, message: Message, value: Json, times: int, repeat: Repeat) -> Outcome:
        edits = message.edits
        asked = Dialog("", {}, self._world.conversation(message.conversation), message=message)
        outcome = await self._invoke(Invoke("adaptiveCard/action", asked, value), times, repeat)
        # A card that was edited meanwhile is the newer one.
        if outcome.understood.card is not None and message.edits == edits:
            message.answered[self.person.entra_id] = outcome.understood.card
        return outcome

    async def _sends(self, message: Message, data: Json, times: int, repeat: Repeat) -> Outcome:
        place = self._world.conversation(message.conversation)
        if data.get("msteams", {}).get("type") == "task/fetch":
            asked = Dialog("", {}, place, message=message)
            return await self._invoke(Invoke("task/fetch", asked, {"data": data, "context": {"theme": "default"}}), times, repeat)
        activity = self._stage.activities.value_message(self.person, place, self._world.next_id(), data, message)
        answers = tuple([await self._stage.wire.send(activity) for _ in range(times)])
        self._done()
        return Outcome(answers)

    async def _invoke(self, said: Invoke, times: int, repeat: Repeat) -> Outcome:
        answers = await self._transmitted(said, times, repeat)
        last = answers[-1]
        if not last.ok:
            self._done()
            return Outcome(tuple(answers), problem=last.problem)
        if last.status != 200:
            raise Broken(f"{said.name}: an invoke is answered with 200, not {last.status}")
        understood = understand(said.name, last.json())
        shown = None
        if said.name != "adaptiveCard/action":
            shown = self.dialog = _dialog(said.asked, understood)
            self.preview = (said.asked, understood.preview) if understood.preview is not None else None
        self.draft = understood.inserted or self.draft
        self.notices += [understood.notice] if understood.notice else []
        self._done()
        return Outcome(tuple(answers), understood, shown)

    async def _transmitted(self, said: Invoke, times: int, repeat: Repeat) -> list[Answer]:
        """At least `times` activities, and some more for as long as it does not work."""

        def made() -> Json:
            return self._stage.activities.invoke(
                said.name, self.person, said.asked.place, said.value, source=said.asked.context or "message", message=said.asked.message
            )

        activity = made()
        if repeat == "at_once":
            return list(await asyncio.gather(*(self._stage.wire.send(activity) for _ in range(times))))
        answers = [await self._stage.wire.send(activity)]
        left = self._stage.retries
        while len(answers) < times or (left > 0 and not answers[-1].ok):
            left -= not answers[-1].ok
            answers.append(await self._stage.wire.send(made() if repeat == "anew" else activity))
        return answers

    def _done(self) -> None:
        self._stage.changed()
        self._stage.check()


def _composed(dialog: Dialog, **more: Any) -> Json:
    """The value of a message extension's invoke, with the message that the command was chosen on."""
    payload = {} if dialog.payload is None else {"messagePayload": dialog.payload}
    return compose_value(dialog.command, dialog.context, **payload, **more)


def _dialog(asked: Dialog, understood: Understood) -> Dialog | None:
    if understood.dialog is None:
        return None
    card, url = deepcopy(understood.dialog.get("card", {})), understood.dialog.get("url", "")
    return replace(asked, title=understood.dialog["title"], card=card, url=url, complaints={})


def _leading(dialog: Dialog) -> str:
    """The words on the button that a person presses when the form is filled in. Raises LookupError."""
    offered = [button.action for button in forms.buttons(dialog.card) if button.kind == "Action.Submit"]
    for action in offered:
        if action.get("style") in ("positive", "destructive"):
            return str(action["title"])
    if not offered:
        raise LookupError("the dialog has no button that submits")
    return str(offered[0]["title"])
