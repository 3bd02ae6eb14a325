"""How does a test knock at the door of Teams? The real door and boundary on loopback, a pretend Microsoft, one counted handler for everything."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.http import PATH, TeamsDoor
from adapters.teams.identity import Keys, Signed
from adapters.teams.reception import Reception
from adapters.teams.service_urls import ServiceUrls
from bot.metrics import Metrics
from bot.server import _boundary
from core.ports import SeenBefore
from playground.microsoft.double import APP_ID, PretendMicrosoft
from playground.microsoft.identity import new_key
from tests.fakes import FakeSeenBefore, ManualClock

TENANT = "2b1c9d8e-0000-4a5b-8c7d-112233445566"
OTHER_TENANT = "9e8d7c6b-1111-4a5b-8c7d-665544332211"
JANE = "7d3f8a52-6b1e-4c09-9f2a-5e8d1c4b7a60"
NAMES = ("commands", "openings", "submits", "verbs", "events")

KEY = new_key("msteams", "webchat")
"""Made once: it takes longer than all the rest."""

Json = dict[str, Any]


def activity(service_url: str, id: str, **more: Any) -> Json:
    """One that everything is right with: "help", said to the app by Jane."""
    return {
        "type": "message",
        "id": id,
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:jane", "aadObjectId": JANE, "name": "Jane"},
        "recipient": {"id": f"28:{APP_ID}", "name": "pushpw"},
        "conversation": {"id": "a:jane", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-US",
        "text": "help",
    } | more


def invoke(service_url: str, id: str, name: str, value: Any) -> Json:
    made = activity(service_url, id, type="invoke", name=name, value=value)
    del made["text"]
    return made


@dataclass
class Scene:
    """A door with Microsoft before it."""

    microsoft: PretendMicrosoft
    clock: ManualClock
    session: ClientSession
    metrics: Metrics
    port: int = 0
    heard: list[Payload] = field(default_factory=list)
    numbers: int = 0

    @property
    def url(self) -> str:
        return self.microsoft.service_url

    def next_id(self) -> str:
        self.numbers += 1
        return f"f:{self.numbers}"

    def said(self, **more: Any) -> Json:
        return activity(self.url, self.next_id()) | more

    def token(self, **changes: Any) -> str:
        """A good one, but for what is changed; None leaves a claim out."""
        claims = self.microsoft.identity.claims(self.url) | changes
        return self.microsoft.identity.token({name: value for name, value in claims.items() if value is not LEFT_OUT})

    async def send(self, made: Any, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        sent = {"Authorization": f"Bearer {self.token() if token is None else token}"} | headers
        async with self.session.post(f"http://127.0.0.1:{self.port}{PATH}", json=made, headers=sent) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else None

    async def send_raw(self, body: bytes, headers: list[bytes], path: str = PATH) -> int:
        """The status. Headers are bytes: a client library would not send what an attacker does."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        fixed = [b"Host: localhost", b"Content-Type: application/json", b"Connection: close", f"Content-Length: {len(body)}".encode()]
        writer.write(b"\r\n".join([f"POST {path} HTTP/1.1".encode(), *fixed, *headers, b"", body]))
        await writer.drain()
        said = await reader.read()
        writer.close()
        return int(said.split(b" ", 2)[1])


LEFT_OUT = object()


class Everything(Mapping[str, Any]):
    """A table that has a handler for every name."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def __getitem__(self, name: str) -> Any:
        return self._handler

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


@asynccontextmanager
async def open_scene(
    *, tenants: frozenset[str] = frozenset({TENANT}), seen: SeenBefore | None = None, answer: Answer = None
) -> AsyncIterator[Scene]:
    """All of it, for as long as the block lasts."""
    clock = ManualClock()
    microsoft = PretendMicrosoft(app_secret="a secret of tests", now=lambda: clock() / 1000)
    microsoft.identity.keys = [KEY]
    await microsoft.start()
    async with ClientSession() as session, ClientSession() as ours:  # apart: a hundred senders would leave us no connection
        scene = Scene(microsoft, clock, session, Metrics())

        async def hear(payload: Payload) -> Answer:
            scene.heard.append(payload)
            return answer

        door = TeamsDoor(
            Reception(Gestures(*[Everything(hear) for _ in NAMES]), seen or FakeSeenBefore(clock)),
            identity=Signed(Keys(ours, openid_url=microsoft.metadata_url, clock=clock), app_id=APP_ID, clock=clock),
            tenants=tenants,
            service_urls=ServiceUrls(doubles=True),
        )
        app = web.Application(middlewares=[_boundary(scene.metrics)])
        door.mount(app)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            scene.port = runner.addresses[0][1]
            yield scene
        finally:
            await runner.cleanup()
            await microsoft.stop()
