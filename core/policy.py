"""Which terms may this sender choose? Also: what a form may offer.

Out of range is refused, never clamped: a sender who asked for a minute must not get a week.
"""

from dataclasses import dataclass

from core.errors import BadInput
from core.push import Terms

MINUTE, HOUR, DAY = 60, 3600, 86400
SHORTEST_EXPIRY = 5 * MINUTE
LONGEST_EXPIRY = 90 * DAY
MOST_VIEWS = 100
LABEL_MOST = 80
PASSPHRASE_MOST = 200
_OFFERED_EXPIRIES = (15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
_OFFERED_VIEWS = (1, 2, 3, 5, 10, 25, 100)


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of an installation. Expiries in seconds."""

    default_expiry: int = 7 * DAY
    longest_expiry: int = LONGEST_EXPIRY
    default_views: int = 1
    most_views: int = MOST_VIEWS
    most_text_bytes: int = 1024 * 1024

    def offered_expiries(self, wished: int | None = None) -> list[int]:
        """The expiries that a form offers, shortest first; always with the default and with `wished`."""
        fitting = {e for e in _OFFERED_EXPIRIES if e <= self.longest_expiry}
        return sorted(fitting | {self.default_expiry} | ({wished} if wished else set()))

    def offered_views(self, wished: int | None = None) -> list[int]:
        """The numbers of views that a form offers; always with the default and with `wished`."""
        fitting = {v for v in _OFFERED_VIEWS if v <= self.most_views}
        return sorted(fitting | {self.default_views} | ({wished} if wished else set()))


def settle_terms(policy: Policy, expires_in: object, views: object) -> Terms:
    """The terms for an order; None means the default. Raises BadInput naming the field."""
    return Terms(
        expires_in=_whole(expires_in, "expiry", policy.default_expiry, SHORTEST_EXPIRY, policy.longest_expiry),
        views=_whole(views, "views", policy.default_views, 1, policy.most_views),
    )


def _whole(given: object, field: str, default: int, least: int, most: int) -> int:
    if given is None:
        return default
    if type(given) is not int:  # a bool, a float, NaN and "1" are refused too
        raise BadInput(field, "not_a_whole_number")
    if not least <= given <= most:
        raise BadInput(field, "out_of_range")
    return given
