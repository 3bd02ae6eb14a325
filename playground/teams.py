"""Which workspace is it, and which groups of people are in it?"""

from dataclasses import dataclass, field

TEAM_ID = "T0PRETEND"
TEAM_DOMAIN = "pretend"
BOT = "U0PUSHPW"
BOT_ID = "B0PUSHPW"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace as Slack's payloads name it, and who the app is in it.

    Workspaces of one organisation share an `enterprise_id`; `org_wide` says that the app was installed for all of them at once.
    """

    id: str = TEAM_ID
    name: str = "Pretend"
    domain: str = TEAM_DOMAIN
    bot: str = BOT
    bot_id: str = BOT_ID
    enterprise_id: str = ""
    enterprise_name: str = ""
    org_wide: bool = False

    @property
    def enterprise(self) -> dict[str, str] | None:
        return {"id": self.enterprise_id, "name": self.enterprise_name} if self.enterprise_id else None


@dataclass(frozen=True, slots=True)
class Group:
    """A user group: people mention it as `@handle`. A disabled group keeps its people, as at Slack's."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...] = field(default=())
    is_deleted: bool = False
