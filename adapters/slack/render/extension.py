"""How does a sender give a push more time?"""

from adapters.slack.render.blocks import View, choice, context, plain, when
from adapters.wording.catalog import Words
from adapters.wording.terms import duration
from core.receipt import Receipt

VIEW_EXTEND = "extend_form"


def extension(words: Words, receipt: Receipt, offered: list[int]) -> View:
    """The modal that asks for how long, in seconds from now; `offered` has at least one."""
    options = [(duration(words, seconds), str(seconds)) for seconds in offered]
    return {
        "type": "modal",
        "callback_id": VIEW_EXTEND,
        "title": plain(words.say("Extend this secret")),
        "submit": plain(words.say("Extend it")),
        "close": plain(words.say("Cancel")),
        "private_metadata": receipt.reference,
        "blocks": [
            choice("expiry", words.say("From now on it lives for"), options, options[0][1]),
            context(words.say("As it is, it expires {moment}.", moment=when(words, receipt.expires_at))),
        ],
    }
