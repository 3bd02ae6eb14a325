"""Policies without workspaces."""

from dataclasses import dataclass

from core.identity import Workspace
from core.policy import Policy


@dataclass(frozen=True, slots=True)
class InstallationPolicies:
    """The operator's policy, for every workspace alike."""

    of_installation: Policy

    async def of(self, workspace: Workspace) -> Policy:
        """The same for all."""
        return self.of_installation
