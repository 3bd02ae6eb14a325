"""How does the form for a new push look?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.slack.form import SECRET_FIELD_MOST, Form
from adapters.slack.render.blocks import Block, View, button, choice, context, plain, section, text_field
from adapters.wording import form_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.marks import chat_named
from adapters.wording.terms import duration
from core.creation import RECIPIENTS_MOST
from core.identity import Platform
from core.policy import LABEL_MOST, PASSPHRASE_MOST, Policy

VIEW_FORM = "push_form"
GENERATE, MORE = "generate_secret", "more_options"
RECIPIENT, GROUPS, ACROSS = "recipient", "groups", "email"
ACROSS_MOST = 1100
"""As many characters as ten addresses have, and what stands between them."""
GROUPS_MOST, OPTION_TEXT_MOST = 10, 75
ABOUT = "about_recipients"
"""The block with what is to say about those who were chosen."""


def form(
    words: Words, policy: Policy, shown: Form, about: Sequence[str] = (), *, offers_groups: bool = False, across: Platform | None = None
) -> View:
    """The form for a new push: the secret first, then who, then terms. `about`: lines on those who are chosen in it; `across`: the chat whose people may be named by address."""
    shown = replace(shown, more=shown.more or policy.passphrase_required)  # what must be filled in is not folded away
    groups = [_groups(words)] if offers_groups else []
    said = [{**context("\n".join(about)), "block_id": ABOUT}] if about else []
    blocks = [*_secret_blocks(words, shown), _recipients(words, policy, shown, alone=not offers_groups and across is None), *groups, *said]
    if shown.more:
        blocks += [
            *([_across(words, shown, chat_named(across))] if across else []),
            choice(
                "expiry",
                words.say("Expires in"),
                _expiries(words, policy, shown.expires_in),
                str(shown.expires_in or policy.default_expiry),
            ),
            choice(
                "views", words.say("Times it can be opened"), _view_counts(policy, shown.views), str(shown.views or policy.default_views)
            ),
            passphrase_field(words, policy),
            text_field("label", words.say("Label"), lines.label_hint(words), LABEL_MOST, first=shown.label),
        ]
    else:
        folded = lines.folded_terms(words, shown.expires_in or policy.default_expiry, shown.views or policy.default_views)
        blocks.append(context(folded))
    return {
        "type": "modal",
        "callback_id": VIEW_FORM,
        "title": plain(words.say("Push a secret")),
        "submit": plain(words.say("Push it")),
        "close": plain(words.say("Cancel")),
        "private_metadata": shown.remembered(),
        "blocks": blocks,
    }


def _secret_blocks(words: Words, shown: Form) -> list[Block]:
    buttons = [] if shown.more else [button(words.say("More options"), MORE)]
    if shown.draft_length:
        told = words.say(
            "The message you chose, {length} characters long. It is kept sealed for 15 minutes, exactly as it is.",
            length=shown.draft_length,
        )
        return [section(told), *_notice(words, shown), *([{"type": "actions", "elements": buttons}] if buttons else [])]
    return [
        secret_field(words, shown.edition, shown.secret),
        *_notice(words, shown),
        {"type": "actions", "elements": [button(words.say("Generate a strong one"), GENERATE), *buttons]},
    ]


def secret_field(words: Words, edition: int = 0, first: str = "") -> Block:
    """Where a secret is typed; `first` stands there already.

    A new `edition` has a new block id, which makes Slack show the new value; with the old id it would keep what was typed.
    """
    return {
        "type": "input",
        "block_id": f"secret_{edition}",
        "label": plain(words.say("Secret")),
        "hint": plain(lines.secret_hint(words)),
        "element": {
            "type": "plain_text_input",
            "action_id": "secret",
            "multiline": True,
            "max_length": SECRET_FIELD_MOST,
            "focus_on_load": not first,
            **({"initial_value": first} if first else {}),
        },
    }


def _notice(words: Words, shown: Form) -> list[Block]:
    match shown.notice:
        case "mistake":
            told = words.say("Nothing was posted. Check it, chat may have changed it. For what the command can do, type `/pushpw help`.")
        case "changed":
            told = words.say("Slack changed this message when it was sent. Check it before you push it.")
        case "generated":
            told = lines.generated_line(words)
        case "again":
            told = lines.again_line(words)
        case _:
            return []
    return [context(told)]


def _recipients(words: Words, policy: Policy, shown: Form, *, alone: bool) -> Block:
    """`alone`: no other field names people."""
    return {
        "type": "input",
        "block_id": RECIPIENT,
        "dispatch_action": True,
        "optional": not (policy.binding_required and alone),
        "label": plain(words.say("For")),
        "hint": plain(lines.recipients_hint(words, policy)),
        "element": {
            "type": "multi_users_select",
            "action_id": RECIPIENT,
            "placeholder": plain(words.say("Choose people")),
            "max_selected_items": RECIPIENTS_MOST,
            **({"initial_users": list(shown.recipients)} if shown.recipients else {}),
        },
    }


def _across(words: Words, shown: Form, chat: str) -> Block:
    hint = lines.across_hint(words, chat)
    return text_field(ACROSS, lines.across_label(words, chat), hint, ACROSS_MOST, first=shown.across)


def _groups(words: Words) -> Block:
    return {
        "type": "input",
        "block_id": GROUPS,
        "dispatch_action": True,
        "optional": True,
        "label": plain(words.say("And everybody in these groups")),
        "hint": plain(words.say("Whoever is in the group when you send it. Who joins later gets nothing.")),
        "element": {
            "type": "multi_external_select",
            "action_id": GROUPS,
            "placeholder": plain(words.say("Type a group's name")),
            "min_query_length": 1,
            "max_selected_items": GROUPS_MOST,
        },
    }


def passphrase_field(words: Words, policy: Policy) -> Block:
    """Where a passphrase is typed; whether one must be, the policy says."""
    hint = lines.passphrase_hint(words, policy)
    return text_field("passphrase", words.say("Passphrase"), hint, PASSPHRASE_MOST, optional=not policy.passphrase_required)


def group_options(groups: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the group field offers: (id, text) pairs."""
    return {"options": [{"text": plain(text[:OPTION_TEXT_MOST]), "value": group_id} for group_id, text in groups]}


def _expiries(words: Words, policy: Policy, wished: int | None) -> list[tuple[str, str]]:
    return [(duration(words, seconds), str(seconds)) for seconds in policy.offered_expiries(wished)]


def _view_counts(policy: Policy, wished: int | None) -> list[tuple[str, str]]:
    return [(str(count), str(count)) for count in policy.offered_views(wished)]
