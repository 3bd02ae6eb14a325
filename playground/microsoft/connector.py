"""What may a bot do through the Bot connector? Conversations, activities, members.

learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference; targeted messages:
learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from playground.microsoft.faults import Fault, Faults
from playground.microsoft.login import Login
from playground.microsoft.messages import MESSAGE_BYTES, card_of, faults_of_message
from playground.microsoft.refusals import Json, Refused
from playground.microsoft.world import Conversation, Message, Person, World


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot."""

    name: str
    """create, send, update, delete or members."""
    conversation: str
    body: Json
    query: dict[str, str]
    activity: str = ""
    member: str = ""


Doing = Callable[[Call], Awaitable[tuple[int, Json | list[Json] | None]]]


class Connector:
    """The REST API of one bot. Make it refuse with `fail_with`, break the line with `break_line`."""

    def __init__(self, world: World, app_id: str, login: Login, faults: Faults, changed: Callable[[], None]) -> None:
        self._world = world
        self._bot = f"28:{app_id}"
        self._login = login
        self.faults = faults
        self._changed = changed
        self.calls: list[Call] = []
        """Every call that came with a good token, in order; bodies as they came."""
        self.broken: list[str] = []
        """What the bot sent that it must not send; see PretendMicrosoft.check."""

    @property
    def stored(self) -> str:
        """Every message body that the bot ever sent, as one text to look through."""
        return "\n".join(json.dumps(call.body, ensure_ascii=False) for call in self.calls if call.name in ("send", "update", "create"))

    def fail_with(self, status: int, code: str = "", *, times: int = 1, on: str = "", to: str = "", **more: float | bool) -> None:
        """Answer the next calls so. `on`: create, send, update, delete, members; `to`: a conversation's id.

        `retry_after` in seconds is for 429; with `after_doing` the call takes effect all the same.
        """
        seconds = more.get("retry_after")
        refusal = Refused(status, code or CODES.get(status, "ServiceError"), retry_after=None if seconds is None else float(seconds))
        self.faults.ordered.append(Fault(refusal, on, to, times, bool(more.get("after_doing"))))

    def break_line(self, *, times: int = 1, on: str = "", to: str = "", after_doing: bool = False) -> None:
        """Close the next connections without an answer."""
        self.faults.ordered.append(Fault(None, on, to, times, after_doing))

    def routes(self) -> list[web.RouteDef]:
        root = "/{region}/v3/conversations"
        here = root + "/{conversation}"
        return [
            web.post(root, self._handler("create", self._create)),
            web.post(here + "/activities", self._handler("send", self._send)),
            web.post(here + "/activities/{activity}", self._handler("send", self._send)),
            web.put(here + "/activities/{activity}", self._handler("update", self._update)),
            web.delete(here + "/activities/{activity}", self._handler("delete", self._delete)),
            web.get(here + "/members", self._handler("members", self._members)),
            web.get(here + "/pagedmembers", self._handler("members", self._paged_members)),
            web.get(here + "/members/{member}", self._handler("members", self._member)),
        ]

    def _handler(self, name: str, doing: Doing) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            if kind != "Bearer" or not self._login.is_good(token):
                return _refusal(Refused(401))
            raw = await request.read()
            try:
                call = _call(name, request, raw)
            except ValueError:
                return _refusal(Refused(400, "BadSyntax"))
            self.calls.append(call)
            return await self._answer(call, doing, request, len(raw))

        return handle

    async def _answer(self, call: Call, doing: Doing, request: web.Request, size: int) -> web.StreamResponse:
        fault = self.faults.due(call.name, call.conversation)
        try:
            if fault is None or fault.after_doing:
                if size > MESSAGE_BYTES and call.name != "members":
                    raise Refused(413, "MessageSizeTooBig")
                status, body = await doing(call)
        except Refused as refused:
            return _refusal(refused)
        finally:
            self._changed()
        if fault is None:
            return web.Response(status=status) if body is None else web.json_response(body, status=status)
        if fault.refusal is not None:
            return _refusal(fault.refusal)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _create(self, call: Call) -> tuple[int, Json]:
        body = call.body
        tenant = body.get("tenantId") or body.get("channelData", {}).get("tenant", {}).get("id", "")
        members = body.get("members") or []
        if body.get("isGroup") or len(members) != 1 or body.get("bot", {}).get("id") != self._bot:
            raise Refused(400, "BadSyntax")
        person = self._known(str(members[0].get("id", "")))
        if members[0]["id"] not in (person.id, person.entra_id):
            raise Refused(400, "BadArgument")
        at_home = next((c for c in self._world.conversations.values() if c.kind == "personal" and c.members == [person.entra_id]), None)
        if at_home is None or at_home.tenant != tenant or not at_home.has_bot:
            raise Refused(403, "ForbiddenOperationException")
        return 201, {"id": at_home.id}

    async def _send(self, call: Call) -> tuple[int, Json]:
        place = self._writable(call.conversation)
        only_for = self._targeted(call, place) if call.query.get("isTargetedActivity") == "true" else ""
        if call.body.get("type") == "typing":
            return 201, {"id": self._world.next_id()}
        if found := faults_of_message(call.body):
            self.broken += found
            raise Refused(400, "BadSyntax", found[0])
        message = Message(self._world.next_id(), place.id, text=call.body.get("text", ""), card=card_of(call.body), only_for=only_for)
        message.thread = call.activity or call.conversation.partition(";messageid=")[2]
        self._world.post(message)
        return 201, {"id": message.id}

    async def _update(self, call: Call) -> tuple[int, Json]:
        message = self._own(call)
        if "recipient" in call.body and message.only_for:
            raise Refused(400, "BadArgument", "A recipient cannot be given when a targeted message is updated.")
        if found := faults_of_message(call.body):
            self.broken += found
            raise Refused(400, "BadSyntax", found[0])
        message.text, message.card = call.body.get("text", ""), card_of(call.body)
        message.edits += 1
        message.answered.clear()
        return 200, {"id": message.id}

    async def _delete(self, call: Call) -> tuple[int, None]:
        self._world.messages.remove(self._own(call))
        return 200, None

    async def _members(self, call: Call) -> tuple[int, list[Json]]:
        return 200, [person.roster_entry() for person in self._roster(call.conversation)]

    async def _paged_members(self, call: Call) -> tuple[int, Json]:
        size, start = int(call.query.get("pageSize", "200")), int(call.query.get("continuationToken") or "0")
        people = self._roster(call.conversation)
        more = {"continuationToken": str(start + size)} if start + size < len(people) else {}
        return 200, {"members": [person.roster_entry() for person in people[start : start + size]]} | more

    async def _member(self, call: Call) -> tuple[int, Json]:
        people = self._roster(call.conversation)
        person = self._known(call.member, 404, "MemberNotFoundInConversation")
        if person not in people:
            raise Refused(404, "MemberNotFoundInConversation")
        return 200, person.roster_entry()

    # What is allowed

    def _roster(self, conversation: str) -> list[Person]:
        return [self._world.people[each] for each in self._reached(conversation).members]

    def _reached(self, conversation: str) -> Conversation:
        try:
            place = self._world.conversation(conversation)
        except LookupError:
            raise Refused(404, "ConversationNotFound") from None
        if not place.has_bot:
            raise Refused(403, "BotNotInConversationRoster")
        return place

    def _writable(self, conversation: str) -> Conversation:
        place = self._reached(conversation)
        if place.refusal is not None:
            raise place.refusal
        self.faults.note_write(place.id)
        return place

    def _targeted(self, call: Call, place: Conversation) -> str:
        """Whom a targeted message is for. Raises Refused in a personal chat, and for who is not there."""
        person = self._known(str(call.body.get("recipient", {}).get("id", "")))
        if place.kind == "personal" or person.entra_id not in place.members:
            raise Refused(400, "BadArgument", "A targeted message needs a recipient among the members of a group.")
        return person.entra_id

    def _own(self, call: Call) -> Message:
        place = self._writable(call.conversation)
        try:
            message = self._world.find(place.id, call.activity)
        except LookupError:
            raise Refused(404, "ActivityNotFoundInConversation") from None
        if message.sender:
            raise Refused(403, "BotNotInConversationRoster", "The bot may change its own messages only.")
        if not self._world.is_there(message):
            raise Refused(404, "ActivityNotFoundInConversation")
        if bool(message.only_for) != (call.query.get("isTargetedActivity") == "true"):
            raise Refused(404, "ActivityNotFoundInConversation")
        return message

    def _known(self, id: str, status: int = 400, code: str = "BadArgument") -> Person:
        try:
            return self._world.person(id)
        except LookupError:
            raise Refused(status, code) from None


CODES = {404: "ConversationNotFound", 412: "PreconditionFailed", 413: "MessageSizeTooBig", 429: "Throttled"}
"""The usual code of a status."""


def _call(name: str, request: web.Request, raw: bytes) -> Call:
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("not an object")
    found = request.match_info
    return Call(name, found.get("conversation", ""), body, dict(request.query), found.get("activity", ""), found.get("member", ""))


def _refusal(refused: Refused) -> web.Response:
    return web.json_response(refused.body(), status=refused.status, headers=refused.headers())
