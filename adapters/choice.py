"""Who was chosen in a form, and what is there to know of them?"""

from dataclasses import dataclass, field

from core.identity import Member
from core.policy import Standing

GROUP_TROUBLE = "groups"
"""The field that `BadInput` names when a group's people cannot be had: reasons `empty`, `unknown`, `no_leave`, `unanswered`."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody who was chosen; `name` as the platform tells it, empty when it does not say who that is."""

    member: Member
    name: str = field(repr=False)
    standing: Standing
    why_not: str = ""
    """A reason of `BadInput`; empty when they may be sent to."""

    @property
    def id(self) -> str:
        """Their id, as the platform has it."""
        return self.member.id


@dataclass(frozen=True, slots=True)
class Choice:
    """All who were chosen. `left_out`: (id, why) of those in the chosen groups who get nothing."""

    people: tuple[Chosen, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    with_groups: bool = False

    @property
    def refused(self) -> list[Chosen]:
        """Those who were chosen by name and may not be sent to."""
        return [each for each in self.people if each.why_not]
