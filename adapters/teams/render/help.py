"""What does the app say of itself, and to those who write to it?"""

from adapters.teams.gestures import PUSH, REQUEST
from adapters.teams.render.blocks import Card, Element, card, heading, opens_dialog, primary, quiet, text
from adapters.wording.catalog import Words


def welcome(words: Words) -> Card:
    """The first message in a member's own chat with the app."""
    first = words.say("Share a secret by a link that works once.")
    body = [
        heading(first),
        text(words.say("It never stands in a conversation, and you see when it was opened.")),
        quiet(words.say("What others send you comes here too. Write “help” for what else there is.")),
    ]
    return card(words, first, body, _to_do(words))


def introduction(words: Words) -> Card:
    """Once, where the app was added to a group or a channel."""
    first = words.say("This app shares secrets by links that work once.")
    how = words.say(
        "Mention it and write “push”, or choose it below the box where you write. A form opens, for you alone: type the secret there, and never in a message."
    )
    return card(words, first, [heading(first), text(how)], [primary(opens_dialog(words.say("Push a secret"), PUSH))])


def help_card(words: Words, *, shared: bool = True) -> Card:
    """What the app can do. `shared`: where others are too, whom a message can mention; in a chat with the app alone nobody can be named."""
    first = words.say("Share a secret by a link that works once.")
    named = [
        words.say("**push** opens the form. **push @Jane** opens it with Jane filled in: only Jane can open the secret."),
        words.say("**generate @Jane** makes a strong secret for you; **@Jane** may be left out."),
        words.say("Options may follow: **1d** for one day, **3 views** for opening it three times."),
        words.say("**request @Jane what for** asks Jane for a secret."),
    ]
    alone = [
        words.say("**push** opens the form. There you choose who can open the secret."),
        words.say("**generate** opens it with a strong secret in it."),
        words.say("Options may follow: **1d** for one day, **3 views** for opening it three times."),
        words.say("**request** opens the form to ask somebody for a secret."),
    ]
    said = [
        *(named if shared else alone),
        words.say("**list** shows what is live."),
        words.say("**burn reference** takes a secret back; **burn all** takes back all of yours."),
        words.say("On any message: More options (…), then “Push as one-time link”."),
        words.say("Never write the secret itself in a message: a chat keeps what is written. The form is the place for it."),
    ]
    return card(words, first, [heading(first), *(text(each, spacing="Small") for each in said)], _to_do(words))


def typed_by_mistake(words: Words) -> Card:
    """For a text that nobody expected, which may have been a secret. It is not repeated."""
    first = words.say("If that was a secret, delete your message now: the chat has kept it.")
    body = [
        heading(first),
        text(words.say("Nothing was pushed. After that, change the secret where it is used, and push the new one with the form.")),
        quiet(words.say("If it was meant for this app: write “help” to see what it understands.")),
    ]
    return card(words, first, body, [primary(opens_dialog(words.say("Push a secret"), PUSH))])


def nobody_named_here(words: Words) -> Card:
    """For a command with a name in it, in a chat that has nobody to mention. What stood after it may have been a secret all the same."""
    first = words.say("In this chat nobody can be named in a message. Choose people in the form.")
    more = words.say("If there was a secret in your message, delete it now: the chat has kept it. Then change the secret where it is used.")
    return card(words, first, [heading(first), quiet(more)], _to_do(words))


def _to_do(words: Words) -> list[Element]:
    return [
        primary(opens_dialog(words.say("Push a secret"), PUSH)),
        opens_dialog(words.say("Ask for a secret"), REQUEST),
    ]
