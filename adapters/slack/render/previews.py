"""What stands under a link of ours in chat? The same card under each, so that it says nothing about any."""

from typing import Any

from adapters.slack.render.blocks import section
from adapters.wording.catalog import Words


def card(words: Words) -> dict[str, Any]:
    """The card. It leads nowhere: what is clicked is the link above it."""
    told = words.say("A link to a secret. This preview opened nothing.")
    return {"blocks": [section(told)], "fallback": told}
