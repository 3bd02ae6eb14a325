"""In which envelopes do Teams' invokes want their answers?

Each function gives the JSON body of the HTTP 200. Sources:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots,
https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/respond-to-task-module-submit,
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards.
"""

from typing import Any

from adapters.teams.render.blocks import CARD, Card, told
from adapters.wording.catalog import Words

Answer = dict[str, Any]

_MESSAGE = "application/vnd.microsoft.activity.message"


def attached(card: Card) -> dict[str, Any]:
    """A card as an attachment."""
    return {"contentType": CARD, "content": card}


def message(card: Card) -> dict[str, Any]:
    """A card as a message; what it says plainly becomes the notification."""
    return {"type": "message", "summary": card["fallbackText"], "attachments": [attached(card)]}


def dialog(title: str, card: Card, *, small: bool = False) -> Answer:
    """A dialog with this card in it: the answer to an opening, and to a submit that goes on. Its title: at most 64 characters are seen."""
    size = "small" if small else "medium"
    return {"task": {"type": "continue", "value": {"title": title, "width": size, "height": size, "card": attached(card)}}}


def dialog_says(words: Words, said: str, title: str = "") -> Answer:
    """A dialog that says one thing and waits for nothing."""
    return dialog(title or words.say("Secret"), told(words, said), small=True)


def in_compose(card: Card) -> Answer:
    """The card in the box where its sender writes, for them to send: the answer to a submit of the message extension."""
    preview = {"contentType": "application/vnd.microsoft.card.thumbnail", "content": {"title": card["fallbackText"]}}
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": [{**attached(card), "preview": preview}]}}


def for_this_user(card: Card) -> Answer:
    """The answer to an Action.Execute: in place of the card, for whoever pressed and for nobody else."""
    return {"statusCode": 200, "type": CARD, "value": card}


def toast(said: str) -> Answer:
    """The answer to an Action.Execute: a line over the card for a moment, and the card stays."""
    return {"statusCode": 200, "type": _MESSAGE, "value": said}
