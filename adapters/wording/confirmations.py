"""What is asked once more before it is done, in any chat?"""

from dataclasses import dataclass

from adapters.wording.catalog import Words


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question in four parts: what is about to happen, what that means, and the two ways on."""

    title: str
    text: str
    confirm: str
    deny: str


def to_burn(words: Words) -> Confirmation:
    """One push."""
    return Confirmation(
        words.say("Burn this secret?"),
        words.say("Nobody can open it any more. This cannot be undone."),
        words.say("Burn it"),
        words.say("Keep it"),
    )


def to_burn_one_of_many(words: Words) -> Confirmation:
    """One of the pushes that were made together."""
    return Confirmation(
        words.say("Burn this secret?"),
        words.say("This person cannot open it any more. The others still can. This cannot be undone."),
        words.say("Burn it"),
        words.say("Keep it"),
    )


def to_burn_all(words: Words, live: int) -> Confirmation:
    """All `live` ones of the pushes that were made together."""
    text = words.count(
        "{n} secret is burned. Nobody can open it any more. This cannot be undone.",
        "{n} secrets are burned. Nobody can open them any more. This cannot be undone.",
        live,
    )
    return Confirmation(words.say("Burn all of these?"), text, words.say("Burn all"), words.say("Keep them"))


def to_release(words: Words) -> Confirmation:
    """A push on hold."""
    return Confirmation(
        words.say("Release this secret?"),
        words.say("It can be opened again. If somebody opened it just before the restart, it can be opened a second time."),
        words.say("Release it"),
        words.say("Keep it on hold"),
    )


def to_pass_on(words: Words) -> Confirmation:
    """The link of a push that was for one person."""
    return Confirmation(
        words.say("Get a link to pass on?"),
        words.say("Whoever has the link can open the secret. Until now, only this one person could."),
        words.say("Get the link"),
        words.say("Not now"),
    )


def to_decline(words: Words) -> Confirmation:
    """A secret request, by the person who was asked."""
    return Confirmation(
        words.say("Decline this request?"),
        words.say("The person who asked is told that you declined."),
        words.say("Decline"),
        words.say("Back"),
    )


def to_withdraw(words: Words) -> Confirmation:
    """A secret request, by its requester."""
    return Confirmation(
        words.say("Withdraw this request?"), words.say("It can no longer be answered."), words.say("Withdraw"), words.say("Keep it")
    )
