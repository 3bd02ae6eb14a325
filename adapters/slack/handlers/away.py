"""What do we say when the store is away before anything began?"""

from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Payload
from adapters.slack.handlers.push_form import errors_at
from adapters.slack.render.blocks import told
from adapters.slack.render.card import BURN, RELEASE
from adapters.slack.render.form import VIEW_FORM
from adapters.slack.render.group_card import BURN_GROUP
from adapters.slack.render.passing_on import GET_LINK
from adapters.wording.catalog import words_for
from adapters.wording.terms import not_burned, not_opened, not_passed_on, not_released, not_sent, not_sent_but_kept

_NOT_DONE = {BURN: not_burned, BURN_GROUP: not_burned, RELEASE: not_released, GET_LINK: not_passed_on}


class Away:
    """Answers without a store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def nothing_was_sent(self, payload: Payload) -> Answer:
        """What the door answers. Without a store nobody's language is looked up."""
        words = words_for([])
        match payload.get("type"):
            case None:
                return {"response_type": "ephemeral", "text": not_sent(words)}
            case "view_submission" if payload["view"].get("callback_id") == VIEW_FORM:
                return errors_at(payload["view"], "secret", not_sent_but_kept(words))
            case "shortcut" | "message_action":
                self._open(payload, not_sent(words))
            case "block_actions" if "view" not in payload:  # in a modal the same button can be pressed again
                not_done = _NOT_DONE.get(payload["actions"][0]["action_id"], not_opened)
                self._open(payload, not_done(words))
        return None

    def _open(self, payload: Payload, text: str) -> None:
        async def opened() -> None:
            await self._desk.open_modal(payload, told(words_for([]), text))

        self._desk.later(opened())
