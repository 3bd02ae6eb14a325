"""How is a secret shown in Slack, where the workspace wants that?"""

from typing import Any

from adapters.slack.render.blocks import VIEW_DONE, Block, View, context, plain
from adapters.wording.catalog import Words
from adapters.wording.terms import gone, on_hold
from core.reveal import NotShown, Revealed


def revealed(words: Words, shown: Revealed) -> View:
    """The modal with the secret in it. It has no button on purpose: with every click Slack would send the secret to us once more."""
    left = words.count("It can be opened {n} more time.", "It can be opened {n} more times.", shown.views_left)
    used_up = words.say("That was the last time. Keep it somewhere safe before you close this window.")
    length = words.count("{n} character, exactly as it was pushed.", "{n} characters, exactly as they were pushed.", len(shown.text))
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(words.say("A secret for you")),
        "close": plain(words.say("Close")),
        "blocks": [
            preformatted(shown.text),
            context(f"{length} {left if shown.views_left else used_up}"),
            context(words.say("Slack keeps no copy of this window, but the secret has passed through Slack.")),
        ],
    }


def preformatted(text: str) -> Block:
    """A text exactly as it is: rich text knows no marks, no mentions and no entities."""
    element: dict[str, Any] = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [element]}


def why_not_shown(words: Words, reason: NotShown) -> str:
    """What to do instead. Nothing was used up."""
    match reason:
        case NotShown.TICKET:
            return words.say("This window is too old. Nothing was used up. Press Open in the conversation again.")
        case NotShown.HELD:
            return on_hold(words)
        case NotShown.GONE:
            return gone(words)
        case _:
            return words.say("This secret opens in the browser only. Press Open in the conversation again.")
