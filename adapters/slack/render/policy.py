"""How does the policy look to an admin?"""

from adapters.slack.render.blocks import Block, View, checks, choice, context, plain, section
from adapters.wording.catalog import Words
from adapters.wording.terms import duration
from core.errors import BadInput
from core.policy import Policy

VIEW_POLICY = "workspace_policy"

Option = tuple[str, str, str]


def policy_form(words: Words, installation: Policy, now: Policy) -> View:
    """The modal. It offers what the operator allows, and says where that ends."""
    return {
        "type": "modal",
        "callback_id": VIEW_POLICY,
        "title": plain(words.say("Policy")),
        "submit": plain(words.say("Save")),
        "close": plain(words.say("Cancel")),
        "blocks": [
            section(words.say("For every secret that members of this workspace push from now on. What is live stays as it is.")),
            *_terms(words, installation, now),
            *_always(words, installation, now),
            *_people(words, installation, now),
            *_chat(words, now),
        ],
    }


def _terms(words: Words, installation: Policy, now: Policy) -> list[Block]:
    expiries, counts = installation.offered_limits()
    longest, most = duration(words, installation.longest_expiry), installation.most_views
    lasting = [(duration(words, each), str(each)) for each in sorted({*expiries, now.longest_expiry, now.default_expiry})]
    counted = [(str(each), str(each)) for each in sorted({*counts, now.most_views, now.default_views})]
    return [
        choice(
            "longest_expiry",
            words.say("Longest expiry"),
            lasting,
            str(now.longest_expiry),
            words.say(
                "A secret that is forgotten soon cannot leak later. Whoever runs this app allows {longest} at most.", longest=longest
            ),
        ),
        choice(
            "default_expiry",
            words.say("Usual expiry"),
            lasting,
            str(now.default_expiry),
            words.say("What a form begins with. Most people leave it as it is."),
        ),
        choice(
            "most_views",
            words.say("Most times a secret can be opened"),
            counted,
            str(now.most_views),
            words.say("Each time more is a reader more. Whoever runs this app allows {most} at most.", most=most),
        ),
        choice("default_views", words.say("Usual number of times"), counted, str(now.default_views)),
    ]


def _always(words: Words, installation: Policy, now: Policy) -> list[Block]:
    options: list[Option] = []
    if not installation.passphrase_required:
        why = words.say("Whoever gets hold of the link alone cannot open it.")
        options.append((words.say("A passphrase is always needed"), why, "passphrase_required"))
    if not installation.binding_required:
        why = words.say("Nobody gets a link that works for whoever has it.")
        options.append((words.say("Every secret is for a named person"), why, "binding_required"))
    ticked = _ticked(passphrase_required=now.passphrase_required, binding_required=now.binding_required)
    fixed = words.say("Whoever runs this app demands a passphrase, or a named person, of every workspace.")
    return _asked("always", words.say("Always"), options, ticked, fixed if len(options) < 2 else "")


def _people(words: Words, installation: Policy, now: Policy) -> list[Block]:
    options: list[Option] = []
    if installation.guests_allowed:
        options.append((words.say("Guests"), words.say("They see some channels of this workspace only."), "guests_allowed"))
    options.append((words.say("People of other workspaces"), words.say("You meet them in shared channels."), "outsiders_allowed"))
    if installation.bridge_allowed:
        why = words.say("They can name members so, too. Whoever runs this app lists the domains.")
        options.append((words.say("People of Teams, by e-mail address"), why, "bridge_allowed"))
    ticked = _ticked(guests_allowed=now.guests_allowed, outsiders_allowed=now.outsiders_allowed, bridge_allowed=now.bridge_allowed)
    fixed = "" if installation.guests_allowed else words.say("Whoever runs this app does not allow secrets for guests.")
    return _asked("people", words.say("Secrets may be for, besides members"), options, ticked, fixed)


def _chat(words: Words, now: Policy) -> list[Block]:
    reveal, deleting = words.say("Secrets may be read inside Slack"), words.say("Help with deleting the original message")
    options = [
        (reveal, words.say("Convenient, but then the secret passes through Slack."), "reveal_in_chat"),
        (deleting, words.say("Whoever pushes a message is shown how to get rid of it."), "help_deleting"),
    ]
    ticked = _ticked(reveal_in_chat=now.reveal_in_chat, help_deleting=now.help_deleting)
    meaning = words.say(
        "Read inside Slack, a secret goes through Slack's servers, and Slack could keep it. On the page it goes from this app's "
        "server to the browser only, locked until it is there."
    )
    return [checks("chat", words.say("In Slack"), options, ticked), context(meaning)]


def _asked(name: str, label: str, options: list[Option], ticked: set[str], fixed: str) -> list[Block]:
    asked = [checks(name, label, options, ticked)] if options else []
    return [*asked, *([context(fixed)] if fixed else [])]


def _ticked(**names: bool) -> set[str]:
    return {name for name, wished in names.items() if wished}


def policy_line(words: Words, now: Policy) -> str:
    """The policy, in a few words."""
    told = words.say(
        "Expiry: usually {usual}, {longest} at most. Times a secret can be opened: usually {views}, {most} at most.",
        usual=duration(words, now.default_expiry),
        longest=duration(words, now.longest_expiry),
        views=now.default_views,
        most=now.most_views,
    )
    more = [
        (now.passphrase_required, words.say("A passphrase is always needed.")),
        (now.binding_required, words.say("Every secret is for a named person.")),
        (not now.guests_allowed, words.say("Not for guests.")),
        (now.outsiders_allowed, words.say("Also for people of other workspaces.")),
        (now.bridge_allowed, words.say("Also for people of Teams, by e-mail address, and from them.")),
        (now.reveal_in_chat, words.say("Secrets may be read inside Slack.")),
        (not now.help_deleting, words.say("No help with deleting the original message.")),
    ]
    return " ".join([told, *(sentence for is_so, sentence in more if is_so)])


def choice_refused(words: Words, problem: BadInput, installation: Policy) -> str:
    """What is wrong with a chosen policy, for under its field."""
    match problem.field:
        case "default_expiry":
            return words.say("This is longer than the longest expiry. Choose a shorter one, or raise the longest.")
        case "default_views":
            return words.say("This is more than the most. Choose fewer, or raise the most.")
        case "longest_expiry":
            return words.say("Whoever runs this app allows {longest} at most.", longest=duration(words, installation.longest_expiry))
        case _:
            return words.say("Whoever runs this app allows {most} at most.", most=installation.most_views)
