"""What did a member decide in their settings, and an admin in the policy? Taken as it was said."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.parse import field_values, whole
from core.policy import PolicyChoice
from core.preferences import Preferences

UNSET = "unset"
"""The option that leaves a choice to the workspace, or to Slack. Not empty: Slack wants a value."""
TELL_OPENED, TELL_UNREAD = "opened", "unread"


def preferences(view: Mapping[str, Any]) -> Preferences:
    """The preferences in a submitted modal. Raises BadInput."""
    given = field_values(view)
    told_of = given.get("notices") or set()
    return Preferences(
        expires_in=_number(given, "expiry"),
        views=_number(given, "views"),
        language=given["language"] if given.get("language") not in (None, UNSET) else "",
        tell_opened=TELL_OPENED in told_of,
        tell_unread=TELL_UNREAD in told_of,
    )


def policy_choice(view: Mapping[str, Any]) -> PolicyChoice:
    """The policy in a submitted modal. What the modal did not ask stays unchosen. Raises BadInput."""
    given = field_values(view)

    def ticked(block: str, name: str) -> bool | None:
        return name in given[block] if block in given else None

    return PolicyChoice(
        longest_expiry=_number(given, "longest_expiry"),
        default_expiry=_number(given, "default_expiry"),
        most_views=_number(given, "most_views"),
        default_views=_number(given, "default_views"),
        passphrase_required=ticked("always", "passphrase_required"),
        binding_required=ticked("always", "binding_required"),
        guests_allowed=ticked("people", "guests_allowed"),
        outsiders_allowed=ticked("people", "outsiders_allowed"),
        reveal_in_chat=ticked("chat", "reveal_in_chat"),
        help_deleting=ticked("chat", "help_deleting"),
        bridge_allowed=ticked("people", "bridge_allowed"),
    )


def _number(given: Mapping[str, Any], field: str) -> int | None:
    said = given.get(field)
    return None if said in (None, "", UNSET) else whole(field, str(said))
