"""What does the recipient of a bound push see?"""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import SLACK, VIEW_DONE, Block, View, button, context, plain, section
from adapters.wording import invitation_lines as lines
from adapters.wording.catalog import Words
from core.receipt import Receipt

OPEN, OPENED_IN_BROWSER, REVEAL = "open_push", "opened_in_browser", "show_here"


def invitation(words: Words, receipt: Receipt, button_value: str) -> Message:
    """The recipient's DM. The button carries a sealed value: no URL stands in a message that stays."""
    first, told = lines.first_line(words, SLACK, receipt), lines.passphrase_line(words, SLACK, receipt)
    passphrase = [context(told)] if told else []
    pressed = button(words.say("Open"), OPEN, value=button_value, style="primary", accessibility_label=words.say("Open the secret"))
    facts = lines.facts_line(words, SLACK, receipt)
    return Message(first, [section(first), {"type": "actions", "block_id": "open", "elements": [pressed]}, *passphrase, context(facts)])


def invitation_ended(words: Words, receipt: Receipt) -> Message:
    """The recipient's DM once there is nothing left to press."""
    first = lines.first_line(words, SLACK, receipt)
    return Message(first, [section(first), context(lines.ended_line(words, SLACK, receipt))])


def reminder(words: Words, receipt: Receipt) -> str:
    """What leads a recipient back to the message with the button."""
    return lines.reminder_line(words, SLACK, receipt)


def extended_line(words: Words, receipt: Receipt) -> str:
    """Until when the button above works now."""
    return lines.extended_line(words, SLACK, receipt)


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
