"""How are expiries and refusals said, in any chat?"""

from datetime import UTC, datetime

from babel.dates import format_datetime

from adapters.wording.catalog import Words
from core.bridge import ADDRESSES_MOST
from core.creation import RECIPIENTS_MOST, WITH_PASSPHRASE_MOST
from core.errors import BadInput, OnHold, PushError, StillBusy, TooLate, TooMany
from core.policy import DAY, HOUR, MINUTE, Policy


def duration(words: Words, seconds: int) -> str:
    """`seconds` in the largest whole unit: 7 days, 36 hours, 90 minutes."""
    if seconds % DAY == 0:
        return words.count("{n} day", "{n} days", seconds // DAY)
    if seconds % HOUR == 0:
        return words.count("{n} hour", "{n} hours", seconds // HOUR)
    return words.count("{n} minute", "{n} minutes", seconds // MINUTE)


def times(words: Words, views: int) -> str:
    """How often a push can be opened, as a sentence."""
    return words.count("Can be opened once.", "Can be opened {n} times.", views)


def moment(words: Words, millis: int) -> str:
    """A moment in UTC, for readers whose own zone nobody knows."""
    at = datetime.fromtimestamp(millis / 1000, UTC)
    return f"{format_datetime(at, 'medium', locale=words.locale)} UTC"


def refusal(words: Words, problem: PushError, policy: Policy) -> str:
    """What was refused, and what to do about it. Never what was given."""
    match problem:
        case BadInput(field="expiry"):
            shortest, longest = duration(words, 5 * MINUTE), duration(words, policy.longest_expiry)
            return words.say("The expiry must be between {shortest} and {longest}.", shortest=shortest, longest=longest)
        case BadInput(field="views"):
            return words.say("The secret can be opened between 1 and {most} times. Choose a number in between.", most=policy.most_views)
        case BadInput(field="asked", reason="empty"):
            return words.say("Choose whom to ask.")
        case BadInput(field="asked", reason="oneself"):
            return words.say("This is you. Choose somebody else.")
        case BadInput(field="asked", reason="not_a_person"):
            return words.say("An app cannot send a secret. Choose a person.")
        case BadInput(field="asked", reason="deactivated"):
            return words.say("This account is deactivated. Choose somebody else.")
        case BadInput(field="asked"):
            return words.say("Your workspace does not allow asking this person. Choose somebody else.")
        case BadInput(field="what", reason="empty"):
            return words.say("Say what for, in a few words.")
        case BadInput(field="recipient", reason="not_a_person"):
            return words.say("An app cannot open a secret. Choose a person.")
        case BadInput(field="recipient", reason="deactivated"):
            return words.say("This account is deactivated. Choose somebody else.")
        case BadInput(field="recipient", reason="guest"):
            return words.say("This workspace does not allow guests as recipients. Choose somebody else.")
        case BadInput(field="recipient", reason="outsider"):
            return words.say("This workspace does not allow recipients from other workspaces. Choose somebody else.")
        case BadInput(field="recipient", reason="required"):
            return words.say("This workspace wants every secret to be for named people. Choose at least one person.")
        case BadInput(field="recipient", reason="too_many"):
            return words.say("These are too many people: at most {most} fit. Choose fewer.", most=RECIPIENTS_MOST)
        case BadInput(field="recipient"):
            return words.say(
                "Nobody could say who this is, and this workspace does not allow everybody. Try again in a minute, or choose somebody else."
            )
        case BadInput(field="email"):
            return _not_across(words, problem.reason)
        case BadInput(field="passphrase", reason="required"):
            return words.say("This workspace wants a passphrase on every secret. Think one up, and tell it to the recipient another way.")
        case BadInput(field="passphrase", reason="too_many_people"):
            return words.say(
                "With a passphrase, at most {most} people fit. Choose fewer, or leave the passphrase out.", most=WITH_PASSPHRASE_MOST
            )
        case BadInput(field="secret", reason="empty"):
            return words.say("There is no secret yet. Type one, or have one generated.")
        case BadInput(field="secret"):
            return words.say("The secret is too long. At most {most} bytes fit.", most=policy.most_text_bytes)
        case BadInput():
            return words.say("This is too long. Shorten it.")
        case TooMany():
            return words.say("You have made many secrets in a short time. Try again in {wait}.", wait=_wait(words, problem.retry_after))
        case OnHold():
            return on_hold(words)
        case TooLate():
            return too_late(words)
        case StillBusy():
            return words.say("What you sent first is still being worked on. Try again in a few seconds: nothing is sent twice.")
        case _:
            return words.say("This did not work. Nothing was sent.")


def _not_across(words: Words, reason: str) -> str:
    """Why nobody can be named by e-mail address so. Nothing of it tells whether somebody has an address."""
    match reason:
        case "off":
            return words.say("This workspace does not allow secrets for people of another chat. Leave the addresses out.")
        case "malformed":
            return words.say("Write whole e-mail addresses, with commas between them, and nothing else.")
        case "too_many":
            return words.say("These are too many addresses: at most {most} fit. Leave some out.", most=ADDRESSES_MOST)
        case "domain":
            return words.say("Whoever runs this app allows addresses of certain domains only, and not of this one. Leave it out.")
        case "own":
            return words.say(
                "Your own e-mail address here is not confirmed, or not of a domain that whoever runs this app allows. So you can reach nobody by an address."
            )
        case "here":
            return words.say(
                "A card in this conversation cannot be opened from another chat. Choose that each gets a message, or leave the addresses out."
            )
        case "unanswered":
            return words.say("Nobody could say just now whose addresses these are. Nothing was sent. Try again in a minute.")
        case _:
            return words.say(
                "Nobody can be reached by this address, or by one of these: it may be nobody's, or they may not have this app, or may not be sent to. Nothing was sent."
            )


def not_sent(words: Words) -> str:
    """The store did not answer, before anything began."""
    return words.say("The store is not answering, so nothing was sent. Try again in a minute.")


def opened_long_ago(words: Words) -> str:
    """A form that nobody could tell from one that was sent before."""
    return words.say("This form has been open for a long time, so nothing was sent yet. Look at it again, and send it.")


def not_asked(words: Words) -> str:
    """The store did not answer to a secret request."""
    return words.say("The store is not answering, so nobody was asked. Try again in a minute.")


def not_sent_in_time(words: Words) -> str:
    """Looking up who may be sent to took longer than the platform waits; the form is still open."""
    return words.say("Everything is slow just now, so nothing was sent. What you typed is still here. Send it again.")


def not_asked_in_time(words: Words) -> str:
    """As `not_sent_in_time`, of a secret request."""
    return words.say("Everything is slow just now, so nobody was asked. What you typed is still here. Send it again.")


def not_sent_for_lack_of_room(words: Words) -> str:
    """The store takes nothing new; the form is still open."""
    return words.say(
        "There is no room for new secrets just now, so nothing was sent. What you typed is still here. Tell whoever runs this app that its store is full."
    )


def gone(words: Words) -> str:
    """A person pressed Open, and there is nothing for them; which cause it has is nobody's business."""
    return words.say("This secret is gone, or it is for somebody else. If you still need it, ask the sender for a new one.")


def on_hold(words: Words) -> str:
    """A person pressed Open on a push that is held."""
    return words.say(
        "This secret is on hold, because the store behind it was restarted. Nothing was used up. The sender has been asked to release it; press Open again after that."
    )


def not_released(words: Words) -> str:
    """The store did not answer to a wish to release."""
    return words.say("The store is not answering. The secret is still on hold. Try again in a minute.")


def refusal_to_extend(words: Words, problem: PushError, policy: Policy) -> str:
    """Why a push does not live longer, and what to do about it."""
    match problem:
        case BadInput(reason="not_longer"):
            return words.say("It already lives longer than that. Choose a longer time.")
        case BadInput():
            longest = duration(words, policy.longest_expiry)
            return words.say("A secret may live for {longest} in all. Push it again if it is needed for longer.", longest=longest)
        case _:
            return words.say("This secret has ended, so it cannot be extended. Push it again if it is still needed.")


def not_extended(words: Words) -> str:
    """The store did not answer to a wish to extend."""
    return words.say("The store is not answering, so this may not be extended yet. Try again in a minute.")


def reminded_lately(words: Words, wait: int) -> str:
    """The last reminder was less than an hour ago."""
    return words.say("You have reminded them less than an hour ago. You can do it again in {wait}.", wait=_wait(words, wait))


def too_late(words: Words) -> str:
    """The push was opened, or ended, since the button was drawn."""
    return words.say("It is too late for that: the secret was opened meanwhile, or it has ended.")


def not_reminded(words: Words) -> str:
    """The store did not answer to a wish to remind."""
    return words.say("The store is not answering, so nobody was reminded. Try again in a minute.")


def not_opened_again(words: Words) -> str:
    """The store did not answer to a wish to push once more."""
    return words.say("The store is not answering, so the form did not open. Try again in a minute.")


def not_opened(words: Words) -> str:
    """The store did not answer to a press on Open."""
    return words.say("The store is not answering. Nothing was used up. Press Open again in a minute.")


def not_passed_on(words: Words) -> str:
    """The store did not answer to a wish for the link."""
    return words.say("The store is not answering, so nothing has changed. Try again in a minute.")


def not_burned(words: Words) -> str:
    """The store did not answer to a wish to burn."""
    return words.say("The store is not answering. The secret is not burned yet. Try again in a minute.")


def not_changed(words: Words) -> str:
    """The store did not answer to a wish to set something up."""
    return words.say("The store is not answering, so nothing was changed. Try again in a minute.")


def not_listed(words: Words) -> str:
    """The store did not answer to a wish to see what is live."""
    return words.say("The store is not answering, so your secrets cannot be listed. Nothing is lost. Try again in a minute.")


def not_sent_but_kept(words: Words) -> str:
    """The store did not answer to a form that is still open."""
    return words.say("The store is not answering, so nothing was sent. What you typed is still here. Try again in a minute.")


def _wait(words: Words, seconds: int) -> str:
    if seconds < MINUTE:
        return words.count("{n} second", "{n} seconds", max(1, seconds))
    return words.count("{n} minute", "{n} minutes", -(-seconds // MINUTE))
