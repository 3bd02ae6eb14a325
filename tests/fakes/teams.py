"""Teams' connector in memory, and a few people who use it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from core.errors import Undeliverable
from core.identity import Member, Workspace

URL = "https://smba.trafficmanager.net/emea/"
TENANT = Workspace("teams", "8a2b7c1d-0000-4000-8000-00000000ac3e")
OTHER_TENANT = Workspace("teams", "8a2b7c1d-0000-4000-8000-0000000f0e16")
JANE = Member(TENANT, "11111111-2222-4333-8444-00000000001a", "Jane Doe")
JOHN = Member(TENANT, "11111111-2222-4333-8444-00000000001b", "John Roe")


def entry_of(member: Member, **more: Any) -> dict[str, Any]:
    """Somebody as a roster has them."""
    said = {"id": f"29:{member.id}", "aadObjectId": member.id, "name": member.name, "tenantId": member.workspace.id, "userRole": "user"}
    return said | {"userPrincipalName": f"{member.id[-2:]}@acme.example"} | more


class FakeConnector:
    """Everybody in `installed` has a chat with the app; `rosters` says who is in which conversation. `refusals` are raised, by conversation or person."""

    def __init__(self) -> None:
        self.installed: set[str] = set()
        self.rosters: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.refusals: dict[str, Undeliverable] = {}
        self.posted: list[tuple[str, str | None, Mapping[str, Any]]] = []
        """Conversation, the one reader of a targeted message, the activity."""
        self.updated: list[tuple[str, str, Mapping[str, Any]]] = []
        self.asked: list[tuple[str, str]] = []

    def install_for(self, member: Member) -> None:
        """The app is there for them."""
        self.installed.add(member.id)

    def join(self, conversation: str, member: Member, **more: Any) -> None:
        """They are in that conversation."""
        entry = entry_of(member, **more)
        self.rosters[conversation] |= {member.id: entry, entry["id"]: entry}

    async def create_conversation(self, service_url: str, tenant_id: str, member_id: str) -> str:
        self._look(service_url, member_id)
        if member_id.removeprefix("29:") not in self.installed:
            raise Undeliverable("BotNotInConversationRoster")
        return chat_of(member_id)

    async def post(self, service_url: str, conversation_id: str, activity: Mapping[str, Any], targeted_to: str | None = None) -> str:
        self._look(service_url, conversation_id)
        self.posted.append((conversation_id, targeted_to, activity))
        return f"m{len(self.posted)}"

    async def update(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Mapping[str, Any], *, targeted: bool = False
    ) -> None:
        self._look(service_url, conversation_id, activity_id)
        self.updated.append((conversation_id, f"{activity_id} for one" if targeted else activity_id, activity))

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> Mapping[str, Any] | None:
        self.asked.append((conversation_id, member_id))
        self._look(service_url, conversation_id)
        if conversation_id not in self.rosters:
            raise Undeliverable("BotNotInConversationRoster")
        return self.rosters[conversation_id].get(member_id)

    def _look(self, service_url: str, *names: str) -> None:
        assert service_url == URL
        for name in names:
            if name in self.refusals:
                raise self.refusals[name]


def chat_of(member_id: str) -> str:
    """Their chat with the app."""
    return f"a:{member_id.removeprefix('29:')}"


def heard_from(member: Member, **more: Any) -> dict[str, Any]:
    """An activity that tells where they are reached."""
    return {
        "type": "message",
        "from": {"id": f"29:{member.id}", "name": member.name, "aadObjectId": member.id},
        "conversation": {"id": chat_of(member.id), "conversationType": "personal"},
        "channelData": {"tenant": {"id": member.workspace.id}},
        "serviceUrl": URL,
        **more,
    }
