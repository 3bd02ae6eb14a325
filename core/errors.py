"""What can go wrong with a push, said once?

Refusals are `PushError`s: they carry a stable code, and each code has a sentence in every
language (adapters/wording). Trouble is `StoreUnavailable`: people hear "try again", operators
see the cause. No payload, key, passphrase, proof or ticket is ever an argument of either.
"""

from typing import ClassVar


class PushError(Exception):
    """A refusal that a person hears about. `code` is what programs branch on."""

    code: ClassVar[str] = "refused"


class BadInput(PushError):
    """A field of an order is out of range or malformed; nothing was kept."""

    code = "bad_input"

    def __init__(self, field: str, reason: str) -> None:
        """`field` is the field's name, `reason` a code from the wording catalogue, never its value."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class TooMany(PushError):
    """A budget is spent; `retry_after` seconds from now there is room again."""

    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class NotYours(PushError):
    """The member may not do this to that push, or there is no such push of theirs."""

    code = "not_yours"


class TooLate(PushError):
    """What was wished for makes no sense any more: the push has ended, or was opened meanwhile."""

    code = "too_late"


class OnHold(PushError):
    """The push is held until its sender releases it (core.push.Held); told only to whom the platform vouches for."""

    code = "on_hold"


class StillBusy(PushError):
    """The same was asked for before, and that is not finished. Nothing is done twice; ask again in a moment."""

    code = "still_busy"


class IncompleteLink(PushError):
    """The link is cut or mistyped: its check characters do not match. Nothing was spent."""

    code = "incomplete_link"


class Damaged(PushError):
    """The sealed bytes do not open with this key, or what opens is not a frame."""

    code = "damaged"


class NewerVersion(PushError):
    """The frame is sound, but of a kind that only a newer pushpw knows."""

    code = "newer_version"


class Undeliverable(PushError):
    """The platform would not carry a notice to this person; `reason` is its own code."""

    code = "undeliverable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(Undeliverable):
    """The platform did not answer, or asked to wait: the same may be tried again later."""

    code = "unreachable"


class StoreUnavailable(Exception):
    """The store did not answer in time, or refused to work. Raised `from` its cause."""


class StoreFull(StoreUnavailable):
    """The store has too little room left for anything new; nothing was kept. What is there can still be claimed."""
