"""How do a member's own settings look?"""

from babel.core import Locale

from adapters.slack.decisions import TELL_OPENED, TELL_UNREAD, UNSET
from adapters.slack.render.blocks import View, checks, choice, plain
from adapters.wording.catalog import Words, languages
from adapters.wording.terms import duration, times
from core.policy import Policy
from core.preferences import Preferences

VIEW_SETTINGS = "my_settings"


def settings(words: Words, policy: Policy, chosen: Preferences) -> View:
    """The modal: what a new form begins with, the language, and which messages come."""
    expires_in, views = chosen.expiry_within(policy), chosen.views_within(policy)
    as_workspace = words.say("As the workspace says: {what}", what=duration(words, policy.default_expiry))
    expiries = [(as_workspace, UNSET), *((duration(words, each), str(each)) for each in policy.offered_expiries(expires_in))]
    as_policy = words.say("As the workspace says: {what}", what=str(policy.default_views))
    counts = [(as_policy, UNSET), *((str(each), str(each)) for each in policy.offered_views(views))]
    spoken = [(words.say("As in Slack"), UNSET), *((name_of(each), each) for each in languages())]
    notices = [
        (words.say("When a secret of mine is opened"), words.say("The receipt shows it anyway, without a sound."), TELL_OPENED),
        (words.say("When a secret of mine expires unread"), words.say("So that I can push it again in time."), TELL_UNREAD),
    ]
    told_of = {name for name, wished in ((TELL_OPENED, chosen.tell_opened), (TELL_UNREAD, chosen.tell_unread)) if wished}
    why = words.say("What a new form begins with. You can choose otherwise each time.")
    return {
        "type": "modal",
        "callback_id": VIEW_SETTINGS,
        "title": plain(words.say("My settings")),
        "submit": plain(words.say("Save")),
        "close": plain(words.say("Cancel")),
        "blocks": [
            choice("expiry", words.say("Expires in"), expiries, str(expires_in or UNSET), why),
            choice("views", words.say("Times it can be opened"), counts, str(views or UNSET)),
            choice("language", words.say("Language"), spoken, chosen.language if chosen.language in languages() else UNSET),
            checks("notices", words.say("Send me a message"), notices, told_of),
        ],
    }


def settings_line(words: Words, policy: Policy, chosen: Preferences) -> str:
    """The settings, in a few words."""
    return words.say(
        "A new form begins with: expires in {expiry}. {views} Language: {language}.",
        expiry=duration(words, chosen.expiry_within(policy) or policy.default_expiry),
        views=times(words, chosen.views_within(policy) or policy.default_views),
        language=name_of(chosen.language) if chosen.language in languages() else words.say("as in Slack"),
    )


def name_of(language: str) -> str:
    """A language's own name for itself."""
    return str(Locale.parse(language).get_display_name(language)).capitalize()
