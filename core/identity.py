"""Who acts, in which workspace?"""

from dataclasses import dataclass, field
from typing import Literal, Self

Platform = Literal["slack", "teams", "api"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack workspace, a Teams tenant, or the API of this installation."""

    platform: Platform
    id: str
    enterprise: str | None = None

    def spelled(self) -> str:
        """One line that names this workspace and no other. Without its enterprise, as for a member."""
        return f"{self.platform}:{self.id}"

    def to_json(self) -> dict[str, str | None]:
        """The workspace as plain JSON, for sealed records."""
        return {"platform": self.platform, "workspace": self.id, "enterprise": self.enterprise}

    @classmethod
    def from_json(cls, spelled: dict[str, str | None]) -> Self:
        """The workspace that `to_json` wrote."""
        platform, workspace = spelled["platform"], spelled["workspace"]
        if platform not in ("slack", "teams", "api") or workspace is None:
            raise ValueError("not a workspace")
        return cls(platform, workspace, spelled.get("enterprise"))  # type: ignore[arg-type]  # mypy does not narrow `in` to a Literal


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one workspace, as the platform's signed request named them."""

    workspace: Workspace
    id: str
    name: str = field(default="", compare=False, repr=False)
    """What others see them as, where the platform has told it: for whoever reads of them in another chat. It decides nothing."""
    address: str = field(default="", compare=False, repr=False)
    """The e-mail address by which another chat's members know them, where their own platform vouches for it. It decides nothing here."""

    def spelled(self) -> str:
        """One line that names this member and nobody else, for keys and comparisons.

        The enterprise is left out on purpose: a platform sends it or not, for the same person.
        """
        return f"{self.workspace.spelled()}:{self.id}"

    def to_json(self) -> dict[str, str | None]:
        """The member as plain JSON, for sealed records."""
        told: dict[str, str | None] = {"name": self.name, "address": self.address}
        return self.workspace.to_json() | {"id": self.id} | {what: said for what, said in told.items() if said}

    @classmethod
    def from_json(cls, spelled: dict[str, str | None]) -> Self:
        """The member that `to_json` wrote."""
        workspace, member = Workspace.from_json(spelled), spelled["id"]
        if member is None:
            raise ValueError("not a member")
        return cls(workspace, member, spelled.get("name") or "", spelled.get("address") or "")
