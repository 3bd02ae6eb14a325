"""What do commands answer, where they were typed?"""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import section
from adapters.wording.catalog import Words


def help_text(words: Words) -> Message:
    """What the command can do."""
    lines = [
        words.say("*Share a secret by a link that works once.*"),
        words.say("`/pushpw` opens the form."),
        words.say("`/pushpw @jane` opens it with Jane filled in. Only Jane can open the secret."),
        words.say("`/pushpw @jane @oncall` fills in several people, and who is in a group. Each gets a secret of their own."),
        words.say("`/pushpw generate @jane` makes a strong secret for you; `@jane` may be left out."),
        words.say("Options may follow: `1d`, `3 views`."),
        words.say("`/pushpw request @jane what for` asks Jane for a secret."),
        words.say("`/pushpw list` shows what is live."),
        words.say("`/pushpw burn reference` takes a secret back; `/pushpw burn all` takes back all of yours."),
        words.say("`/pushpw settings` changes what the form begins with, the language and the messages you get."),
        words.say("`/pushpw help` shows this."),
        words.say("On any message: More actions, then “Push as one-time link”."),
    ]
    return Message("\n".join(lines), [section("\n".join(lines))])


def note(text: str) -> Message:
    """One sentence, for this member alone."""
    return Message(text, [section(text)])
