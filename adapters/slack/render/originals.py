"""How does whoever pushed a message get rid of the original?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.render.blocks import Block, View, button, context, person, plain, section, when
from adapters.wording.catalog import Words
from adapters.wording.terms import moment
from core.push import Millis

DELETE, ALLOW = "delete_original", "allow_deleting"
_OURS = "original_"
_VIEW_FIELDS = ("type", "callback_id", "title", "close", "submit", "private_metadata")
_NO_LEAVE = frozenset(
    {"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive", "missing_scope", "no_permission", "access_denied"}
)
_NOT_ALLOWED = frozenset({"cant_delete_message", "restricted_action", "team_access_not_granted"})
"""Slack's codes: https://docs.slack.dev/reference/methods/chat.delete#errors."""


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """What the member sees of a message of theirs. `name`: of the sealed record that says which it is."""

    written_at: Millis
    name: str
    leave_url: str
    """Where they let us delete it; empty when nowhere."""


def deletable(words: Words, own: OwnMessage) -> list[Block]:
    """One press, confirmed."""
    return _with_buttons(words.say("Your message of {moment} still shows it.", moment=when(words, own.written_at)), _delete(words, own))


def deleted_by_hand(words: Words, own: OwnMessage) -> list[Block]:
    """How a member does it without us, and where they may let us do it."""
    told = words.say(
        "Your message of {moment} still shows it. To delete it, go back to the conversation, open the message's menu, and choose “Delete message”.",
        moment=when(words, own.written_at),
    )
    return _with_buttons(told, *_allow(words, own))


def waiting_for_leave(words: Words, own: OwnMessage) -> list[Block]:
    """After the press that leads to the browser: there a member agrees, or not."""
    told = words.say(
        "Agree in your browser, then come back and delete your message of {moment}. This app deletes only what you wrote, and only when you press.",
        moment=when(words, own.written_at),
    )
    return _with_buttons(told, _delete(words, own), *_allow(words, own))


def of_another(words: Words, author: str) -> list[Block]:
    """Somebody else's message is theirs to delete."""
    if author:
        return [
            _told(
                words.say(
                    "The message still shows it. Ask {person} to delete it: this app never deletes what others wrote.",
                    person=person(author),
                )
            )
        ]
    return [_told(words.say("The message still shows it. An app posted it, so ask whoever runs that app to delete it."))]


def deleted(words: Words, own: OwnMessage) -> list[Block]:
    """It is done."""
    return [_told(words.say("Your message of {moment} is deleted.", moment=when(words, own.written_at)))]


def forgotten(words: Words) -> list[Block]:
    """What we knew of the message has been forgotten, or it was never this member's."""
    return [_told(words.say("This app does not know the message any more. Open the message's menu and choose “Delete message”."))]


def not_deleted(words: Words, own: OwnMessage, code: str) -> list[Block]:
    """What Slack answered instead of deleting it, and what to do about that."""
    at = when(words, own.written_at)
    if code in _NO_LEAVE:
        return without_leave(words, own)
    if code == "message_not_found":
        return [_told(words.say("Your message of {moment} was already gone.", moment=at))]
    if code == "compliance_exports_prevent_deletion":
        return [_told(words.say("Your organisation keeps every message, so nobody can delete this one. Change the password."))]
    if code in _NOT_ALLOWED:
        told = words.say("Your workspace does not let you delete your message of {moment}. Ask an admin to delete it.", moment=at)
        return [_told(told)]
    told = words.say("Slack did not delete your message of {moment}. Press again in a minute, or delete it in its menu.", moment=at)
    return _with_buttons(told, _delete(words, own))


def without_leave(words: Words, own: OwnMessage) -> list[Block]:
    """The member's leave is not there, or not any more."""
    if not own.leave_url:
        return deleted_by_hand(words, own)
    told = words.say(
        "This app may not delete your message of {moment}. Let it in your browser first, then press again.",
        moment=when(words, own.written_at),
    )
    return _with_buttons(told, _delete(words, own), *_allow(words, own))


def away(words: Words, shown: Mapping[str, Any]) -> list[Block]:
    """What the modal `shown` says of the original already, and that the store did not answer."""
    before = [block for block in shown["blocks"] if block["block_id"] in (f"{_OURS}told", f"{_OURS}acts")]
    trouble = context(words.say("The store is not answering, so nothing was deleted. Press again in a minute."))
    return [*before, {**trouble, "block_id": f"{_OURS}trouble"}]


def rotation(words: Words) -> Block:
    """A message that is deleted may have been read before."""
    told = context(words.say("It stood in chat for a while. Change the password if others could read it."))
    return {**told, "block_id": f"{_OURS}rotation"}


def redrawn(shown: Mapping[str, Any], blocks: list[Block]) -> View:
    """The modal that Slack says is `shown`, with `blocks` where we spoke of the original; a link in it stays to be copied."""
    kept = [block for block in shown["blocks"] if not block["block_id"].startswith(_OURS)]
    return {**{name: shown[name] for name in _VIEW_FIELDS if shown.get(name)}, "blocks": [*kept, *blocks]}


def _with_buttons(told: str, *buttons: Block) -> list[Block]:
    acts = [{"type": "actions", "block_id": f"{_OURS}acts", "elements": list(buttons)}] if buttons else []
    return [_told(told), *acts]


def _told(text: str) -> Block:
    return {**section(text), "block_id": f"{_OURS}told"}


def _delete(words: Words, own: OwnMessage) -> Block:
    # A confirmation takes plain text alone, where Slack does not put a moment into the reader's zone: so it says UTC.
    told = words.say("Your message of {moment} is deleted for everybody. This cannot be undone.", moment=moment(words, own.written_at))
    confirm = {
        "title": plain(words.say("Delete your message?")),
        "text": plain(told),
        "confirm": plain(words.say("Delete it")),
        "deny": plain(words.say("Keep it")),
        "style": "danger",
    }
    return button(words.say("Delete the original"), DELETE, value=own.name, style="danger", confirm=confirm)


def _allow(words: Words, own: OwnMessage) -> list[Block]:
    return [button(words.say("Let this app delete it"), ALLOW, value=own.name, url=own.leave_url)] if own.leave_url else []
