"""Which terms may this sender choose? Also: what a form may offer.

Out of range is refused, never clamped: a sender who asked for a minute must not get a week.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from core.errors import BadInput
from core.push import Millis, Terms

MINUTE, HOUR, DAY = 60, 3600, 86400
SHORTEST_EXPIRY = 5 * MINUTE
LONGEST_EXPIRY = 90 * DAY
MOST_VIEWS = 100
LABEL_MOST = 80
PASSPHRASE_MOST = 200
_OFFERED_EXPIRIES = (15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
_OFFERED_VIEWS = (1, 2, 3, 5, 10, 25, 100)


class Standing(StrEnum):
    """How a recipient stands to the sender's workspace."""

    MEMBER = "member"
    GUEST = "guest"
    OUTSIDER = "outsider"
    ACROSS = "across"
    """In the other chat, found by an e-mail address for which their own platform vouches."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation, or one of its workspaces, allows. Expiries in seconds."""

    default_expiry: int = 7 * DAY
    longest_expiry: int = LONGEST_EXPIRY
    default_views: int = 1
    most_views: int = MOST_VIEWS
    most_text_bytes: int = 1024 * 1024
    passphrase_required: bool = False
    binding_required: bool = False
    """Every push is for named people; nobody gets a link to pass on."""
    guests_allowed: bool = True
    outsiders_allowed: bool = False
    """People of other workspaces may be named."""
    reveal_in_chat: bool = False
    """A recipient may read a push inside the chat platform, which then sees it."""
    help_deleting: bool = True
    """Whoever pushed a message is shown the way to get rid of it."""
    bridge_allowed: bool = False
    """People of the other chat may be named by e-mail address, and may name people here so."""

    def offered_expiries(self, wished: int | None = None) -> list[int]:
        """The expiries that a form offers, shortest first; always with the default and with `wished`."""
        fitting = {e for e in _OFFERED_EXPIRIES if e <= self.longest_expiry}
        return sorted(fitting | {self.default_expiry} | ({wished} if wished else set()))

    def offered_limits(self) -> tuple[list[int], list[int]]:
        """Expiries and numbers of views that may be made the most of a workspace."""
        expiries, views = set(_OFFERED_EXPIRIES) | {self.longest_expiry}, set(_OFFERED_VIEWS) | {self.most_views}
        return sorted(e for e in expiries if e <= self.longest_expiry), sorted(v for v in views if v <= self.most_views)

    def offered_views(self, wished: int | None = None) -> list[int]:
        """The numbers of views that a form offers; always with the default and with `wished`."""
        fitting = {v for v in _OFFERED_VIEWS if v <= self.most_views}
        return sorted(fitting | {self.default_views} | ({wished} if wished else set()))


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """What the admins of a workspace chose; where they chose nothing, what the installation says. Fields as in `Policy`."""

    default_expiry: int | None = None
    longest_expiry: int | None = None
    default_views: int | None = None
    most_views: int | None = None
    passphrase_required: bool | None = None
    binding_required: bool | None = None
    guests_allowed: bool | None = None
    outsiders_allowed: bool | None = None
    reveal_in_chat: bool | None = None
    help_deleting: bool | None = None
    bridge_allowed: bool | None = None


def narrowed(installation: Policy, choice: PolicyChoice) -> Policy:
    """The policy of a workspace: what it chose, never wider than what its installation allows.

    Limits are cut down to the installation's, which an operator may have lowered since. What is
    required there is required here. Whether outsiders may be named, reading inside the chat platform and
    help with deleting are the workspace's own affair. Nobody's people can be reached from the other chat
    unless both have said so.
    """
    longest = min(choice.longest_expiry or installation.longest_expiry, installation.longest_expiry)
    most = min(choice.most_views or installation.most_views, installation.most_views)
    return replace(
        installation,
        longest_expiry=longest,
        default_expiry=min(choice.default_expiry or installation.default_expiry, longest),
        most_views=most,
        default_views=min(choice.default_views or installation.default_views, most),
        passphrase_required=installation.passphrase_required or bool(choice.passphrase_required),
        binding_required=installation.binding_required or bool(choice.binding_required),
        guests_allowed=installation.guests_allowed and choice.guests_allowed is not False,
        outsiders_allowed=installation.outsiders_allowed if choice.outsiders_allowed is None else choice.outsiders_allowed,
        reveal_in_chat=installation.reveal_in_chat if choice.reveal_in_chat is None else choice.reveal_in_chat,
        help_deleting=installation.help_deleting if choice.help_deleting is None else choice.help_deleting,
        bridge_allowed=installation.bridge_allowed and bool(choice.bridge_allowed),
    )


