"""How does Teams call the bot? Signed requests to its endpoint."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from playground.answer import Answer as Answer
from playground.microsoft.identity import Identity
from playground.microsoft.refusals import Json

PATIENCE_SECONDS = 5.0
"""How long Teams waits for the answer to an invoke; for other activities three times as long."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request exactly as it went out, for tests that send it again or spoil it."""

    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


class Wire:
    """Sends activities to `bot_url`, which is the endpoint itself (.../api/messages)."""

    def __init__(self, identity: Identity, bot_url: str, changed: Callable[[], None]) -> None:
        self._identity = identity
        self.bot_url = bot_url
        self._changed = changed
        self._session: ClientSession | None = None
        self.patience = PATIENCE_SECONDS
        self.sent: list[Signed] = []
        self.activities: list[Json] = []
        self.answers: list[Answer] = []

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def signed(self, activity: Json, token: str = "") -> Signed:
        """An activity with a token of its own, or with that one."""
        bearer = token or self._identity.token(self._identity.claims(activity["serviceUrl"]))
        body = json.dumps(activity, separators=(",", ":")).encode()
        agent = "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)"
        about = {"x-ms-conversation-id": activity["conversation"]["id"], "x-ms-tenant-id": activity["conversation"].get("tenantId", "")}
        kind = "application/json; charset=utf-8"
        return Signed(body, {"Content-Type": kind, "Authorization": f"Bearer {bearer}", "User-Agent": agent, **about})

    async def send(self, activity: Json, token: str = "") -> Answer:
        self.activities.append(activity)
        patience = self.patience if activity.get("type") == "invoke" else 3 * self.patience
        return await self.again(self.signed(activity, token), patience)

    async def again(self, request: Signed, patience: float = PATIENCE_SECONDS) -> Answer:
        """Send a request as it is."""
        self._session = self._session or ClientSession()
        self.sent.append(request)
        try:
            timeout = ClientTimeout(total=patience)
            async with self._session.post(self.bot_url, data=request.body, headers=request.headers, timeout=timeout) as response:
                wrong = "" if response.ok else f"status {response.status}"
                answer = Answer(response.status, await response.text(), wrong)
        except TimeoutError:
            answer = Answer(problem="timeout")
        except ClientError:
            answer = Answer(problem="unreachable")
        self.answers.append(answer)
        self._changed()
        return answer
