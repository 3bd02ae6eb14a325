"""What do we say when the store is away before anything began?"""

from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Payload
from adapters.slack.handlers.submission import errors_at
from adapters.slack.render.blocks import told
from adapters.slack.render.card import BURN, EXTEND, RELEASE
from adapters.slack.render.extension import VIEW_EXTEND
from adapters.slack.render.form import VIEW_FORM
from adapters.slack.render.group_card import BURN_GROUP
from adapters.slack.render.home import CHANGE_POLICY, CHANGE_SETTINGS, NEW_PUSH, NEXT, PREVIOUS
from adapters.slack.render.listing import BURN_LISTED
from adapters.slack.render.passing_on import GET_LINK
from adapters.slack.render.policy import VIEW_POLICY
from adapters.slack.render.request import ASK_FOR_SECRET, VIEW_ANSWER, VIEW_ASK
from adapters.slack.render.settings import VIEW_SETTINGS
from adapters.wording.catalog import words_for
from adapters.wording.terms import (
    not_asked,
    not_burned,
    not_changed,
    not_extended,
    not_listed,
    not_opened,
    not_passed_on,
    not_released,
    not_sent,
    not_sent_but_kept,
)

_NOT_DONE = {
    BURN: not_burned,
    BURN_GROUP: not_burned,
    BURN_LISTED: not_burned,
    GET_LINK: not_passed_on,
    RELEASE: not_released,
    EXTEND: not_extended,
    ASK_FOR_SECRET: not_asked,
    NEW_PUSH: not_sent,
    CHANGE_SETTINGS: not_changed,
    CHANGE_POLICY: not_changed,
    PREVIOUS: not_listed,
    NEXT: not_listed,
}


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
            case "view_submission" if payload["view"].get("callback_id") in (VIEW_FORM, VIEW_ASK, VIEW_ANSWER):
                return errors_at(payload["view"], "secret", not_sent_but_kept(words))
            case "view_submission" if payload["view"].get("callback_id") in (VIEW_SETTINGS, VIEW_POLICY, VIEW_EXTEND):
                return errors_at(payload["view"], "", not_changed(words))
            case "shortcut" | "message_action":
                self._open(payload, not_sent(words))
            case "block_actions" if (payload.get("view") or {}).get("type") != "modal":  # there, the same button can be pressed again
                not_done = _NOT_DONE.get(payload["actions"][0]["action_id"], not_opened)
                self._open(payload, not_done(words))
        return None

    def _open(self, payload: Payload, text: str) -> None:
        async def opened() -> None:
            await self._desk.open_modal(payload, told(words_for([]), text))

        self._desk.later(opened())