def check_choice(installation: Policy, choice: PolicyChoice) -> None:
    """Raise BadInput, naming the field, when a choice is out of range, or wider than what the installation allows."""
    longest = _whole(choice.longest_expiry, "longest_expiry", installation.longest_expiry, SHORTEST_EXPIRY, installation.longest_expiry)
    most = _whole(choice.most_views, "most_views", installation.most_views, 1, installation.most_views)
    _whole(choice.default_expiry, "default_expiry", min(installation.default_expiry, longest), SHORTEST_EXPIRY, longest)
    _whole(choice.default_views, "default_views", min(installation.default_views, most), 1, most)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sender asks of the policy. None means the default; no recipients means a link to pass on."""

    expires_in: object = None
    views: object = None
    has_passphrase: bool = False
    recipients: tuple[Standing, ...] = ()


def settle(policy: Policy, wish: Wish) -> Terms:
    """The terms for what is wished; every door comes through here. Raises BadInput naming the field."""
    terms = settle_terms(policy, wish.expires_in, wish.views)
    if policy.binding_required and not wish.recipients:
        raise BadInput("recipient", "required")
    for standing in wish.recipients:
        if refused := refusal_of(policy, standing):
            raise BadInput("email" if standing is Standing.ACROSS else "recipient", refused)
    if policy.passphrase_required and not wish.has_passphrase:
        raise BadInput("passphrase", "required")
    return terms


def refusal_of(policy: Policy, standing: Standing) -> str:
    """Why nobody of that standing may be named: a reason of `BadInput`; empty when they may."""
    if standing is Standing.GUEST and not policy.guests_allowed:
        return "guest"
    if standing is Standing.ACROSS and not policy.bridge_allowed:
        return "off"
    return "outsider" if standing is Standing.OUTSIDER and not policy.outsiders_allowed else ""


def settle_terms(policy: Policy, expires_in: object, views: object) -> Terms:
    """Expiry and views alone; None means the default. Raises BadInput naming the field."""
    return Terms(
        expires_in=_whole(expires_in, "expiry", policy.default_expiry, SHORTEST_EXPIRY, policy.longest_expiry),
        views=_whole(views, "views", policy.default_views, 1, policy.most_views),
    )


def longer_expiries(policy: Policy, created_at: Millis, expires_at: Millis, now: Millis) -> list[int]:
    """For how many seconds from now on a live push may be extended, of those that a form offers; empty when it lives as long as it may."""
    last, gain = created_at + policy.longest_expiry * 1000, SHORTEST_EXPIRY * 1000
    return [seconds for seconds in policy.offered_expiries() if expires_at + gain <= now + seconds * 1000 <= last]


def check_longer(policy: Policy, created_at: Millis, expires_at: Millis, now: Millis, seconds: int) -> None:
    """Whether a push may end `seconds` from now. Raises BadInput: out of range counts from its making; `not_longer` would end it earlier."""
    _whole(seconds, "expiry", policy.default_expiry, SHORTEST_EXPIRY, policy.longest_expiry)
    until = now + seconds * 1000
    if until > created_at + policy.longest_expiry * 1000:
        raise BadInput("expiry", "out_of_range")
    if until <= expires_at:
        raise BadInput("expiry", "not_longer")


def _whole(given: object, field: str, default: int, least: int, most: int) -> int:
    if given is None:
        return default
    if type(given) is not int:  # a bool, a float, NaN and "1" are refused too
        raise BadInput(field, "not_a_whole_number")
    if not least <= given <= most:
        raise BadInput(field, "out_of_range")
    return given
