"""What is there to say about those who were chosen, in any chat? Names come spelled as the chat has them."""

from adapters.wording.catalog import Words
from adapters.wording.marks import Marks, in_a_row


def guests_line(words: Words, guests: list[str]) -> str:
    """Who of them is a guest."""
    return words.count(
        "{people} is a guest in this workspace. Check that this is meant for them.",
        "{people} are guests in this workspace. Check that this is meant for them.",
        len(guests),
        people=in_a_row(words, guests),
    )


def refused_line(words: Words, marks: Marks, names: list[str], why: str) -> str:
    """Who may not be sent to; `why` is a reason of `BadInput`."""
    people = in_a_row(words, names)
    match why:
        case "guest":
            return words.say("This workspace does not allow guests: take out {people}.", people=people)
        case "outsider":
            return words.say("This workspace does not allow people from other workspaces: take out {people}.", people=people)
        case "deactivated":
            return words.say("Deactivated, so take out: {people}.", people=people)
        case "not_a_person":
            return words.say("An app cannot open a secret: take out {people}.", people=people)
        case _:
            return words.say(
                "{platform} did not say who this is, and this workspace does not allow everybody: {people}.",
                platform=marks.platform,
                people=people,
            )


def left_out_line(words: Words, marks: Marks, names: list[str], why: str) -> str:
    """Who of a group gets nothing; `why` is a reason of `BadInput`."""
    people = in_a_row(words, names)
    match why:
        case "yourself":
            return words.say("You are in that group yourself, and get nothing.")
        case "guest":
            return words.say("Left out, because this workspace does not allow guests: {people}.", people=people)
        case "outsider":
            return words.say("Left out, because this workspace does not allow people from other workspaces: {people}.", people=people)
        case "deactivated":
            return words.say("Left out, because deactivated: {people}.", people=people)
        case "not_a_person":
            return words.say("Left out, because an app cannot open a secret: {people}.", people=people)
        case _:
            return words.say("Left out, because {platform} did not say who this is: {people}.", platform=marks.platform, people=people)
