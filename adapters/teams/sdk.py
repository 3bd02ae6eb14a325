"""How does botbuilder tell one activity from another? The only module that knows it (docs/adr/0010-botbuilder-behind-one-module.md).

Its TeamsActivityHandler says which of our tables an activity belongs to. It is given the few fields that this
takes; our handlers read the JSON as it came, since the SDK drops what it does not know.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botbuilder.core import BotAdapter, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity

from adapters.teams import parse
from adapters.teams.gestures import ANYTHING_ELSE, Answer, Gestures, Handler, Payload
from adapters.teams.invokes import CARD_ACTION

_PAYLOAD, _ANSWERED = "pushpw.payload", "pushpw.answered"
_HAPPENINGS = {"teamRenamed": "renamed", "channelRenamed": "renamed"}
_INSTALLATIONS = {"add": "installed", "remove": "removed", "add-upgrade": "upgraded"}
"""An upgrade comes as an add and a remove of its own kinds: the old edition's removal is none."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back to whoever sent the activity."""

    status: int = HTTPStatus.OK
    body: Answer = None


class Dispatch:
    """From an activity to the handler that our tables name for it."""

    def __init__(self, gestures: Gestures) -> None:
        self._adapter = _Adapter()
        self._tables = _Tables(gestures)

    async def run(self, payload: Payload) -> Answered:
        """The answer. Raises what the handler raises. An activity that no table knows is answered empty; an invoke, 501."""
        context = TurnContext(self._adapter, _outline(payload))
        context.turn_state[_PAYLOAD] = payload
        await self._adapter.run_pipeline(context, self._tables.on_turn)
        answered = context.turn_state.get(_ANSWERED)
        return answered if isinstance(answered, Answered) else Answered()


def _outline(payload: Payload) -> Activity:
    """As much of it as the SDK needs to know what it is. Its own reading of a whole activity takes longer than all our work on it."""
    name = payload.get("name")
    value = {"action": {"type": payload["value"]["action"]["type"]}} if name == CARD_ACTION else None
    return Activity(type=payload["type"], name=name, channel_id=payload["channelId"], action=payload.get("action"), value=value)


class _Adapter(BotAdapter):
    """Takes the answer of an invoke, and sends nothing: what we say to Teams goes through the connector."""

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[Any]:
        for activity in activities:
            # The SDK's own word on an invoke; where a handler of ours has answered, that stands.
            context.turn_state.setdefault(_ANSWERED, Answered(int(activity.value.status)))
        return []

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        raise NotImplementedError  # the SDK wants the method; what we edit goes through the connector

    async def delete_activity(self, context: TurnContext, reference: Any) -> None:
        raise NotImplementedError  # as above; and we delete nothing


class _Tables(TeamsActivityHandler):
    """What the SDK calls each kind of activity, and the table of ours that it belongs to."""

    def __init__(self, gestures: Gestures) -> None:
        self._gestures = gestures

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        commands = self._gestures.commands
        word = parse.head(_payload(turn_context))
        await _answer(turn_context, commands.get(word) or commands.get(ANYTHING_ELSE))

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        # The SDK's own would ask Teams about each member who was added, one by one.
        payload = _payload(turn_context)
        for what, listed in (("members_added", "membersAdded"), ("members_removed", "membersRemoved")):
            if payload.get(listed):
                await _answer(turn_context, self._gestures.events.get(what))
        told = (payload.get("channelData") or {}).get("eventType")
        if (happened := _HAPPENINGS.get(str(told))) is not None:
            await _answer(turn_context, self._gestures.events.get(happened))

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        if (happened := _INSTALLATIONS.get(turn_context.activity.action)) is not None:
            await _answer(turn_context, self._gestures.events.get(happened))

    async def on_teams_messaging_extension_fetch_task(self, turn_context: TurnContext, action: Any) -> None:
        await _answer(turn_context, self._gestures.openings.get(parse.dialog(_payload(turn_context))))

    async def on_teams_messaging_extension_submit_action_dispatch(self, turn_context: TurnContext, action: Any) -> None:
        await _answer(turn_context, self._gestures.submits.get(_filled_in(turn_context)))

    async def on_teams_task_module_fetch(self, turn_context: TurnContext, task_module_request: Any) -> None:
        await _answer(turn_context, self._gestures.openings.get(parse.dialog(_payload(turn_context))))

    async def on_teams_task_module_submit(self, turn_context: TurnContext, task_module_request: Any) -> None:
        await _answer(turn_context, self._gestures.submits.get(_filled_in(turn_context)))

    async def on_adaptive_card_invoke(self, turn_context: TurnContext, invoke_value: Any) -> None:
        await _answer(turn_context, self._gestures.verbs.get(parse.verb(_payload(turn_context))))


def _payload(turn_context: TurnContext) -> Payload:
    payload: Payload = turn_context.turn_state[_PAYLOAD]
    return payload


def _filled_in(turn_context: TurnContext) -> str:
    """The dialog that was: its own button says so. Which command opened the first of several does not matter any more."""
    return parse.given(parse.values(_payload(turn_context)), "dialog")


async def _answer(turn_context: TurnContext, handler: Handler | None) -> None:
    if handler is not None:
        turn_context.turn_state[_ANSWERED] = Answered(body=await handler(_payload(turn_context)))
    # By this the SDK knows that an invoke is answered; to make and copy an answer of its own takes it longer than all of this.
    turn_context.turn_state[BotAdapter._INVOKE_RESPONSE_KEY] = True
