"""What does a form say beside its fields, in any chat?"""

from adapters.wording.catalog import Words
from adapters.wording.terms import duration, times
from core.policy import Policy


def secret_hint(words: Words) -> str:
    """Beside the secret."""
    return words.say("Kept exactly as you type it. It never appears in the conversation.")


def recipients_hint(words: Words, policy: Policy) -> str:
    """Beside the people."""
    if policy.binding_required:
        return words.say(
            "Each gets a secret of their own, and nobody else can open it. This workspace wants every secret to be for named people."
        )
    return words.say(
        "Each gets a secret of their own, and nobody else can open it. Leave it empty to get a link that you pass on yourself."
    )


def across_label(words: Words, chat: str) -> str:
    """Over the field for addresses of people in another chat."""
    return words.say("By e-mail address, in {chat}", chat=chat)


def across_hint(words: Words, chat: str) -> str:
    """Beside that field."""
    return words.say(
        "People who have this app in {chat}: whole addresses, with commas between them. Theirs and yours must be of a domain that whoever runs this app allows.",
        chat=chat,
    )


def passphrase_hint(words: Words, policy: Policy) -> str:
    """Beside the passphrase."""
    if policy.passphrase_required:
        return words.say("This workspace wants a passphrase on every secret. Tell it to the recipient another way, not in this chat.")
    return words.say("Tell it to the recipient another way, not in this chat. Five wrong tries burn the secret.")


def label_hint(words: Words) -> str:
    """Beside the label."""
    return words.say("Only you see it, on your receipt.")


def folded_terms(words: Words, expires_in: int, views: int) -> str:
    """What holds while the fields for it are folded away. `expires_in` in seconds."""
    return words.say("Expires in {expiry}. {views}", expiry=duration(words, expires_in), views=times(words, views))


def generated_line(words: Words) -> str:
    """After a secret was made."""
    return words.say("A strong secret was made for you. Use it where it belongs, then push it.")


def again_line(words: Words) -> str:
    """Over the form for a push like an earlier one."""
    return words.say("The terms are those of before. The secret is not: this app cannot read what you pushed, so type it once more.")


def asked_hint(words: Words) -> str:
    """Beside the person who is asked."""
    return words.say("Gets a message with a button, and nothing else.")


def what_hint(words: Words) -> str:
    """Beside what the secret is for."""
    return words.say("They read this. Do not put a secret here.")
