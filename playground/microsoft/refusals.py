"""How does Microsoft say no, and how does a test hear that the bot is wrong?"""

from typing import Any

Json = dict[str, Any]
"""A JSON object, in the shape that Microsoft's documentation gives it."""


class Refused(Exception):
    """An answer of the Bot connector: HTTP status, error code, and for 429 the seconds to wait."""

    def __init__(self, status: int, code: str = "", message: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code
        self.message = message or MESSAGES.get(code, code)
        self.retry_after = retry_after

    def body(self) -> Json:
        """What the connector says; its 401 has another shape than the rest."""
        if self.status == 401:
            return {"message": "Authorization has been denied for this request."}
        return {"error": {"code": self.code, "message": self.message}}

    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}


class Broken(AssertionError):
    """The bot sent what Teams would refuse or show wrongly, or what our own rules forbid."""


MESSAGES = {
    "BotNotInConversationRoster": "The bot is not part of the conversation roster.",
    "ConversationBlockedByUser": "User blocked the conversation with the bot.",
    "BotDisabledByAdmin": "The tenant admin disabled this bot",
    "MessageWritesBlocked": "Message writes are blocked for this conversation.",
    "ConversationNotFound": "Conversation not found.",
    "ActivityNotFoundInConversation": "Conversation not found.",
    "ForbiddenOperationException": "Bot isn't installed in user's personal scope",
    "MemberNotFoundInConversation": "The member is not found in the conversation.",
    "PreconditionFailed": "Precondition failed, please try again.",
    "Throttled": "Too many requests.",
    "MessageSizeTooBig": "Message size too large.",
    "ServiceError": "A service dependency failed.",
    "BadSyntax": "Bad format of the request.",
    "BadArgument": "Failed to decrypt pairwise id",
}
"""By code: learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability (status codes)."""
