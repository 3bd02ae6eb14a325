"""What do the pages of an installation say? Sentences alone; the pages themselves are not ours to make."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from adapters.wording.catalog import Words


@dataclass(frozen=True, slots=True)
class Said:
    """One page: what is so, and at most one thing to do. `scene` is how the envelope on it looks."""

    title: str
    lines: Sequence[str] = ()
    points: Sequence[str] = ()
    next_step: str = ""
    act: str = ""
    act_url: str = ""
    scene: str = "halted"
    status: int = 200


def ask_admin(words: Words, name: str, begin: str, *, sees_links: bool) -> Said:
    """Before an admin goes to Slack. `sees_links`: it asks for the scopes of the card under our own links, too."""
    links = [words.say("It is told where a link to one of its own pages is posted, and puts a card without any content under it.")]
    return Said(
        title=words.say("Add {name} to Slack", name=name),
        lines=[words.say("Share passwords and other secrets by links that work once, instead of leaving them in a conversation.")],
        points=[
            words.say("It adds the command /pushpw and two shortcuts."),
            words.say("It writes direct messages, and looks up names, languages and user groups."),
            *(links if sees_links else []),
            words.say("It cannot read conversations or files."),
        ],
        next_step=words.say("Slack asks you on its own page. In some workspaces an administrator has to agree."),
        act=words.say("Continue to Slack"),
        act_url=begin,
        scene="sealed",
    )


def ask_member(words: Words, begin: str) -> Said:
    """Before a member goes to Slack."""
    return Said(
        title=words.say("Let the app delete your own messages"),
        lines=[words.say("When you have made a one-time link of a message of yours, the app can delete that message for you.")],
        points=[
            words.say("Only messages that you wrote yourself, one at a time, each confirmed by you."),
            words.say("It reads nothing, and it writes nothing in your name."),
            words.say("You can take the permission back in Slack at any time."),
        ],
        next_step=words.say("Slack asks you on its own page."),
        act=words.say("Continue to Slack"),
        act_url=begin,
        scene="sealed",
    )


def installed(words: Words, name: str, place: str, *, app_id: str, team_id: str) -> Said:
    """After an admin's consent. Without a team the app is there for a whole organisation."""
    line = (
        words.say("Type /pushpw in any conversation to share a first secret.")
        if team_id
        else words.say("It is there for the whole organisation. Choose in Slack's administration which workspaces get it.")
    )
    return Said(
        title=words.say("{name} is now in {place}", name=name, place=place),
        lines=[line],
        act=words.say("Open Slack"),
        act_url="https://slack.com/app_redirect?" + urlencode({"app": app_id, **({"team": team_id} if team_id else {})}),
        scene="open",
    )


def allowed(words: Words) -> Said:
    """After a member's consent."""
    return Said(
        title=words.say("The app may delete your own messages"),
        lines=[words.say("It does so only when you ask for it, one message at a time.")],
        next_step=words.say("Go back to Slack and press the button once more. You can close this page."),
        scene="open",
    )


def problem(words: Words, code: str, begin: str) -> Said:
    """Something went otherwise; `code` is ours or Slack's. Always: nothing was changed, and what to do."""
    again = words.say("Begin again")
    nothing = words.say("Nothing was changed.")
    match code:
        case "access_denied":
            return Said(
                words.say("You did not agree"),
                [nothing],
                next_step=words.say("You can begin again whenever you like."),
                act=again,
                act_url=begin,
            )
        case "invalid_state":
            lines = [words.say("This try was begun in another browser, is over, or is older than ten minutes."), nothing]
            return Said(words.say("Begin once more"), lines, act=again, act_url=begin, status=400)
        case "not_installed":
            lines = [words.say("The app is not in your workspace yet."), nothing]
            return Said(
                words.say("An administrator comes first"),
                lines,
                next_step=words.say("Ask an administrator to add it, then come back."),
                status=400,
            )
        case "bad_client_secret" | "invalid_client_id" | "bad_redirect_uri" | "oauth_authorization_url_mismatch":
            lines = [words.say("Slack refused the credentials of this site itself."), nothing]
            return Said(
                words.say("This site is not set up yet"),
                lines,
                next_step=words.say("Tell whoever runs it: `pushpw check` says what is wrong."),
                status=502,
            )
        case "store_unavailable":
            lines = [words.say("The server cannot reach its store."), nothing]
            return Said(
                words.say("Not right now"),
                lines,
                next_step=words.say("Wait a minute, then begin again."),
                act=again,
                act_url=begin,
                scene="waiting",
                status=503,
            )
        case "too_many":
            lines = [words.say("There were too many tries from your network."), nothing]
            return Said(
                words.say("Not right now"), lines, next_step=words.say("Wait a minute, then begin again."), scene="waiting", status=429
            )
        case "unreachable":
            lines = [words.say("Slack does not answer."), nothing]
            return Said(
                words.say("Not right now"),
                lines,
                next_step=words.say("Wait a minute, then begin again."),
                act=again,
                act_url=begin,
                scene="waiting",
                status=503,
            )
    lines = [words.say("Slack did not accept what your browser brought from it."), nothing]
    return Said(words.say("That did not work"), lines, act=again, act_url=begin, status=400)
