"""What does the recipient of a bound push see?"""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import VIEW_DONE, Block, View, button, context, person, plain, section, times, when
from adapters.wording.catalog import Words
from core.receipt import Receipt, State

OPEN, OPENED_IN_BROWSER, REVEAL = "open_push", "opened_in_browser", "show_here"


def invitation(words: Words, receipt: Receipt, button_value: str) -> Message:
    """The recipient's DM. The button carries a sealed value: no URL stands in a message that stays."""
    first = words.say("{person} sent you a secret.", person=person(receipt.sender.id))
    passphrase = (
        [context(words.say("It needs a passphrase that {person} tells you another way.", person=person(receipt.sender.id)))]
        if receipt.has_passphrase
        else []
    )
    pressed = button(words.say("Open"), OPEN, value=button_value, style="primary", accessibility_label=words.say("Open the secret"))
    facts = words.say(
        "{views} Expires {moment}. Only you can open it.", views=times(words, receipt.views), moment=when(words, receipt.expires_at)
    )
    return Message(first, [section(first), {"type": "actions", "block_id": "open", "elements": [pressed]}, *passphrase, context(facts)])


def invitation_ended(words: Words, receipt: Receipt) -> Message:
    """The recipient's DM once there is nothing left to press."""
    first = words.say("{person} sent you a secret.", person=person(receipt.sender.id))
    return Message(first, [section(first), context(_ended(words, receipt))])


def reminder(words: Words, receipt: Receipt) -> str:
    """What leads a recipient back to the message with the button."""
    return words.say(
        "{person} asks you to open the secret that waits for you here. It expires {moment}.",
        person=person(receipt.sender.id),
        moment=when(words, receipt.expires_at),
    )


def extended_line(words: Words, receipt: Receipt) -> str:
    """Until when the button above works now."""
    return words.say(
        "{person} gave you more time: it expires {moment}.", person=person(receipt.sender.id), moment=when(words, receipt.expires_at)
    )


def _ended(words: Words, receipt: Receipt) -> str:
    at = when(words, receipt.changed_at or receipt.expires_at)
    match receipt.state:
        case State.EXPIRED:
            return words.say("It expired {moment}, unread. Ask for a new one.", moment=at)
        case State.BURNED if receipt.was_opened:
            return words.say("You opened it. What was left was taken back {moment}.", moment=at)
        case State.BURNED:
            return words.say("It was taken back {moment}.", moment=at)
        case State.LOST:
            return words.say("It was lost {moment}. Ask for a new one.", moment=at)
        case State.LOCKED:
            return words.say("It was burned {moment} after five wrong passphrases. Ask for a new one.", moment=at)
        case State.BURNED_BY_RECIPIENT:
            return words.say("You opened it, and it was forgotten {moment}.", moment=at)
        case _:
            return words.say("You opened it {moment}. It is gone now.", moment=at)


def open_in_browser(words: Words, url: str, pass_value: str = "", *, passphrase: bool = False) -> View:
    """The modal after the checked click. Its URL lives for ten minutes.

    `pass_value`: what the button "Show it here" carries, where the workspace wants one; `passphrase`: why there is none.
    """
    text = words.say("The page opens in your browser. It shows a button first; nothing is used up before you press it.")
    notes = [words.say("This button works for ten minutes. After that, press Open in the conversation again.")]
    if pass_value:
        notes.append(words.say("If it is shown here, Slack sees it too. It uses up one view."))
    if passphrase:
        notes.append(words.say("It has a passphrase, which would have to pass through Slack too. So it opens in the browser only."))
    go = button(words.say("Open in browser"), OPENED_IN_BROWSER, url=url, style="primary")
    return _ways(words, text, [go, *([_here(words, pass_value)] if pass_value else [])], notes)


def show_again(words: Words, pass_value: str) -> View:
    """For who has begun to read it here and may have lost the answer: only here it can be given again, for as long as the grace runs."""
    text = words.say("You have just asked to see this here, and it may not have been shown. The same button shows it again for one minute.")
    return _ways(words, text, [_here(words, pass_value)], [])


def press_again(words: Words, pass_value: str) -> View:
    """The store did not answer to a wish to see it here."""
    text = words.say("The store is not answering. Press the button again within a minute: no second view is used up.")
    return _ways(words, text, [_here(words, pass_value)], [])


def _here(words: Words, pass_value: str) -> Block:
    return button(words.say("Show it here"), REVEAL, value=pass_value)


def _ways(words: Words, text: str, buttons: list[Block], notes: list[str]) -> View:
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(words.say("A secret for you")),
        "close": plain(words.say("Close")),
        "blocks": [section(text), {"type": "actions", "block_id": "go", "elements": buttons}, *(context(note) for note in notes)],
    }
