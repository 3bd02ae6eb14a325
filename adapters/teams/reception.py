"""What happens to an activity of Teams' once it is in?

sound? -> seen before? -> sdk -> handlers
"""

import json
from contextlib import suppress
from http import HTTPStatus

import structlog

from adapters.teams import parse
from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.invokes import CARD_ACTION, DIALOGS, SUBMITS, is_invoke
from adapters.teams.render import answers
from adapters.teams.sdk import Answered, Dispatch
from adapters.teams.shape import is_sound
from adapters.wording.catalog import Words, words_for
from core.errors import StoreUnavailable
from core.ports import SeenBefore

REMEMBERED_LEAST_SECONDS = 600.0
_KIND = "teams_activity"
UNSOUND = Answered(HTTPStatus.BAD_REQUEST)
AGAIN = Answered(HTTPStatus.SERVICE_UNAVAILABLE)
"""Teams sends a message or an event again by itself, and nothing was done."""

log = structlog.get_logger(__name__)


class Reception:
    """Takes activities whose sender is known to be Teams, of tenants that we serve."""

    def __init__(self, gestures: Gestures, seen: SeenBefore) -> None:
        self.gestures = gestures
        self._seen = seen
        self._dispatch = Dispatch(gestures)

    async def take(self, payload: Payload | None, seconds: float = REMEMBERED_LEAST_SECONDS) -> Answered:
        """The answer. `seconds`: for how long the same request could be sent once more with the token that it came with."""
        if payload is None or not is_sound(payload):
            log.warning("teams_activity_refused")
            return UNSOUND
        mark = _mark(payload)
        try:
            first = await self._seen.first_time(_KIND, mark, max(seconds, REMEMBERED_LEAST_SECONDS))
            if not first and not _is_answered_again(payload):
                log.info("teams_activity_seen_before")
                return _done_already(payload)
        except StoreUnavailable:
            log.warning("store_unavailable", during="replay guard")
            if not _is_form(payload):
                return _nothing_was_done(payload)
            # Its handler does nothing without the store either, but shows the form again with all that was typed in it.
        try:
            answered = await self._dispatch.run(payload)
        except StoreUnavailable:
            log.warning("store_unavailable", during="teams activity")
            return await self._wanted_again(payload, mark)
        if answered.status == HTTPStatus.OK and answered.body is None and payload.get("name") == CARD_ACTION:
            # A client takes an empty answer to a button for a fault; an old card of ours may have a button that we know no more.
            return Answered(body=answers.toast(""))
        return answered

    async def _wanted_again(self, payload: Payload, mark: bytes) -> Answered:
        """Nothing was done. Were it remembered as seen, what Teams sends again would be taken for done: an app that was removed would stay."""
        with suppress(StoreUnavailable):
            await self._seen.forget(_KIND, mark)
        return _nothing_was_done(payload)


def _is_answered_again(payload: Payload) -> bool:
    """Whether the handler itself does it once: of a form, which gives the same answer again, and of the app's removal.

    A client that heard no answer to a form sends it twice more, and shows what it hears last: the link that was made must be in it.
    And a removal that was not noted because the store left within it is told by Teams once more; to forget nothing then would be for good.
    """
    return _is_form(payload) or parse.took_away(payload)


def _is_form(payload: Payload) -> bool:
    """Whether it is a form of ours, filled in (core/once.py)."""
    return payload.get("name") in SUBMITS and bool(parse.given(parse.values(payload), "form"))


def _mark(payload: Payload) -> bytes:
    """What an activity is known by: Microsoft's own id of it. The rest of its body has no say in that.

    The token vouches for the sender, not for the body. Were a changed body under the same id another activity, then whoever
    replays one need only change a letter; what Teams itself sends again has the same id, though perhaps not the same body. An edit of
    a message has the message's id but is of another type. Where an id is missing, everything that it says stands for it.
    """
    if not payload.get("id"):
        return json.dumps(payload, sort_keys=True).encode()
    outside = (payload["type"], payload.get("name"), parse.tenant(payload), payload["conversation"]["id"], payload["id"])
    return json.dumps(outside).encode()


def _nothing_was_done(payload: Payload) -> Answered:
    if not is_invoke(payload):
        return AGAIN
    words = words_for([parse.locale(payload)])
    return Answered(
        body=_calm(payload, words, words.say("The store is not answering just now, so nothing was done. Please try again in a moment."))
    )


def _done_already(payload: Payload) -> Answered:
    words = words_for([parse.locale(payload)])
    return Answered(body=_calm(payload, words, words.say("This has already been done.")))


def _calm(payload: Payload, words: Words, sentence: str) -> Answer:
    """A sentence, in the form that this kind of invoke wants; nothing for what has none."""
    name = payload.get("name")
    if name == CARD_ACTION:
        return answers.toast(sentence)
    return answers.dialog_says(words, sentence) if name in DIALOGS else None
