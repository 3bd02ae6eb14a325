"""Why can nothing be written to somebody in Teams? In our own words, for those whom it concerns.

Microsoft's codes: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability (status codes).
"""

from core.errors import Undeliverable, Unreachable

NOT_INSTALLED, BLOCKED, DISABLED, NO_WRITING = "not_installed", "blocked", "disabled_by_admin", "writes_blocked"
"""They do not have the app; they blocked it; an admin switched it off; their chat with it takes nothing. Any other reason is Microsoft's code."""
NOTHING_ELSE_HELPS = frozenset({BLOCKED, DISABLED, NO_WRITING})
"""The chat is there, and stays shut whatever we try."""
_REASONS = {
    "BotNotInConversationRoster": NOT_INSTALLED,
    "ForbiddenOperationException": NOT_INSTALLED,
    "ConversationNotFound": NOT_INSTALLED,
    "ConversationBlockedByUser": BLOCKED,
    "BotDisabledByAdmin": DISABLED,
    "MessageWritesBlocked": NO_WRITING,
}


def reason_of(problem: Undeliverable) -> str:
    """Why, as said above."""
    return _REASONS.get(problem.reason, problem.reason)


def in_our_words(problem: Undeliverable) -> Undeliverable:
    """The same refusal with our reason. Who may be tried again later stays so."""
    return problem if isinstance(problem, Unreachable) else Undeliverable(reason_of(problem))
